package insights

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
)

// What straighten takes on it matches as package regexp does, groups and all.
func TestStraight(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	taken := 0
	for range 20_000 {
		expr := ""
		for range 1 + r.IntN(5) {
			part := one("a", "b ", `"`, "ab", `\d+`, `\S+`, `[^"]*`, "[a-c]+", ".+", `\w{2}`, `\s+`, "[^ ]{0,3}", "x*", ".*?", "é")
			expr += one(part, "("+part+")", fmt.Sprintf("(?P<n%d>%s)", r.IntN(1000000), part))
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			continue
		}
		s := straighten(re)
		if s == nil {
			continue
		}
		taken++
		for range 20 {
			text := ""
			for range r.IntN(14) {
				text += one("a", "b", "c", "1", "2", " ", `"`, "x", "é", "\n", "\xff")
			}
			got, want := s.find(nil, []byte(text)), re.FindSubmatchIndex([]byte(text))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s in %q: %v, want %v", expr, text, got, want)
			}
		}
	}
	if taken < 1000 {
		t.Fatalf("only %d expressions were taken", taken)
	}
}
