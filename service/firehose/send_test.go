package firehose

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// An endpoint that hangs holds up time for as little as can be.
func TestEndpointWhileTimeStands(t *testing.T) {
	f := setUp(t)
	f.s.heldWait = heldWait
	wait := func() time.Duration {
		t.Helper()
		r, err := f.s.request(f.call(), &stream{HTTP: &endpoint{URL: "https://example.com"}}, &flight{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Wait
	}
	if got := wait(); got != heldWait {
		t.Errorf("%s while time stands", got)
	}
	if err := f.k.Clock.Live(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := wait(); got != 0 {
		t.Errorf("%s while time flows, in place of AWS's", got)
	}
}

// The contract is engine/collector's to test; here a stream keeps it.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
func TestHTTPEndpoint(t *testing.T) {
	f, s := setUp(t), newSite(t)
	err := f.make(s.config(func(d *api.HttpEndpointDestinationConfiguration) {
		d.RequestConfiguration = &api.HttpEndpointRequestConfiguration{ContentEncoding: new("GZIP"), CommonAttributes: []api.HttpEndpointCommonAttribute{{AttributeName: new("team"), AttributeValue: new("ops")}}}
		d.S3BackupMode = new(api.HttpEndpointS3BackupModeAllData)
	}))
	if err != nil {
		t.Fatal(err)
	}
	f.put("one ", "two ")
	f.advance(59 * time.Second)
	if s.asked != 0 {
		t.Fatal("sent before its time")
	}
	f.advance(time.Second)
	if got := slices.Collect(maps.Values(s.got)); len(got) != 1 || got[0] != "one two " {
		t.Fatalf("collected %q", got)
	}
	for name, want := range map[string]string{
		"X-Amz-Firehose-Access-Key": "open sesame", "X-Amz-Firehose-Protocol-Version": "1.0", "X-Amz-Firehose-Source-Arn": "arn:aws:firehose:eu-central-1:111111111111:deliverystream/s",
		"X-Amz-Firehose-Common-Attributes": `{"commonAttributes":{"team":"ops"}}`, "Content-Encoding": "gzip", "Content-Type": "application/json",
	} {
		if got := s.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	f.advance(300 * time.Second)
	if got := f.all(); got != "one two " {
		t.Errorf("copied %q", got)
	}
	if f.sum("DeliveryToHttpEndpoint.Success") != 1 || f.sum("DeliveryToHttpEndpoint.Records") != 2 || f.sum("BackupToS3.Success") != 1 || f.sum("DeliveryToS3.Success") != 0 {
		t.Error("metrics")
	}
}

// The access key lies sealed, and nobody is shown it.
func TestAccessKey(t *testing.T) {
	f, s := setUp(t), newSite(t)
	if err := f.make(s.config(nil)); err != nil {
		t.Fatal(err)
	}
	out, err := f.s.DescribeDeliveryStream(f.call(), &api.DescribeDeliveryStreamInput{DeliveryStreamName: new("s")})
	if err != nil {
		t.Fatal(err)
	}
	e := out.DeliveryStreamDescription.Destinations[0].HttpEndpointDestinationDescription
	if *e.EndpointConfiguration.Url != s.URL || *e.EndpointConfiguration.Name != "site" || *e.S3BackupMode != "FailedDataOnly" || *e.RetryOptions.DurationInSeconds != 300 {
		t.Errorf("described as %+v", e)
	}
	rows := 0
	err = f.k.Store.Cat(context.Background(), "firehose", func(r store.Raw) bool {
		rows++
		if strings.Contains(string(r.Bytes), "sesame") {
			t.Errorf("%s shows the access key", r.Path())
		}
		return true
	})
	if err != nil || rows == 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// What an endpoint does not acknowledge is sent again under the same id for as long as it is told, and then goes to the error prefix.
// https://docs.aws.amazon.com/firehose/latest/dev/retry.html
func TestEndpointThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, id string)
		code   string
	}{
		"refuses":  {func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusTooManyRequests) }, "HttpEndpoint.DestinationException"},
		"wrong id": {func(w http.ResponseWriter, _ string) { acknowledge(w, "other") }, "HttpEndpoint.InvalidResponseFromDestination"},
		"no JSON":  {func(w http.ResponseWriter, _ string) { _, _ = io.WriteString(w, "ok") }, "HttpEndpoint.InvalidResponseFromDestination"},
		"half":     {func(w http.ResponseWriter, id string) { w.Header().Set("Content-Length", "100"); acknowledge(w, id) }, "HttpEndpoint.ConnectionFailed"},
		"hangs":    {nil, "HttpEndpoint.RequestTimeout"},
		"redirects": {func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
		}, "HttpEndpoint.DestinationException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := setUp(t), newSite(t)
			ids := map[string]bool{}
			hang := make(chan struct{})
			t.Cleanup(func() { close(hang) })
			s.answer = func(_ int, w http.ResponseWriter, id string) bool {
				if ids[id] = true; c.answer != nil {
					c.answer(w, id)
					return true
				}
				s.mu.Unlock()
				<-hang
				s.mu.Lock()
				return true
			}
			if c.answer == nil {
				f.s.heldWait = time.Second
			}
			err := f.make(s.config(func(d *api.HttpEndpointDestinationConfiguration) {
				d.RetryOptions = &api.HttpEndpointRetryOptions{DurationInSeconds: new(int32(4))}
				d.S3Configuration.ErrorOutputPrefix = new("failed/")
				d.CloudWatchLoggingOptions = &api.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new("g"), LogStreamName: new("l")}
			}))
			if err != nil {
				t.Fatal(err)
			}
			f.put("one", "two")
			f.advance(60 * time.Second)
			f.advance(10 * time.Second)
			s.mu.Lock()
			if len(ids) != 1 || s.asked != 3 && c.answer != nil { // at once, after 1 s and after 2 s more; another 4 s would be too late. Who hangs may learn of a request later
				t.Errorf("asked %d times under %d ids", s.asked, len(ids))
			}
			s.mu.Unlock()
			f.advance(300 * time.Second)
			list := f.refusals("failed/http-endpoint-failed/2026/03/01/12/")
			if len(list) != 2 || string(list[0].RawData) != "one" || string(list[1].RawData) != "two" || list[0].ErrorCode != c.code || list[0].AttemptsMade != 3 {
				t.Errorf("refused: %+v in %v", list, f.bucket.objects)
			}
			if len(f.log.lines) != 3 || !strings.Contains(f.log.lines[0], c.code) || !strings.HasPrefix(f.log.lines[0], "g/l {") {
				t.Errorf("told %q", f.log.lines)
			}
		})
	}
}

