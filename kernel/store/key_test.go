package store

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

var odd = []string{"", "a", "a\x00", "a\x00\x01", "a\x00\xFF", "a\x01", "ab", "\x00", "\x00\x00", "\x00\x01", "\x01", "\xFF", "\xFF\xFF", "b/c"}

// Keys of parts sort as the parts do, and come apart again.
func TestKeyOrder(t *testing.T) {
	var lists [][]string
	for _, a := range odd {
		for _, b := range odd {
			for _, c := range odd {
				lists = append(lists, []string{a, b, c})
			}
		}
	}
	slices.SortFunc(lists, slices.Compare[[]string])
	last := ""
	for i, l := range lists {
		k := Key(l...)
		if i > 0 && last >= k {
			t.Fatalf("%q: key %q after %q", l, k, last)
		}
		last = k
		if got, ok := Split(k, 3); !ok || !slices.Equal(got, l) {
			t.Fatalf("%q came apart as %q %v", l, got, ok)
		}
		if !strings.HasPrefix(k, Key(l[0], "")) || !strings.HasPrefix(k, Key(l[0], l[1], "")) {
			t.Fatalf("%q is not under its own prefix", l)
		}
	}
	if Key("a", "b")+"c" != Key("a", "bc") || Key("one") != "one" {
		t.Error("the last part is not as it is")
	}
}

func FuzzKey(f *testing.F) {
	for i, a := range odd {
		f.Add(a, odd[(i+3)%len(odd)], odd[(i+5)%len(odd)], odd[(i+7)%len(odd)])
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		k, l := Key(a, b), Key(c, d)
		if got, want := cmp.Compare(k, l), slices.Compare([]string{a, b}, []string{c, d}); got != want {
			t.Errorf("%q %q compare as %d, want %d", k, l, got, want)
		}
		if parts, ok := Split(k, 2); !ok || parts[0] != a || parts[1] != b {
			t.Errorf("%q %q came apart as %q %v", a, b, parts, ok)
		}
		if parts, ok := Split(a, 3); ok && Key(parts...) != a { // foreign bytes: no panic, and only what Key makes
			t.Errorf("%q was taken for %q", a, parts)
		}
		if p, ok := parse(a); ok && p.String() != a {
			t.Errorf("%q was parsed as %q", a, p)
		}
		if end := after(a); end != "" && (end <= a || a+d >= end) || end == "" && strings.Trim(a, "\xFF") != "" {
			t.Errorf("after %q comes %q", a, end)
		}
	})
}

// Rows that no program of ours wrote are errors, never panics.
func FuzzRow(f *testing.F) {
	for _, s := range []string{"", "\x01", "\x01{}", "\x02{}", "\x01{\"n\":1}", "\x01null", "\x01[", "\x01{\"n\":\"x\"}", "\x01{} x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v struct {
			N int            `json:"n"`
			M map[string]any `json:"m"`
		}
		err := decodeRow(raw, &v)
		if (len(raw) < 2 || raw[0] != rowVersion) && err == nil {
			t.Errorf("%q was decoded", raw)
		}
		if m, err := decodeMark(raw); err == nil && string(m.encode()) != string(raw) {
			t.Errorf("%q was taken for a mark", raw)
		}
	})
}
