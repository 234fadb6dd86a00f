package metricmath_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"unyo/engine/metricmath"
)

// of makes a series of one value a minute; NaN is none.
func of(label string, values ...float64) metricmath.Series {
	s := metricmath.Series{Label: label, Period: 60}
	for i, v := range values {
		if !math.IsNaN(v) {
			s.Points = append(s.Points, metricmath.Point{At: int64(i) * 60, Value: v})
		}
	}
	return s
}

var gap = math.NaN()

func scope() *metricmath.Scope {
	names := []string{"m1", "m2", "errors1", "gaps", "none"}
	known := map[string]metricmath.Series{
		"m1": of("m1", 1, 2, 4, 8), "m2": of("m2", 10, 20, gap, 40), "errors1": of("errors1", 0, 5, 0, 5), "gaps": of("gaps", gap, 3, gap, gap, 9, gap), "none": of("none"),
	}
	return &metricmath.Scope{Start: 0, End: 360, Period: 60, Room: 100,
		Lookup: func(id string) (metricmath.Value, error) { return metricmath.Of(known[id]), nil },
		Metrics: func(part string) (list []metricmath.Series) {
			for _, n := range names {
				if strings.Contains(n, part) {
					list = append(list, known[n])
				}
			}
			return list
		}}
}

func show(v metricmath.Value) string {
	if v.Kind == metricmath.Number {
		return fmt.Sprintf("%g", v.Number)
	}
	var b strings.Builder
	for i, s := range v.List {
		if i > 0 {
			b.WriteString(" | ")
		}
		for j, p := range s.Points {
			if j > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%d:%.4g", p.At/60, p.Value)
		}
	}
	return b.String()
}

