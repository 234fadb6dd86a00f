package collector

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// request is one like any other.
func request(url string) *Request {
	return &Request{
		URL: url, ID: "ed4acda5-034f-9f42-bba1-f29aea6d7d8f", SourceARN: "arn:aws:firehose:us-east-1:123456789012:deliverystream/s", AccessKey: "key \"1\"",
		Attributes: []Attribute{{"deployment-context", "pre-prod"}, {"device-types", ""}}, Gzip: true, At: time.UnixMilli(1578090901599),
	}
}

func send(c *Client, r *Request, records ...string) error {
	b := NewBody(r)
	for _, one := range records {
		b.Add([]byte(one))
	}
	_, err := c.Send(context.Background(), r, b)
	return err
}

// The example request of AWS's page, and its headers.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
func TestContract(t *testing.T) {
	for _, zipped := range []bool{true, false} {
		var got struct {
			RequestID string `json:"requestId"`
			Timestamp int64  `json:"timestamp"`
			Records   []struct {
				Data []byte `json:"data"`
			} `json:"records"`
		}
		var head http.Header
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			head = r.Header
			var body io.Reader = r.Body
			if r.Header.Get("Content-Encoding") == "gzip" {
				body, _ = gzip.NewReader(r.Body)
			}
			if err := json.NewDecoder(body).Decode(&got); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"requestId":"`+got.RequestID+`","timestamp":1578090903599}`)
		}))
		r := request(s.URL)
		r.Gzip = zipped
		c := New(Options{Loopback: true})
		if err := send(c, r, "ABC123", strings.Repeat("x", 100<<10)); err != nil {
			t.Fatal(err)
		}
		if got.RequestID != r.ID || got.Timestamp != 1578090901599 || len(got.Records) != 2 || string(got.Records[0].Data) != "ABC123" || len(got.Records[1].Data) != 100<<10 {
			t.Errorf("body: %.200v", got)
		}
		for name, want := range map[string]string{
			"X-Amz-Firehose-Protocol-Version": "1.0", "X-Amz-Firehose-Request-Id": r.ID, "X-Amz-Firehose-Source-Arn": r.SourceARN, "X-Amz-Firehose-Access-Key": r.AccessKey,
			"X-Amz-Firehose-Common-Attributes": `{"commonAttributes":{"deployment-context":"pre-prod","device-types":""}}`, "Content-Type": "application/json",
			"Content-Encoding": map[bool]string{true: "gzip"}[zipped],
		} {
			if head.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, head.Get(name), want)
			}
		}
		c.Close()
		s.Close()
	}
}

// Every answer but the right one is a failure, told apart.
func TestAnswers(t *testing.T) {
	const id = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f"
	good := `{"requestId":"` + id + `","timestamp":1}`
	for name, c := range map[string]struct {
		status int
		kind   string
		body   string
		want   Kind
	}{
		"created":        {201, "application/json", good, Destination},
		"bad request":    {400, "application/json", `{"requestId":"` + id + `","timestamp":1,"errorMessage":"no"}`, Destination},
		"too large":      {413, "application/json", good, Destination},
		"unavailable":    {503, "text/html", "<html>", Destination},
		"redirect":       {302, "application/json", good, Destination},
		"html":           {200, "text/html", good, Invalid},
		"no JSON":        {200, "application/json", "ok", Invalid},
		"empty":          {200, "application/json", "", Invalid},
		"half":           {200, "application/json", good[:20], Invalid},
		"other id":       {200, "application/json", `{"requestId":"x","timestamp":1}`, Invalid},
		"no id":          {200, "application/json", `{"timestamp":1}`, Invalid},
		"no timestamp":   {200, "application/json", `{"requestId":"` + id + `"}`, Invalid},
		"no number":      {200, "application/json", `{"requestId":"` + id + `","timestamp":"x"}`, Invalid},
		"bad bytes":      {500, "application/json", "\xff\xfe", Destination},
		"endless answer": {200, "application/json", strings.Repeat(" ", maxAnswer+1), TooLarge},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		var fault *Error
		if err := send(New(Options{Loopback: true}), request(s.URL), "x"); !errors.As(err, &fault) || fault.Kind != c.want || fault.Status != c.status {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

// An endpoint that refuses, hangs, or hangs up half-way.
func TestNoAnswer(t *testing.T) {
	hang := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-hang }))
	defer slow.Close()
	defer close(hang)
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"request`)
		panic(http.ErrAbortHandler)
	}))
	defer cut.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		url    string
		within time.Duration
		want   Kind
	}{{slow.URL, 100 * time.Millisecond, Timeout}, {cut.URL, 0, Connection}, {gone.URL, 0, Connection}} {
		var fault *Error
		err := send(New(Options{Loopback: true, Timeout: c.within}), request(c.url), "x")
		if !errors.As(err, &fault) || fault.Kind != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	r := request(slow.URL)
	r.Wait = 50 * time.Millisecond
	var fault *Error
	if err := send(New(Options{Loopback: true}), r, "x"); !errors.As(err, &fault) || fault.Kind != Timeout || !strings.Contains(fault.Message, "within 50ms") {
		t.Errorf("a request that waits for less: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r = request(slow.URL)
	if _, err := New(Options{Loopback: true}).Send(ctx, r, NewBody(r)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Where a client may connect to.
func TestReach(t *testing.T) {
	for url, want := range map[string][2]bool{ // on a loopback estate, on another
		"https://collector.example.com/x?y=z": {true, true}, "http://127.0.0.1:1/x": {true, false}, "http://localhost:1": {true, false}, "http://[::1]:1": {true, false},
		"http://collector.example.com": {false, false}, "ftp://127.0.0.1": {false, false}, "https://user:pw@host/": {false, false}, "x": {false, false}, "https://": {false, false},
	} {
		for i, own := range []bool{true, false} {
			if err := New(Options{Loopback: own}).Check(url); (err == nil) != want[i] {
				t.Errorf("%s, loopback %v: %v", url, own, err)
			}
		}
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer s.Close()
	var fault *Error
	if err := send(New(Options{}), request(s.URL), "x"); !errors.As(err, &fault) || fault.Kind != Connection {
		t.Errorf("an estate for others reaches its own machine: %v", err)
	}
}

// FuzzJudge: no answer is taken for an acknowledgement that does not repeat the id.
func FuzzJudge(f *testing.F) {
	f.Add(200, "application/json", `{"requestId":"ed4acda5-034f-9f42-bba1-f29aea6d7d8f","timestamp":1}`)
	f.Add(200, "text/plain", `{`)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		r := request("https://x")
		err := r.judge(&http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}}, []byte(body))
		if err == nil && (status != 200 || !json.Valid([]byte(body))) {
			t.Errorf("%d %q %q was taken for an acknowledgement", status, kind, body)
		}
	})
}

// An endpoint that repeats the access key does not get it into logs.
func TestRepeatedKey(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		key := r.Header.Get("X-Amz-Firehose-Access-Key")
		_ = json.NewEncoder(w).Encode(map[string]string{"key": key})
		_, _ = io.WriteString(w, key)
	}))
	defer s.Close()
	err := send(New(Options{Loopback: true}), request(s.URL), "x")
	if err == nil || !strings.Contains(err.Error(), `{"key":"(access key)"}`) || !strings.HasSuffix(err.Error(), "\n(access key)") {
		t.Errorf("%v", err)
	}
}
