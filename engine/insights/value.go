package insights

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// Kind is what a value is. What stands in logs is a text, whatever it looks like; it counts as a number where one is wanted.
type Kind uint8

const (
	Null Kind = iota
	Str       // Text
	Num       // N; a boolean is 1 or 0
	Time      // N: milliseconds since 1970
	Doc       // Text: a JSON object or list
)

// Value is what an expression gives. Text may lie in memory that is used again: clone keeps it.
type Value struct {
	Kind Kind
	N    float64
	Text []byte
}

func str(b []byte) Value       { return Value{Kind: Str, Text: b} }
func number(n float64) Value   { return Value{Kind: Num, N: n} }
func instant(ms float64) Value { return Value{Kind: Time, N: ms} }

func boolean(b bool) Value {
	if b {
		return number(1)
	}
	return number(0)
}

func (v Value) clone() Value {
	v.Text = bytes.Clone(v.Text)
	return v
}

// num is v as a number.
func (v *Value) num() (float64, bool) {
	switch v.Kind {
	case Num, Time:
		return v.N, true
	case Str:
		return parseNumber(v.Text)
	}
	return 0, false
}

// parseNumber reads a decimal number that takes up all of b.
func parseNumber(b []byte) (float64, bool) {
	if n := len(b); n > 0 && n <= 15 { // digits only, and few enough to be exact
		u := uint64(0)
		for _, c := range b {
			if c -= '0'; c > 9 {
				return parseFloat(b)
			}
			u = u*10 + uint64(c)
		}
		return float64(u), true
	}
	return parseFloat(b)
}

func parseFloat(b []byte) (float64, bool) {
	if len(b) == 0 || len(b) > 64 {
		return 0, false
	}
	for _, c := range b { // neither NaN nor Inf nor hexadecimal
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil
}

// truth is v as a condition.
func (v *Value) truth() bool {
	switch v.Kind {
	case Num, Time:
		return v.N != 0
	case Str:
		n, ok := parseNumber(v.Text)
		return ok && n != 0 || string(v.Text) == "true"
	}
	return v.Kind == Doc
}

// appendTo writes v as an answer shows it.
func (v *Value) appendTo(dst []byte) []byte {
	switch v.Kind {
	case Num:
		return appendNumber(dst, v.N)
	case Time:
		return time.UnixMilli(int64(v.N)).UTC().AppendFormat(dst, "2006-01-02 15:04:05.000")
	}
	return append(dst, v.Text...)
}

// String is v as an answer shows it.
func (v Value) String() string { return string(v.appendTo(nil)) }

// bytes is v as a text, in buf unless it is one.
func (v *Value) bytes(buf *[]byte) []byte {
	if v.Kind == Str || v.Kind == Doc {
		return v.Text
	}
	*buf = v.appendTo((*buf)[:0])
	return *buf
}

// appendNumber writes whole numbers whole, and of others four decimals, as AWS's answers do.
func appendNumber(dst []byte, n float64) []byte {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return strconv.AppendInt(dst, int64(n), 10)
	}
	if math.Abs(n) >= 1e15 || math.Abs(n) < 1e-4 {
		return strconv.AppendFloat(dst, n, 'E', -1, 64)
	}
	at := len(dst)
	dst = strconv.AppendFloat(dst, n, 'f', 4, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[at:]) == "-0" {
		dst = append(dst[:at], '0')
	}
	return dst
}

// equal reports a = b. What is missing equals nothing.
func equal(a, b *Value, buf *[]byte) bool {
	if a.Kind == Null || b.Kind == Null {
		return false
	}
	if a.Kind == Num || a.Kind == Time || b.Kind == Num || b.Kind == Time {
		if x, ok := a.num(); ok {
			if y, ok := b.num(); ok {
				return x == y
			}
		}
		if a.Kind == Time || b.Kind == Time {
			var other []byte
			return bytes.Equal(a.bytes(buf), b.bytes(&other))
		}
		return false
	}
	return bytes.Equal(a.Text, b.Text)
}

// less compares by number where both are numbers, by text otherwise; ok=false: something is missing.
func compare(a, b *Value) (order int, ok bool) {
	if a.Kind == Null || b.Kind == Null {
		return 0, false
	}
	x, isX := a.num()
	y, isY := b.num()
	switch {
	case isX && isY && x < y:
		return -1, true
	case isX && isY && x > y:
		return 1, true
	case isX && isY:
		return 0, true
	}
	var p, q []byte
	return bytes.Compare(a.bytes(&p), b.bytes(&q)), true
}

// rank is the order of sort: what is no number comes before all numbers, and what is missing before everything. Of what is
// alike as a number the text decides, so that it is an order whoever compares what.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
func rank(a, b *Value) int {
	if a.Kind == Null || b.Kind == Null {
		return int(min(a.Kind, 1)) - int(min(b.Kind, 1))
	}
	x, isX := a.num()
	y, isY := b.num()
	switch {
	case isX && isY && x < y:
		return -1
	case isX && isY && x > y:
		return 1
	case isX && isY && (a.Kind != Str || b.Kind != Str):
		if a.Kind == b.Kind {
			return 0
		}
		var p, q []byte
		return bytes.Compare(a.bytes(&p), b.bytes(&q))
	case isX != isY && isX:
		return 1
	case isX != isY:
		return -1
	case isX:
		return bytes.Compare(a.Text, b.Text)
	}
	return natural(a.Text, b.Text)
}

// natural compares runs of digits by their length and then by their value, everything else by its place in Unicode.
func natural(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		if isDigit(a[0]) && isDigit(b[0]) {
			n, m := digits(a), digits(b)
			if n != m {
				return n - m
			}
			if c := bytes.Compare(a[:n], b[:n]); c != 0 {
				return c
			}
			a, b = a[n:], b[n:]
			continue
		}
		r, n := utf8.DecodeRune(a)
		s, m := utf8.DecodeRune(b)
		if r != s {
			return int(r) - int(s)
		}
		if n != m || r == utf8.RuneError && a[0] != b[0] {
			return bytes.Compare(a, b)
		}
		a, b = a[n:], b[n:]
	}
	return len(a) - len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digits(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}
