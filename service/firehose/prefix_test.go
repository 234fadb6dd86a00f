package firehose

import (
	"strings"
	"testing"
	"time"
)

// The examples of AWS's page, at its instant, and its rules. (Its third and fourth example tell of other instants than it says; its fifth puts a
// slash where its rules have none.)
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
func TestPrefix(t *testing.T) {
	at := time.Date(2018, 8, 27, 10, 30, 0, 0, time.UTC)
	const failing = "e-!{firehose:error-output-type}/"
	long := strings.Repeat("x", maxPrefix-len("2018/08/27/10/"))
	for _, c := range []struct{ prefix, errorPrefix, want, wantError string }{
		{"", "myFirehoseFailures/!{firehose:error-output-type}/", "2018/08/27/10/", "myFirehoseFailures/processing-failed/"},
		{"!{timestamp:yyyy/MM/dd}", "", "refused", ""},
		{"myFirehose/DeliveredYear=!{timestamp:yyyy}/anyMonth/rand=!{firehose:random-string}", "myFirehoseFailures/!{firehose:error-output-type}/!{timestamp:yyyy}/anyMonth/!{timestamp:dd}",
			"myFirehose/DeliveredYear=2018/anyMonth/rand=0123456789a", "myFirehoseFailures/processing-failed/2018/anyMonth/27"},
		{"myPrefix/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/", "myErrorPrefix/!{timestamp:'year='yyyy'/month='MM'/day='dd'/hour='HH}/!{firehose:error-output-type}",
			"myPrefix/year=2018/month=08/day=27/hour=10/", "myErrorPrefix/year=2018/month=08/day=27/hour=10/processing-failed"},
		{"myFirehosePrefix/", "", "myFirehosePrefix/2018/08/27/10/", "myFirehosePrefix/processing-failed/2018/08/27/10/"},
		{"p/", "myPrefix/result=!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}", "p/2018/08/27/10/", "myPrefix/result=processing-failed/2018/08/27"},
		{"myPrefix/!{firehose:random-string}/!{firehose:random-string}/", failing, "myPrefix/0123456789a/456756789ab/2018/08/27/10/", "e-processing-failed/"},
		{"x!{timestamp:yy'q'DDD}/", failing, "x18q239/", "e-processing-failed/"},
		{"!{timestamp:yyyyéDDD}/", failing, "2018é239/", "e-processing-failed/"},
		{"!{timestamp:yyyy}/!{timestamp:''EEE''}/", failing, "2018/'Mon'/", "e-processing-failed/"},
		{"a!{firehose:error-output-type}", failing, "refused", ""},
		{"a!{timestamp:yyyy}", "e/!{timestamp:yyyy}", "refused", ""},
		{"a!{nothing:x}", failing, "refused", ""},
		{"a!{timestamp:yyyy", failing, "refused", ""},
		{"a!{timestamp:bbbb}", failing, "refused", ""},
		{"a!{partitionKeyFromQuery:id}/", failing, "refused", ""},
		{long, failing, long + "2018/08/27/10/", "e-processing-failed/"},
		{long + "x", failing, "refused", ""},
	} {
		d := target{Prefix: c.prefix, ErrorPrefix: c.errorPrefix}
		got, gotError := "refused", ""
		if checkPrefixes(c.prefix, c.errorPrefix) == nil && d.checkLength() == nil {
			var err, errs error
			v := values{at: at, draw: "01234567-89ab-cdef-0123-456789abcdef"}
			got, err = v.evaluate(c.prefix)
			v.failure = failedWork
			gotError, errs = v.evaluate(d.errorPrefix())
			if err != nil || errs != nil {
				t.Errorf("%q: %v, %v", c.prefix, err, errs)
			}
		}
		if got != c.want || gotError != c.wantError {
			t.Errorf("%q: got %q and %q, want %q and %q", c.prefix, got, gotError, c.want, c.wantError)
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add("a!{timestamp:yyyy'x'}b", "!{firehose:error-output-type}")
	f.Fuzz(func(t *testing.T, prefix, errorPrefix string) {
		if checkPrefixes(prefix, errorPrefix) != nil {
			return
		}
		v := values{at: time.Unix(0, 0).UTC(), draw: "01234567-89ab-cdef-0123-456789abcdef"}
		if _, err := v.evaluate(prefix); err != nil && !strings.Contains(err.Error(), "at most 512 characters") {
			t.Errorf("accepted %q, then: %v", prefix, err)
		}
	})
}