// What is too large for an endpoint is sent once, goes nowhere else, and is told; what comes behind it is sent.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html (Status Code)
func TestEndpointFindsItTooLarge(t *testing.T) {
	f, s := setUp(t), newSite(t)
	s.answer = func(n int, w http.ResponseWriter, _ string) bool {
		if n == 1 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		return n == 1
	}
	if err := f.make(s.config(func(d *api.HttpEndpointDestinationConfiguration) {
		d.CloudWatchLoggingOptions = &api.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new("g"), LogStreamName: new("l")}
	})); err != nil {
		t.Fatal(err)
	}
	f.put("too large")
	f.advance(60 * time.Second)
	f.put("fits")
	f.advance(time.Hour)
	if s.asked != 2 || len(f.bucket.objects) != 0 || len(f.log.lines) != 1 || !strings.Contains(f.log.lines[0], "HttpEndpoint.DestinationException") {
		t.Errorf("asked %d times, %v, told %q", s.asked, f.bucket.objects, f.log.lines)
	}
}

// An endpoint that fails for a while gets everything, once per id.
func TestEndpointThatRecovers(t *testing.T) {
	f, s := setUp(t), newSite(t)
	s.answer = func(n int, w http.ResponseWriter, _ string) bool {
		if n <= 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n <= 3
	}
	if err := f.make(s.config(nil)); err != nil {
		t.Fatal(err)
	}
	f.put("one ")
	f.advance(61 * time.Second)
	f.put("two ")
	f.advance(120 * time.Second)
	got := ""
	for _, id := range slices.Sorted(maps.Keys(s.got)) {
		got += s.got[id]
	}
	if len(s.got) != 2 || !strings.Contains(got, "one ") || !strings.Contains(got, "two ") || len(f.bucket.objects) != 0 {
		t.Errorf("collected %v, failed %v", s.got, f.bucket.objects)
	}
}

// https only, except to a person's own machine.
func TestEndpointURL(t *testing.T) {
	f, s := setUp(t), newSite(t)
	for url, want := range map[string]string{
		"http://collector.example.com/x": "InvalidArgumentException", "http://10.0.0.1/": "InvalidArgumentException", "https://collector.example.com/x": "", "http://127.0.0.1:1/": "", "ftp://127.0.0.1/": "InvalidArgumentException",
	} {
		in := s.config(func(d *api.HttpEndpointDestinationConfiguration) { d.EndpointConfiguration.Url = new(url) })
		in.DeliveryStreamName = new(fmt.Sprint("s", len(url)))
		if err := f.make(in); awserr.Code(err) != want {
			t.Errorf("%s: %v", url, err)
		}
	}
}
