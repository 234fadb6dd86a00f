package serde

import (
	"regexp"
	"slices"
	"testing"
)

// Whatever groups are kept, they hold what they hold when all are.
func TestKeepGroups(t *testing.T) {
	for _, c := range []struct {
		text, line string
		groups     int
	}{
		{`(a)(?:b)(c)`, "abc", 2},
		{`((a)(b(c)))`, "abc", 4},
		{`([(]a[)])(b)`, "(a)b", 2},
		{`([^])(](.))`, "xy", 2},
		{`\((a)\)([]()]*)`, "(a)()]", 2},
		{`\Q(x)\E(y)`, "(x)y", 1},
		{`(?P<one>a)(?<two>b)(?i)(C)(?i:(d))`, "abcD", 4},
		{`(?:(a)|(b))+(c)?`, "abab", 3},
		{`"([^"]*)" ([^ ]*)? ?( .*)?`, `"q" w  x y`, 3},
	} {
		whole := regexp.MustCompile(inJava(c.text))
		if whole.NumSubexp() != c.groups {
			t.Errorf("%s has %d groups", c.text, whole.NumSubexp())
		}
		want := whole.FindStringSubmatch(c.line)
		for set := range 1 << c.groups {
			var keep []int
			for g := range c.groups {
				if set>>g&1 == 1 {
					keep = append(keep, g+1)
				}
			}
			some, err := regexp.Compile(inJava(keepGroups(c.text, keep)))
			if err != nil {
				t.Errorf("%s keeping %v: %v", c.text, keep, err)
				continue
			}
			kept := []string{want[0]}
			for _, g := range keep {
				kept = append(kept, want[g])
			}
			if got := some.FindStringSubmatch(c.line); !slices.Equal(got, kept) {
				t.Errorf("%s keeping %v: %q, want %q", c.text, keep, got, kept)
			}
		}
	}
}

// A pattern is compiled for each object, so that must not take as long as reading one.
func BenchmarkKeepGroups(b *testing.B) {
	text := `^(\S+) - (\S+) \[([^\]]*)\] "(\S+) (\S+) ([^"]*)" (\d+) (\d+) "([^"]*)" "([^"]*)"$`
	for b.Loop() {
		if _, err := newRegexRows(&Table{}, text, nil, nil, true); err != nil {
			b.Fatal(err)
		}
	}
}
