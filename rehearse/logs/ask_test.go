package logs

import (
	"testing"

	"unyo/rehearse/report"
)

// An answer that is off is seen: another value, a row missing or too many, a column missing.
func TestCompare(t *testing.T) {
	known := [][]string{{"a", "1.25"}, {"b", "2"}}
	for _, c := range []struct {
		got [][]string
		off string
	}{
		{[][]string{{"a", "1.25"}, {"b", "2.0"}}, ""},
		{[][]string{{"a", "1.25004"}, {"b", "2"}}, ""}, // Insights writes four decimals
		{[][]string{{"a", "1.26"}, {"b", "2"}}, ", but row 1 is [a 1.26], not [a 1.25]"},
		{[][]string{{"a", "1.25"}}, ", but row 2 is [], not [b 2]"},
		{[][]string{{"a", "1.25"}, {"b", "2"}, {"c", "3"}}, ", but row 3 is [c 3], not []"},
		{[][]string{{"a"}, {"b", "2"}}, ", but row 1 is [a], not [a 1.25]"},
	} {
		p := &play{report: &report.Report{}}
		if off := p.compare("Athena", known, c.got); off != c.off || (p.report.Failed() == 0) != (c.off == "") {
			t.Errorf("%v: %q, want %q; %d failed", c.got, off, c.off, p.report.Failed())
		}
	}
}

// Of rows that are wanted up to a limit, those that were answered must be known ones, and as many as there are.
func TestAmong(t *testing.T) {
	known := [][]string{{"a"}, {"a"}, {"b"}, {"c"}}
	for _, c := range []struct {
		got [][]string
		ok  bool
	}{
		{[][]string{{"a"}, {"c"}}, true}, {[][]string{{"a"}, {"a"}}, true}, {[][]string{{"b"}, {"b"}}, false}, {[][]string{{"a"}}, false}, {[][]string{{"a"}, {"x"}}, false},
	} {
		p := &play{report: &report.Report{}}
		want := among(known, c.got, 2)
		inOrder(want)
		if off := p.compare("Athena", want, c.got); (off == "") != c.ok {
			t.Errorf("%v: %q", c.got, off)
		}
	}
}

// Every item of the price list has a unit and a usage.
func TestPrices(t *testing.T) {
	price, err := readPrices()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range price.Items {
		if i.Usage == "" || i.Page == "" || i.cost(i.unit()) <= 0 {
			t.Errorf("%+v", i)
		}
	}
	if got := price.of("athena", leastScanned); got < 4.7e-5 || got > 4.8e-5 {
		t.Errorf("the least query costs %v", got)
	}
}
