package s3

import (
	"net/url"
	"strings"

	"unyo/kernel/store"
)

// listing walks over the newest versions of a bucket's objects.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
type listing struct {
	prefix, delimiter string
	after             string // the first entry lies behind it
	limit             int
}

// entry is an object, or a common prefix in place of all keys that begin with it.
type entry struct {
	key    string
	prefix bool
	object object
}

const maxList = 1000

// list returns one page, and whether there is more. Over the keys of a common prefix it goes in one step, however many they are.
func (s *Service) list(tx *store.Tx, name string, l listing) (page []entry, more bool) {
	under := store.Key(name, "")
	lo, hi := under+l.prefix, successor(under+l.prefix)
	if l.after != "" {
		behind := l.after + "\x00"
		if l.delimiter != "" {
			if p, ok := l.common(l.after); ok && p == l.after {
				behind = successor(p) // the page before ended with this prefix
			}
		}
		lo = max(lo, under+behind)
	}
	for lo != "" && (hi == "" || lo < hi) {
		next := ""
		for k, o := range s.objects.Between(tx, lo, hi) {
			key := k[len(under):]
			p, common := l.common(key)
			if len(page) == l.limit {
				return page, true
			}
			if common {
				page = append(page, entry{key: p, prefix: true})
				next = successor(under + p)
				break
			}
			page = append(page, entry{key: key, object: o})
		}
		lo = next
	}
	return page, false
}

// common returns the part of key up to the first delimiter behind the prefix; false when there is none.
func (l *listing) common(key string) (string, bool) {
	rest, ok := strings.CutPrefix(key, l.prefix)
	if l.delimiter == "" || !ok {
		return "", false
	}
	i := strings.Index(rest, l.delimiter)
	if i < 0 {
		return "", false
	}
	return key[:len(l.prefix)+i+len(l.delimiter)], true
}

// limitOf reads max-keys and its like: at most 1000, which is also the default.
func limitOf(parameter string, given *int32) (int, error) {
	if given == nil {
		return maxList, nil
	}
	if *given < 0 {
		return 0, invalidArgument(parameter, itoa(int(*given)), "Argument %s must be an integer between 0 and 2147483647", parameter)
	}
	return min(int(*given), maxList), nil
}

// encoder returns how keys are written in an answer, as encoding-type asks.
func encoder(given *string) (func(string) *string, error) {
	switch {
	case given == nil:
		return func(s string) *string { return &s }, nil
	case *given == "url":
		return func(s string) *string { return new(escapeKey(s)) }, nil
	}
	return nil, invalidArgument("encoding-type", *given, "Invalid Encoding Method specified in Request")
}

// escapeKey is S3's form of URL encoding: that of forms, with / and * left as they are.
func escapeKey(s string) string {
	return strings.NewReplacer("%2F", "/", "%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
}

// optional encodes what may be absent.
func optional(encode func(string) *string, s *string) *string {
	if s == nil {
		return nil
	}
	return encode(*s)
}
