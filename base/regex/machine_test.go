package regex

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// all are a text's matches, step by step or by package regexp.
func all(t testing.TB, text, src string, slowly bool) (out [][]int) {
	if slowly {
		defer func(n int) { few = n }(few)
		few = 0
	}
	re, err := Compile(text)
	if err != nil {
		t.Skip(err)
	}
	if err := re.Each([]byte(src), func() error { return nil }, func(at []int) bool {
		out = append(out, at)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

var samples = [][2]string{
	{`a|ab|abc`, "abcab"}, {`(a+)(b*)`, "aabxab"}, {`(?i)HE(l+)o`, "hello HELLO"}, {`^a|b$`, "ab\nab"}, {`(?m)^a|b$`, "ab\nab"}, {`\bfoo\b`, "foo food foo"}, {``, "äb"}, {`a*`, "baaac"}, {`(a|b)*?c`, "abcabc"},
	{`(?s).+`, "a\nb"}, {`[^x]+`, "axb\xffc"}, {`(x)?(y)?`, "yxy"}, {`\B`, "ab cd"}, {`(a)(?:b|(c))`, "abac"}, {`x*?`, "xx"}, {`(?:a{2,3}){2}`, "aaaaaaa"}, {`prefix\d+`, "a prefix12 prefix prefix3"}, {`\z`, "ab"}, {`(|a)+`, "aa"}, {`\x{1F600}+`, "😀😀"},
}

// The machine finds what package regexp finds.
func TestEachAsPackageRegexp(t *testing.T) {
	for _, c := range samples {
		want := regexp.MustCompile(c[0]).FindAllSubmatchIndex([]byte(c[1]), -1)
		if got := all(t, c[0], c[1], true); !reflect.DeepEqual(got, want) {
			t.Errorf("%s in %q: %v, want %v", c[0], c[1], got, want)
		}
	}
}

func FuzzEach(f *testing.F) {
	for _, c := range samples {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, text, src string) {
		if len(text) > 100 || len(src) > 200 || Size(text) > 5000 {
			return
		}
		if got, want := all(t, text, src, true), all(t, text, src, false); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s in %q: %v, want %v", text, src, got, want)
		}
	})
}

// What takes long is ended soon after it is to be.
func TestEnded(t *testing.T) {
	re, err := Compile(`((a|b|c|x|y| ){1,30}){1,30}z`)
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	begun := time.Now()
	ended := func() error {
		if time.Since(begun) > 50*time.Millisecond {
			return stop
		}
		return nil
	}
	src := []byte(strings.Repeat("xy ", 1_000_000))
	if _, err := re.First(src, ended); err != stop {
		t.Errorf("ended with %v", err)
	}
	if d := time.Since(begun); d > time.Minute {
		t.Errorf("took %v", d)
	}
}
