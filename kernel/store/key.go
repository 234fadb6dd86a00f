package store

import (
	"strings"

	"unyo/base/call"
	"unyo/base/must"
)

// Reach says how far the rows of a table are seen.
type Reach int

const (
	Regional   Reach = iota // rows of one account in one region
	PerAccount              // rows of one account, the same in every region (IAM users)
	Partition               // one row for the whole estate (S3 bucket names)
)

// Key joins parts into one key that sorts as the parts do, one after another. Parts may hold any bytes.
// The last part is written as it is: Key(bucket, object) + x is Key(bucket, object + x), so a prefix of
// the last part is a prefix of the key.
func Key(parts ...string) string {
	must.Hold(len(parts) > 0, "store.Key without parts")
	if len(parts) == 1 {
		return parts[0]
	}
	n := 0
	for _, p := range parts {
		n += len(p) + 2
	}
	b := make([]byte, 0, n)
	for _, p := range parts[:len(parts)-1] {
		b = appendPart(b, p)
	}
	return string(append(b, parts[len(parts)-1]...))
}

func appendPart(b []byte, p string) []byte {
	for i := strings.IndexByte(p, 0); i >= 0; i = strings.IndexByte(p, 0) {
		b = append(append(b, p[:i]...), 0, 0xFF)
		p = p[i+1:]
	}
	return append(append(b, p...), 0, 1)
}

// Split undoes Key for a key of n parts; false when key was not made of n parts.
func Split(key string, n int) ([]string, bool) {
	parts := make([]string, 0, n)
	for len(parts) < n-1 {
		p, rest, ok := cutPart(key)
		if !ok {
			return nil, false
		}
		parts, key = append(parts, p), rest
	}
	return append(parts, key), true
}

func cutPart(key string) (part, rest string, ok bool) {
	var b []byte
	from := 0
	for i := 0; i+1 < len(key); i++ {
		if key[i] != 0 {
			continue
		}
		switch key[i+1] {
		case 1:
			if b == nil {
				return key[:i], key[i+2:], true
			}
			return string(append(b, key[from:i]...)), key[i+2:], true
		case 0xFF:
			b = append(b, key[from:i+1]...)
			from = i + 2
			i++
		default:
			return "", "", false
		}
	}
	return "", "", false
}

// ScopedKey is a row's key with the account and region it lives under.
type ScopedKey struct {
	call.Scope
	Key string
}

// place is a full key taken apart.
type place struct {
	service, table, account, region, key string
}

func (p place) String() string {
	return p.service + "\x00" + p.table + "\x00" + p.account + "\x00" + p.region + "\x00" + p.key
}

// parse undoes place.String; false for bytes that no table wrote.
func parse(full string) (p place, ok bool) {
	for _, part := range []*string{&p.service, &p.table, &p.account, &p.region} {
		var found bool
		if *part, full, found = strings.Cut(full, "\x00"); !found {
			return place{}, false
		}
	}
	p.key = full
	return p, true
}

// after returns the first key behind every key that begins with prefix; "" means there is none.
func after(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			return prefix[:i] + string([]byte{prefix[i] + 1})
		}
	}
	return ""
}
