package firehose

import (
	"testing"
	"time"
)

// Prefixes: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
func TestPrefix(t *testing.T) {
	at := time.Date(2018, 8, 27, 10, 30, 5, 0, time.UTC)
	for _, c := range []struct{ prefix, errorPrefix, want string }{
		{"", "", "2018/08/27/10/"},
		{"logs/", "", "logs/2018/08/27/10/"},
		{"a-!{timestamp:yyyy-MM-dd}/", "e-!{firehose:error-output-type}/", "a-2018-08-27/"},
		{"year=!{timestamp:yyyy}/month=!{timestamp:MM}/", "e-!{firehose:error-output-type}/", "year=2018/month=08/"},
		{"x!{timestamp:yy'q'DDD}/", "e-!{firehose:error-output-type}/", "x18q239/"},
		{"r!{firehose:random-string}/", "e-!{firehose:error-output-type}/", "r0123456789a/"},
		{"a!{firehose:error-output-type}", "e!{firehose:error-output-type}", "refused"},
		{"a!{timestamp:yyyy}", "", "refused"},
		{"a!{timestamp:yyyy}", "e/!{timestamp:yyyy}", "refused"},
		{"a!{nothing:x}", "e!{firehose:error-output-type}", "refused"},
		{"a!{timestamp:yyyy", "e!{firehose:error-output-type}", "refused"},
		{"a!{partitionKeyFromQuery:id}/", "e!{firehose:error-output-type}", "refused"},
	} {
		got := "refused"
		if checkPrefixes(c.prefix, c.errorPrefix) == nil {
			var err error
			v := values{at: at, draw: "01234567-89ab-cdef-0123-456789abcdef"}
			if got, err = v.evaluate(c.prefix); err != nil {
				t.Errorf("%q: %v", c.prefix, err)
			}
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.prefix, got, c.want)
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
		if _, err := v.evaluate(prefix); err != nil {
			t.Errorf("accepted %q, then: %v", prefix, err)
		}
	})
}