// What https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html says of each operator and function.
func TestExpressions(t *testing.T) {
	for expr, want := range map[string]string{
		"1 + 2 * 3 ^ 2 ^ 0 - -4": "11", "(1+2)*3": "9", "7/2": "3.5", "1.5e1": "15", "2^-1": "0.5", "-2^2": "-4",
		"m1 + m2": "0:11 1:22 3:48", "m1 * 10": "0:10 1:20 2:40 3:80", "100 - m1": "0:99 1:98 2:96 3:92", "m1/errors1": "1:0.4 3:1.6",
		"[m1, m2] + 1": "0:2 1:3 2:5 3:9 | 0:11 1:21 3:41", "m1 - [m1, errors1]": "0:0 1:0 2:0 3:0 | 0:1 1:-3 2:4 3:3",
		"m1 > 2": "0:0 1:0 2:1 3:1", "m1 > 1 AND m1 < 8": "0:0 1:1 2:1 3:0", "m1 == 1 || m1 == 8": "0:1 1:0 2:0 3:1", "m1 >= 4 OR errors1 != 0": "0:0 1:1 2:1 3:1", "m1 <= 2 && 1": "0:1 1:1 2:0 3:0",
		"SUM(m1)": "15", "SUM([m1, m2])": "0:11 1:22 2:4 3:48", "AVG(m1)": "3.75", "AVG([m1,m2])": "0:5.5 1:11 2:4 3:24", "m1 - AVG(m1)": "0:-2.75 1:-1.75 2:0.25 3:4.25",
		"MIN(m2)": "10", "MAX([m1,errors1])": "0:1 1:5 2:4 3:8", "STDDEV(errors1)": "2.5", "STDDEV([m1,m1])": "0:0 1:0 2:0 3:0", "m1 - MIN(none)": "",
		"SUM(METRICS(\"errors\"))": "0:0 1:5 2:0 3:5", "METRIC_COUNT(METRICS())": "5", "METRICS('m')": "0:1 1:2 2:4 3:8 | 0:10 1:20 3:40",
		"ABS(0-m1)": "0:1 1:2 2:4 3:8", "CEIL(m1/3)": "0:1 1:1 2:2 3:3", "FLOOR(m1/3)": "0:0 1:0 2:1 3:2", "LOG10(m2)": "0:1 1:1.301 3:1.602", "LOG(m1-1)": "1:0 2:1.099 3:1.946",
		"DIFF(m2)": "1:10 3:20", "DIFF_TIME(m2)": "1:60 3:120", "RATE(m2)": "1:0.1667 3:0.1667", "RUNNING_SUM(m1)": "0:1 1:3 2:7 3:15", "PERIOD(m1)": "60", "m1/PERIOD(m1)": "0:0.01667 1:0.03333 2:0.06667 3:0.1333",
		"DATAPOINT_COUNT(m2)": "3", "DATAPOINT_COUNT([m1,m2])": "0:2 1:2 2:1 3:2",
		"FILL(gaps, 0)": "0:0 1:3 2:0 3:0 4:9 5:0", "FILL(gaps, REPEAT)": "1:3 2:3 3:3 4:9 5:9", "FILL(gaps, LINEAR)": "1:3 2:5 3:7 4:9", "FILL(gaps, m1)": "0:1 1:3 2:4 3:8 4:9", "FILL([none], 7)": "0:7 1:7 2:7 3:7 4:7 5:7",
		"IF(m1 > 2, m1, 0)": "0:0 1:0 2:4 3:8", "IF(m1 > 2, m2)": "3:40", "IF(1, m1, m2)": "0:1 1:2 2:4 3:8", "IF(0, m1)": "", "IF(errors1, 1, errors1)": "0:0 1:1 2:0 3:1",
		"MINUTE(m1)": "0:0 1:1 2:2 3:3", "HOUR(m1)": "0:0 1:0 2:0 3:0", "DAY(m1)": "0:4 1:4 2:4 3:4", "DATE(m1)": "0:1 1:1 2:1 3:1", "MONTH(m1)": "0:1 1:1 2:1 3:1", "YEAR(m1)": "0:1970 1:1970 2:1970 3:1970", "EPOCH(m1)": "0:0 1:60 2:120 3:180",
		"SORT([m1, m2, errors1], SUM, DESC, 2)": "0:10 1:20 3:40 | 0:1 1:2 2:4 3:8", "SORT([none, m1, errors1], MAX, ASC)": "0:0 1:5 2:0 3:5 | 0:1 1:2 2:4 3:8 | ",
		"SLICE([m1, m2, errors1], 1, 3)": "0:10 1:20 3:40 | 0:0 1:5 2:0 3:5", "SLICE([m1, m2], 1)": "0:10 1:20 3:40", "FIRST([m1,m2])": "0:1 1:2 2:4 3:8", "LAST([m1,errors1])": "0:0 1:5 2:0 3:5", "REMOVE_EMPTY([none, errors1])": "0:0 1:5 2:0 3:5",
		"TIME_SERIES(3)": "0:3 1:3 2:3 3:3 4:3 5:3", "m1/0": "",
	} {
		e, err := metricmath.Parse(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		v, err := e.Eval(scope())
		if err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got := show(v); got != want {
			t.Errorf("%s is %q, want %q", expr, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, expr := range []string{"", "m1 +", "(m1", "[m1", "m1 m2", "NOPE(m1)", "SUM()", "SUM(1)", "SUM(m1, m2)", "[1]", "[m1] + [m2]", "REPEAT", "'x' + 1", "FILL(m1, FOO)", "FILL(m1)", "SORT([m1], MEDIAN, ASC)", "SORT(m1, SUM, ASC)",
		"SLICE(m1, 1)", "IF([m1], 1, 2)", "TIME_SERIES(m1)", "PERIOD([m1])", "METRICS(1)", "1..2", "m1 ORDER 2", "'open", "#", strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200)} {
		e, err := metricmath.Parse(expr)
		if err == nil {
			_, err = e.Eval(scope())
		}
		if !errors.Is(err, metricmath.ErrSyntax) {
			t.Errorf("%q: %v", expr, err)
		}
	}
	for _, expr := range []string{"SEARCH('{AWS/EC2,InstanceId} CPU', 'Average', 300)", "1 + ANOMALY_DETECTION_BAND(m1, 2)", "SELECT AVG(CPUUtilization) FROM SCHEMA(\"AWS/EC2\")", "LAMBDA('f')"} {
		if _, err := metricmath.Parse(expr); !errors.Is(err, metricmath.ErrAbsent) {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"m1+SUM([m1,m2])^-2", "IF(m1 >= 4 OR e1 != 0, FILL(m1, REPEAT), 0)", "SLICE(SORT(METRICS('x'), SUM, DESC), 0, 1e1)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		e, err := metricmath.Parse(expr)
		if err != nil {
			return
		}
		v, err := e.Eval(scope())
		for _, s := range v.List {
			for _, p := range s.Points {
				if err == nil && (math.IsNaN(p.Value) || math.IsInf(p.Value, 0)) {
					t.Errorf("%v at %d", p.Value, p.At)
				}
			}
		}
	})
}
