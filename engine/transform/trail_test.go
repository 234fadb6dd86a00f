package transform

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// What goes along the text finds what regexp finds, or gives up.
func TestTrailAgainstRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	names := []string{"NOTSPACE", "DATA", "WORD", "NUMBER", "INT", "QUOTEDSTRING", "HTTPDATE", "IPORHOST", "SPACE", "GREEDYDATA", "LOGLEVEL", "TIMESTAMP_ISO8601", "IPV4", "PATH", "HOSTPORT", "USER", "URI", "MAC", "SYSLOGTIMESTAMP"}
	bits := []string{"a", "-", "10.0.0.1", " ", `"`, `"q s"`, "3.14", "error", "x.y:80", "21/Dec/2023:06:25:37 +0000", "2024-01-02T03:04:05Z", "/a/b", "[", "]", "\n", "é", "http://h/p?q=1", "0a:1b:2c:3d:4e:5f", "::1", "Jan  2 03:04:05", "'"}
	words := []string{" ", "-", "[", `"`, ": ", "", " a", "]"}
	known, found := 0, 0
	for range 3000 {
		var match, text strings.Builder
		for range 1 + r.IntN(4) {
			match.WriteString("%{" + names[r.IntN(len(names))] + []string{"}", ":f}"}[r.IntN(2)] + words[r.IntN(len(words))])
		}
		x, err := newGrok(match.String())
		if err != nil {
			continue
		}
		if x.trail == nil {
			t.Fatalf("only regexp can do %s", match.String())
		}
		for range 20 {
			text.Reset()
			for range 1 + r.IntN(6) {
				text.WriteString(bits[r.IntN(len(bits))] + words[r.IntN(len(words))])
			}
			compare(t, x, match.String(), text.String(), &known, &found)
		}
	}
	if known < 10_000 || found < 300 {
		t.Errorf("%d known, %d found", known, found)
	}
	known, found = 0, 0
	for name := range commonLogs {
		x, err := newGrok("%{" + name + "}")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{nginxLine, `192.0.2.1 - - [03/Aug/2023:12:34:56 +0000] "GET /page.html HTTP/1.1" 200 1234`, `<165>1 2024-12-06T10:15:30.000Z m app 1 ID47 [e@1 a="b"] An event`} {
			compare(t, x, name, line, &known, &found)
			for range 500 { // spoilt
				b := []byte(line)
				for range 1 + r.IntN(3) {
					b[r.IntN(len(b))] = ` -"[]/:a1é`[r.IntN(10)]
				}
				compare(t, x, name, string(b), &known, &found)
			}
		}
	}
	if found < 300 {
		t.Errorf("%d known, %d found", known, found)
	}
}

const nginxLine = `192.168.1.1 - alice [03/Aug/2023:12:34:56 +0000] "GET /page.html HTTP/1.1" 200 1234 "https://example.com/" "Mozilla/5.0 (X11)"`

func compare(t *testing.T, x *grok, match, text string, known, found *int) {
	t.Helper()
	marks := make([]int, 2*len(x.fields)+2)
	ok, sure := x.trail.match(text, marks)
	if !sure {
		return
	}
	*known++
	want := x.re.FindStringSubmatchIndex(text)
	if ok {
		*found++
		marks[0], marks[1] = 0, len(text)
	}
	if ok != (want != nil) || ok && !slices.Equal(marks, want) {
		t.Fatalf("%s of %q: %v %v, want %v", match, text, ok, marks, want)
	}
}

// Where it would go back without end it gives up.
func TestTrailGivesUp(t *testing.T) {
	x, err := newGrok(`%{GREEDYDATA}a%{GREEDYDATA}a%{GREEDYDATA}a%{DATA}a%{DATA}b`)
	if err != nil {
		t.Fatal(err)
	}
	if _, known := x.trail.match(strings.Repeat("a", 2000), make([]int, 2*len(x.fields)+2)); known {
		t.Error("it has tried everything")
	}
	if x.find(strings.Repeat("a", 300), make([]int, maxRoom)) != nil {
		t.Error("found")
	}
}
