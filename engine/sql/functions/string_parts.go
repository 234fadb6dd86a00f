package functions

import (
	"strings"
	"unicode/utf8"
)

func split(r *Row, limit int) {
	if len(r.Bytes(1)) == 0 {
		r.Invalid("The delimiter may not be the empty string")
		return
	}
	r.PutTexts(strings.SplitN(r.Text(0), r.Text(1), limit))
}

func splitPart(r *Row) {
	if len(r.Bytes(1)) == 0 {
		r.Invalid("The delimiter may not be the empty string")
		return
	}
	if r.Int(2) < 1 {
		r.Invalid("Index must be greater than zero")
		return
	}
	if parts := strings.Split(r.Text(0), r.Text(1)); r.Int(2) <= int64(len(parts)) {
		r.PutText(parts[r.Int(2)-1])
	}
}

func splitToMap(r *Row, multi bool) {
	entry, value := r.Text(1), r.Text(2)
	if entry == "" || value == "" || entry == value {
		r.Invalid("entryDelimiter and keyValueDelimiter must not be empty and must not be the same")
		return
	}
	var keys []string
	values := map[string][]string{}
	for _, e := range strings.Split(r.Text(0), entry) {
		if e == "" {
			continue
		}
		k, v, ok := strings.Cut(e, value)
		if !ok {
			r.Invalid("Key-value delimiter must appear exactly once in each entry. Bad input: '%s'", e)
			return
		}
		if _, twice := values[k]; !twice {
			keys = append(keys, k)
		} else if !multi {
			r.Invalid("Duplicate keys (%s) are not allowed", k)
			return
		}
		values[k] = append(values[k], v)
	}
	for _, k := range keys {
		r.Out.Elems[0].AppendText([]byte(k))
		e := r.Out.Elems[1]
		if !multi {
			e.AppendText([]byte(values[k][0]))
			continue
		}
		for _, v := range values[k] {
			e.Elems[0].AppendText([]byte(v))
		}
		e.EndSpan()
	}
	r.Out.EndSpan()
}

func strpos(r *Row, instance int64) {
	s, sub := r.Text(0), r.Text(1)
	if sub == "" {
		r.PutInt(1)
		return
	}
	if instance == 0 {
		r.Invalid("'instance' must not be a positive or negative number.")
		return
	}
	at, found := 0, -1
	if instance > 0 {
		for n := int64(0); n < instance; n++ {
			i := strings.Index(s[at:], sub)
			if i < 0 {
				r.PutInt(0)
				return
			}
			found = at + i
			at = found + 1
		}
	} else {
		end := len(s)
		for n := int64(0); n > instance; n-- {
			if found = strings.LastIndex(s[:end], sub); found < 0 {
				r.PutInt(0)
				return
			}
			end = found + len(sub) - 1
		}
	}
	r.PutInt(int64(utf8.RuneCountInString(s[:found]) + 1))
}

// substrRange is what substr takes of n things: from 1, or from the end when negative.
func substrRange(n, start, length int64) (from, to int64) {
	if start == 0 || length <= 0 || start > n || start < -n {
		return 0, 0
	}
	if from = start - 1; start < 0 {
		from = n + start
	}
	return from, min(n, from+min(length, n))
}

func substr(r *Row, length int64) {
	b := r.Bytes(0)
	n := int64(utf8.RuneCount(b))
	from, to := substrRange(n, r.Int(1), length)
	if int(n) == len(b) {
		r.PutBytes(b[from:to])
		return
	}
	start := len(cut(b, int(from)))
	r.PutBytes(cut(b[start:], int(to-from)))
}

func substrBytes(r *Row, length int64) {
	b := r.Bytes(0)
	from, to := substrRange(int64(len(b)), r.Int(1), length)
	r.PutBytes(b[from:to])
}

func translate(r *Row) {
	from, to := []rune(r.Text(1)), []rune(r.Text(2))
	with := map[rune]rune{}
	for i, c := range from {
		if _, twice := with[c]; twice {
			continue
		}
		if with[c] = -1; i < len(to) {
			with[c] = to[i]
		}
	}
	r.PutText(strings.Map(func(c rune) rune {
		if d, ok := with[c]; ok {
			return d
		}
		return c
	}, r.Text(0)))
}

func soundex(r *Row) {
	const codes = "01230120022455012623010202" // of A to Z; H and W are passed over
	out, last := []byte{}, byte('0')
	for _, c := range strings.ToUpper(r.Text(0)) {
		if c < 'A' || c > 'Z' {
			if c > 127 {
				r.Invalid("The character is not mapped: %c", c)
				return
			}
			continue
		}
		code := codes[c-'A']
		if len(out) == 0 {
			out = append(out, byte(c))
		} else if code != '0' && code != last {
			out = append(out, code)
		}
		if c != 'H' && c != 'W' {
			last = code
		}
		if len(out) == 4 {
			break
		}
	}
	if len(out) > 0 {
		out = append(out, "000"[:4-len(out)]...)
	}
	r.PutBytes(out)
}

func luhn(r *Row) {
	s, sum := r.Bytes(0), 0
	for i := range s {
		c := s[len(s)-1-i]
		if c < '0' || c > '9' {
			r.Invalid("Input contains non-digits: %s", s)
			return
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	r.PutBool(len(s) > 0 && sum%10 == 0)
}
