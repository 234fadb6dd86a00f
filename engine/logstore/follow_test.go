package logstore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// followed cuts each line and follows it too, in the memory of the lines before: who gets to its end has the shape and the fields that cut finds. It
// returns how many did.
func followed(t *testing.T, lines []string) (n int) {
	t.Helper()
	var s shaper
	s.begin()
	var buf []byte
	for _, line := range lines {
		off := uint32(len(buf))
		buf = append(buf, line...)
		sh := s.follow(buf, off)
		fields := slices.Clone(s.fields[:s.n])
		s.cut(buf, off)
		want := s.known[string(s.key)]
		if sh != nil {
			if n++; sh != want || !slices.Equal(fields, s.fields[:s.n]) {
				t.Fatalf("%q has fields %v of %p followed, %v of %p cut", line, fields, sh, s.fields[:s.n], want)
			}
		}
		if want == nil {
			s.pave(s.learn())
		}
		buf = append(buf, "7a "[:off%4%3]...) // lies behind, and is not of the line
	}
	return n
}

func TestFollow(t *testing.T) {
	var web []string
	for _, e := range webAndJSON(3000) {
		web = append(web, e.Message)
	}
	if n := followed(t, web); n < 2500 {
		t.Errorf("only %d of %d lines are followed", n, len(web))
	}
	r := rand.New(rand.NewPCG(4, 2))
	words := []string{"1", "23", "x1", "x12", "abc1", "123456", "1234567", "12345678", "123456789", "g", "abcdefg", "abcdefgh", " ", " ", ".", ", ", "-", "_", "\xc3\xa4", strings.Repeat("9", 257), strings.Repeat("ab1", 85), "\x00", "/", ":", "0"}
	n := 0
	for range 60 {
		var lines []string
		some, pieces := words[r.IntN(len(words)):], 1+r.IntN(12)
		for range 300 {
			line := ""
			for range r.IntN(pieces + 1) {
				line += some[r.IntN(len(some))]
			}
			lines = append(lines, line)
		}
		n += followed(t, lines)
	}
	if n < 2000 {
		t.Errorf("only %d are followed", n)
	}
	// Lines with as many fields as there may be, with more, and with long texts are cut.
	for _, piece := range []string{"1 ", "x ", strings.Repeat("y", 300) + " 1 "} {
		var lines []string
		for i := range 600 {
			lines = append(lines, strings.Repeat(piece, 150+i%200)+fmt.Sprint(i%3))
		}
		followed(t, lines)
	}
}

// FuzzFollow: any lines.
func FuzzFollow(f *testing.F) {
	f.Add([]byte("GET /a/17 200 0017\nGET /a/18 200 0018\nGET /b/9 404 7\n\n\x00\xff12 a1b2c3d4\n"))
	f.Add([]byte("abcdefgh 1\nabcdefgh 2\nabcdefghi 3\nabcdefgh\n\n1\n12345678\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var lines []string
		for l := range bytes.SplitSeq(text, []byte("\n")) {
			lines = append(lines, string(l))
		}
		followed(t, append(lines, lines...))
	})
}
