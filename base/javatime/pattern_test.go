package javatime

import (
	"fmt"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{"", "[] <nil>"},
		{"yyyy-M", "[{121 4 } {0 0 -} {77 1 }] <nil>"},
		{"ss''s'at 12''n'é", "[{115 2 } {0 0 '} {115 1 } {0 0 at 12} {0 0 n} {0 0 é}] <nil>"},
		{"'[y]'", "[{0 0 [y]}] <nil>"},
		{"y'", "[] it has an open quote"},
		{"yQ'", "[] the letter Q is not supported"},
		{"y[M]", "[] [ is not supported"},
	} {
		if parts, err := Parse(c.pattern, "yMns", "[]"); fmt.Sprint(parts, err) != c.want {
			t.Errorf("%s: %v %v, want %s", c.pattern, parts, err, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	parts, err := Parse("ym-'at'd", "ymd", "")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"12-at3": "[y1m m2- d3] true", "12-at34": "[y1m m2- d3] false", "12-a": "[y1m m2-] false", "": "[y] false"} {
		var seen []string
		ok := Read(parts, text, func(p, next Part, text string) (int, bool) {
			if text == "" {
				seen = append(seen, string(p.Letter))
				return 0, false
			}
			behind := next.Text
			if next.Letter != 0 {
				behind = string(next.Letter)
			}
			seen = append(seen, string(p.Letter)+text[:1]+behind)
			return 1, true
		})
		if got := fmt.Sprint(seen, ok); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	at := time.Date(2026, 3, 4, 0, 6, 7, 89, time.UTC)
	for _, c := range []struct{ pattern, want string }{
		{"y", "2026"}, {"yy", "26"}, {"uuuuu", "02026"}, {"M", "3"}, {"LL", "03"}, {"MMM", ""}, {"dd", "04"}, {"DDD", "063"},
		{"HH", "00"}, {"k", "24"}, {"h", "12"}, {"K", "0"}, {"m", "6"}, {"ss", "07"}, {"n", "89"}, {"S", ""}, {"a", ""},
	} {
		parts, err := Parse(c.pattern, "yuMLdDHkhKmsnSa", "")
		if err != nil || len(parts) != 1 {
			t.Fatal(c.pattern, parts, err)
		}
		if got, ok := parts[0].Number(at); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q", c.pattern, got, ok, c.want)
		}
	}
}
