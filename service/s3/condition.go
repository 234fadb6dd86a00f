package s3

import (
	"net/http"
	"strings"
	"time"

	"unyo/base/awserr"
)

// conditions of a read.
type conditions struct {
	match, noneMatch     *string
	modified, unmodified *time.Time
	copySource           bool // of a copy: every failure is 412
}

// check compares the conditions with a version. The order is RFC 7232's, which S3 follows: a match outweighs Unmodified-Since, a
// none-match outweighs Modified-Since.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (ConditionalHeaders)
func (c *conditions) check(o *object) error {
	at := o.Modified.Truncate(time.Second)
	if c.match != nil {
		if !etagIn(*c.match, o.ETag) {
			return preconditionFailed(c.name("If-Match"))
		}
	} else if c.unmodified != nil && at.After(*c.unmodified) {
		return preconditionFailed(c.name("If-Unmodified-Since"))
	}
	if c.noneMatch != nil {
		if etagIn(*c.noneMatch, o.ETag) {
			return c.unchanged(o, c.name("If-None-Match"))
		}
	} else if c.modified != nil && !at.After(*c.modified) {
		return c.unchanged(o, c.name("If-Modified-Since"))
	}
	return nil
}

func (c *conditions) name(header string) string {
	if c.copySource {
		return "x-amz-copy-source-" + header
	}
	return header
}

func (c *conditions) unchanged(o *object, header string) error {
	if c.copySource {
		return preconditionFailed(header)
	}
	return notModified(quote(o.ETag), o.Modified.UTC().Format(http.TimeFormat))
}

func quote(etag string) string { return `"` + etag + `"` }

// etagIn reports whether a list of entity tags, or *, holds etag. Quotes may be left out, as S3 lets clients do.
func etagIn(list, etag string) bool {
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || strings.Trim(part, `"`) == etag {
			return true
		}
	}
	return false
}

// checkWrite judges the conditions of a write against the newest version.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func checkWrite(match, noneMatch *string, key string, cur *object, has bool) error {
	has = has && !cur.Marker
	if noneMatch != nil && has {
		return preconditionFailed("If-None-Match")
	}
	if match == nil {
		return nil
	}
	if !has {
		return noSuchKey(key)
	}
	if !etagIn(*match, cur.ETag) {
		return preconditionFailed("If-Match")
	}
	return nil
}

// writeConditions refuses conditions that a write does not know.
func writeConditions(match, noneMatch *string) error {
	switch {
	case noneMatch != nil && *noneMatch != "*":
		return notImplemented("If-None-Match")
	case match != nil && *match == "*":
		return notImplemented("If-Match")
	case match != nil && noneMatch != nil:
		return notImplemented("If-Match, If-None-Match")
	}
	return nil
}

// window is a stretch of an object.
type window struct {
	from, size int64
	partial    bool
}

// parseRange reads a Range header. What is not a single range of bytes is ignored, as RFC 9110 allows and S3 does.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/range-get-olap.html
func parseRange(header string, size int64) (window, error) {
	all := window{0, size, false}
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return all, nil
	}
	first, last, ok := strings.Cut(spec, "-")
	if !ok || first == "" && last == "" {
		return all, nil
	}
	if first == "" {
		n, ok := digits(last)
		if !ok {
			return all, nil
		}
		if n == 0 {
			return all, unsatisfiable(header, size)
		}
		if size == 0 { // the last bytes of nothing are nothing
			return all, nil
		}
		n = min(n, size)
		return window{size - n, n, true}, nil
	}
	from, ok := digits(first)
	if !ok {
		return all, nil
	}
	to := size - 1
	if last != "" {
		n, ok := digits(last)
		if !ok || n < from {
			return all, nil
		}
		to = min(n, to)
	}
	if from >= size {
		return all, unsatisfiable(header, size)
	}
	return window{from, to - from + 1, true}, nil
}

// digits reads a number; what is too large for an int64 is the largest one.
func digits(s string) (int64, bool) {
	var n int64
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n > (1<<62)/10 {
			n = 1 << 62
			continue
		}
		n = n*10 + int64(c-'0')
	}
	return n, s != ""
}

func unsatisfiable(header string, size int64) error {
	e := awserr.New(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable").
		With("RangeRequested", header).With("ActualObjectSize", itoa(int(size)))
	e.Header = http.Header{"Content-Range": {"bytes */" + itoa(int(size))}}
	return e
}

func (w window) contentRange(size int64) *string {
	if !w.partial {
		return nil
	}
	return new("bytes " + itoa(int(w.from)) + "-" + itoa(int(w.from+w.size-1)) + "/" + itoa(int(size)))
}
