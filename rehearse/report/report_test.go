package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	r := &Report{Title: "T", Story: "One.\nTwo.", Hash: "abc"}
	r.Add(Section{Title: "S", Head: []string{"a", "b"}, Rows: [][]string{{"1", "<2>"}}, Plot: &Plot{Unit: "u", X: []string{"day 1", "day 2"}, Series: []Series{{"s", []float64{0, 1500}}}}})
	r.Check("right", 1, 1)
	r.Check("wrong", 1, 2)
	if r.Failed() != 1 {
		t.Errorf("%d failed", r.Failed())
	}
	var text bytes.Buffer
	r.Print(&text)
	for _, want := range []string{"ok    right: 1", "OFF   wrong: 2, and must be 1", "1  <2>"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the terminal lacks %q:\n%s", want, &text)
		}
	}
	path := filepath.Join(t.TempDir(), "r.html")
	if err := r.WriteHTML(path); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 of 2 are off", "&lt;2&gt;", "<p>Two.</p>", `<polyline class="s0" points="64.0,206.0 708.0,12.0">`, "1.5k"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestCeiling(t *testing.T) {
	for most, want := range map[float64]float64{0: 1, 1: 1, 12: 15, 1500: 1500, 1501: 2000, 99: 100} {
		p := Plot{Series: []Series{{Values: []float64{most}}}}
		if got := p.ceiling(); got != want {
			t.Errorf("ceiling of %v: %v, want %v", most, got, want)
		}
	}
}
