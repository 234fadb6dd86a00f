package statistic_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"unyo/engine/statistic"
)

func of(values ...float64) *statistic.Set {
	var s statistic.Set
	for _, v := range values {
		s.Add(v, 1)
	}
	return &s
}

func ask(t *testing.T, s *statistic.Set, name string) string {
	t.Helper()
	q, err := statistic.Parse(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	v, ok := q.Of(s)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.6g", v)
}

// The sentences of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html on one to ten.
func TestDefinitions(t *testing.T) {
	ten := of(10, 1, 2, 3, 9, 4, 5, 6, 7, 8)
	for name, want := range map[string]string{
		"SampleCount": "10", "Sum": "55", "Average": "5.5", "Minimum": "1", "Maximum": "10",
		"p50": "5", "p95": "10", "p90": "9", "p0": "1", "p100": "10", "p33.3": "4", "p0.1": "1",
		"tm90": "5", "TM(10%:90%)": "5.5", "TM(10%:)": "6", "TM(:90%)": "5", "TM(2:4)": "3.5", "TM(20:30)": "-", "tm100": "5.5",
		"IQM": "5.5", "tc90": "9", "TC(3:)": "7", "TC(30:40)": "0", "ts90": "45", "TS(:3)": "6", "TS(8.5:)": "19",
		"wm90": "5.4", "WM(10%:90%)": "5.5", "WM(3:8)": "5.5", "WM(20%:)": "5.8",
		"PR(:3)": "30", "PR(3:8)": "50", "PR(1e1:)": "0", "PR(9.5:1E2)": "10",
	} {
		if got := ask(t, ten, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	var hundred statistic.Set
	for i := range 100 {
		hundred.Add(float64(i), 1)
	}
	if got := ask(t, &hundred, "TC(29%:71%)"); got != "42" { // 0.29 and 0.71 are no binary fractions
		t.Error(got)
	}
}

// The distribution of a summary is known only when it has none, and there is none of negative values.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
func TestUnknownDistribution(t *testing.T) {
	mixed := of(5)
	wide := statistic.Summary(3, 6, 1, 4)
	mixed.Merge(&wide)
	even := statistic.Summary(4, 8, 2, 2)
	for _, c := range []struct {
		set                 *statistic.Set
		p50, average, count string
	}{
		{mixed, "-", "2.75", "4"}, {&wide, "-", "2", "3"}, {&even, "2", "2", "4"}, {of(-1, 3), "-", "1", "2"}, {of(3, -1), "-", "1", "2"}, {of(), "-", "-", "-"},
	} {
		for name, want := range map[string]string{"p50": c.p50, "Average": c.average, "SampleCount": c.count} {
			if got := ask(t, c.set, name); got != want {
				t.Errorf("%+v: %s is %s, want %s", c.set, name, got, want)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, name := range []string{"", "p", "p101", "p-1", "P50", "p1.12345678901", "sum", "TM", "TM()", "TM(:)", "TM(10:20%)", "TM(90%:10%)", "TM(101%:)", "PR(10%:20%)", "PR(5:5)", "IQM(1:2)", "tm(5%:)", "pr50", "TM(-1:3)", "TM(1e999:)", "p50 "} {
		if _, err := statistic.Parse(name); err == nil {
			t.Errorf("%q is read", name)
		}
	}
}

var names = []string{"p0", "p10", "p50", "p90", "p99", "p99.9", "p100", "tm90", "TM(5%:95%)", "IQM", "wm95", "WM(5%:95%)"}

// reference computes from a sorted list, value by value.
func reference(name string, sorted []float64) float64 {
	n := float64(len(sorted))
	cut := func(lo, hi float64) []float64 {
		return sorted[int(math.Floor(lo/100*n+1e-9)) : len(sorted)-int(math.Floor((100-hi)/100*n+1e-9))]
	}
	mean := func(list []float64) float64 {
		sum := 0.0
		for _, v := range list {
			sum += v
		}
		return sum / float64(len(list))
	}
	edged := func(lo, hi float64) float64 {
		kept := cut(lo, hi)
		list := slices.Clone(sorted)
		for i := range list {
			list[i] = min(max(list[i], kept[0]), kept[len(kept)-1])
		}
		return mean(list)
	}
	switch name {
	case "tm90":
		return mean(cut(0, 90))
	case "TM(5%:95%)":
		return mean(cut(5, 95))
	case "IQM":
		return mean(cut(25, 75))
	case "wm95":
		return edged(0, 95)
	case "WM(5%:95%)":
		return edged(5, 95)
	}
	var p float64
	fmt.Sscanf(name, "p%g", &p)
	return sorted[max(int(math.Ceil(p/100*n-1e-9)), 1)-1]
}

// Up to a hundred different values everything is exact; above, within 1 % of the value. Order and grouping of what is added make no difference,
// nor does writing and reading.
func TestAgainstSortedList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		kind  string
		draw  func() float64
		size  int
		error float64
	}{
		{"few", func() float64 { return float64(r.IntN(100)) }, 5000, 1e-9},
		{"hundred", r.ExpFloat64, 100, 1e-9},
		{"log normal", func() float64 { return math.Exp(r.NormFloat64()) }, 20_000, 0.0101},
		{"with zeros", func() float64 { return max(0, r.NormFloat64()) * 1e6 }, 5000, 0.0101},
		{"uniform", func() float64 { return 100 + r.Float64() }, 3000, 0.0101},
		{"far apart", func() float64 { return math.Exp(r.Float64()*40 - 20) }, 20_000, 0.09}, // three doublings
	} {
		for range 3 {
			list := make([]float64, 1+r.IntN(c.size))
			whole, parts := of(), []*statistic.Set{of(), of(), of()}
			for i := range list {
				list[i] = c.draw()
				whole.Add(list[i], 1)
			}
			for _, i := range r.Perm(len(list)) {
				parts[r.IntN(3)].Add(list[i], 1)
			}
			merged := of()
			for _, p := range parts {
				read, rest, err := statistic.Decode(p.Append(nil))
				if p.Count == 0 {
					continue
				}
				if err != nil || len(rest) > 0 {
					t.Fatalf("%s: %v, %d bytes left", c.kind, err, len(rest))
				}
				merged.Merge(&read)
			}
			slices.Sort(list)
			for _, name := range names {
				want := reference(name, list)
				q, _ := statistic.Parse(name)
				got, ok := q.Of(whole)
				if !ok || math.Abs(got-want) > c.error*math.Abs(want)+1e-12 {
					t.Errorf("%s of %d: %s is %v, want %v", c.kind, len(list), name, got, want)
				}
				if again, _ := q.Of(merged); again != got && math.Abs(again-got) > 1e-9*math.Abs(got) {
					t.Errorf("%s of %d: %s is %v when added up in parts, %v in one", c.kind, len(list), name, again, got)
				}
			}
		}
	}
}

// A set stays small whatever it is given.
func TestSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := of()
	for range 200_000 {
		s.Add(math.Exp2(r.Float64()*720-360), 1+r.Float64())
	}
	if n := len(s.Append(nil)); n > 5000 {
		t.Errorf("%d bytes", n)
	}
}

func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	many, zeros := of(), of(0)
	for range 1000 {
		many.Add(r.ExpFloat64(), 1)
		zeros.Add(max(0, r.NormFloat64()), 2)
	}
	wide := statistic.Summary(3, 6, 1, 4)
	for _, s := range []*statistic.Set{of(1), of(1, 2, 3), of(-1, 2), &wide, many, zeros} {
		f.Add(s.Append(nil))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, _, err := statistic.Decode(raw)
		if err != nil {
			return
		}
		for _, name := range append(names, "TC(1:2)", "PR(:3)", "WM(1:2)") {
			q, _ := statistic.Parse(name)
			if v, ok := q.Of(&s); ok && math.IsNaN(v) {
				t.Errorf("%s is NaN", name)
			}
		}
		written := s.Append(nil)
		again, rest, err := statistic.Decode(written)
		if err != nil || len(rest) > 0 || !bytes.Equal(again.Append(nil), written) {
			t.Fatalf("written and read again: %v", err)
		}
		s.Add(1, 1)
		if _, _, err := statistic.Decode(s.Append(nil)); err != nil && !math.IsInf(s.Sum, 0) && !math.IsInf(s.Count, 0) {
			t.Fatal(err)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]float64, 1<<16)
	for i := range values {
		values[i] = math.Exp(r.NormFloat64())
	}
	var s statistic.Set
	n := 0
	for b.Loop() {
		if n++; n%10_000 == 0 {
			s = statistic.Set{}
		}
		s.Add(values[n&(1<<16-1)], 1)
	}
}
