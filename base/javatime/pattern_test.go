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
