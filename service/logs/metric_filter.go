package logs

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"unyo/base/call"
	"unyo/engine/pattern"
	"unyo/kernel/jobs"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// metricFilter is a metric filter's row.
type metricFilter struct {
	Pattern         string
	Namespace, Name string
	Value           string            // a number, or the field that it stands in
	Unit            string            `json:",omitempty"`
	Default         *float64          `json:",omitempty"` // of minutes in which events came and none matched
	Dimensions      map[string]string `json:",omitempty"` // name → field
	System          []string          `json:",omitempty"` // fields of the system that are dimensions of what matches
	Selection       string            `json:",omitempty"` // of which origin events must be
	Transformed     bool              `json:",omitempty"` // it sees events as transformers have made them
	Created         int64             // ms
	From            uint64            // batches of the group's log up to this one were there before the filter
}

// openMetricFilters makes the tables and names the jobs.
func (s *Service) openMetricFilters() {
	s.metricFilters = store.TableOf[metricFilter](s.k.Rows, "metricfilter", store.Regional)
	s.counted = store.TableOf[counted](s.k.Rows, "counted", store.Regional)
	s.blanks = store.TableOf[bool](s.k.Rows, "blank", store.Regional)
	s.counting = store.TableOf[none](s.k.Rows, "counting", store.Regional)
	lane := jobs.Lane(func(a countArg) string { return "count " + a.Group })
	s.count = jobs.Handle(s.k.Jobs, "count", s.countNext, lane, jobs.Every(time.Minute))
	s.blank = jobs.Handle(s.k.Jobs, "blank", s.fillBlanks, lane, jobs.Every(time.Minute))
	s.embed = jobs.Handle(s.k.Jobs, "embed", s.embedNext, jobs.Lane(func(a embedArg) string { return "embed " + a.Group }), jobs.Every(time.Minute))
}

// dropMetricFilters removes all that metric filters of a deleted group have.
func (s *Service) dropMetricFilters(tx *store.Tx, group string) {
	lo, hi := within(group)
	s.metricFilters.Erase(tx, lo, hi)
	s.blanks.Erase(tx, lo, hi)
	s.counted.Delete(tx, group)
	s.counting.Delete(tx, group)
	s.blank.CancelKey(tx, group)
}

// gauge is a metric filter, compiled.
type gauge struct {
	name string
	row  metricFilter
	off  bool // no event of the group is meant

	pattern *pattern.Pattern
	value   func(message []byte) (float64, bool)
	names   []string // of dimensions, ascending
	fields  []func(message []byte) (string, bool)
}

// compileMetric makes a filter ready to measure. Its errors are meant for the customer.
func compileMetric(scope call.Scope, row metricFilter) (*gauge, error) {
	p, err := compile(row.Pattern)
	if err != nil {
		return nil, err
	}
	selected, err := parseSelection(row.Selection)
	if err != nil {
		return nil, err
	}
	g := &gauge{row: row, pattern: p, off: !selected.takes(scope)}
	if x, err := strconv.ParseFloat(row.Value, 64); err == nil && storable(x) {
		g.value = func([]byte) (float64, bool) { return x, true }
	} else {
		field, err := p.Extract(row.Value)
		if err != nil {
			return nil, invalid("Invalid metricValue %s: %s", row.Value, err)
		}
		g.value = func(message []byte) (float64, bool) {
			text, ok := field(message)
			x, err := strconv.ParseFloat(text, 64)
			return x, ok && err == nil && storable(x)
		}
	}
	for name := range row.Dimensions {
		g.names = append(g.names, name)
	}
	g.names = append(g.names, row.System...)
	slices.Sort(g.names)
	for _, name := range g.names {
		if value, ok := systemField(scope, name); ok && row.Dimensions[name] == "" {
			g.fields = append(g.fields, func([]byte) (string, bool) { return value, true })
			continue
		}
		field, err := p.Extract(row.Dimensions[name])
		if err != nil {
			return nil, invalid("Invalid dimension %s: %s", name, err)
		}
		g.fields = append(g.fields, field)
	}
	return g, nil
}

// storable is what CloudWatch takes as a value.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
func storable(x float64) bool { return !math.IsNaN(x) && math.Abs(x) <= math.Ldexp(1, 360) }

// measure gives what a matching message adds. A value that is no number, and a dimension without a value, add nothing.
func (g *gauge) measure(message []byte) (series metric.Series, x float64, ok bool) {
	if x, ok = g.value(message); !ok {
		return series, 0, false
	}
	var pairs []string
	for i, field := range g.fields {
		v, ok := field(message)
		if !ok || strings.TrimSpace(v) == "" || len(v) > 1024 || !utf8.ValidString(v) {
			return series, 0, false
		}
		pairs = append(pairs, g.names[i], v)
	}
	return g.series(pairs...), x, true
}

func (g *gauge) series(pairs ...string) metric.Series {
	return metric.Series{Namespace: g.row.Namespace, Name: g.row.Name, Dimensions: metric.Of(pairs...), Unit: g.row.Unit}
}

// gauges are the filters of a group, by name.
func (s *Service) gauges(tx *store.Tx, group string) (list []*gauge, err error) {
	base := store.Key(group, "")
	for key, row := range s.metricFilters.Prefix(tx, base, "") {
		g, err := compileMetric(tx.Scope(), row)
		if err != nil {
			return nil, err
		}
		g.name = key[len(base):]
		list = append(list, g)
	}
	return list, nil
}
