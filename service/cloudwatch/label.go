package cloudwatch

import (
	"regexp"
	"strconv"
	"strings"

	"unyo/engine/metricmath"
)

var dynamic = regexp.MustCompile(`\$\{[^}]*\}`)

var property = regexp.MustCompile(`^PROP\('([^']*)'\)$`)

// checkLabel refuses the parts of labels that are not here: those that tell times.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
func checkLabel(label string) error {
	for _, part := range dynamic.FindAllString(label, -1) {
		name := part[2 : len(part)-1]
		switch {
		case strings.HasSuffix(name, "_TIME"), strings.HasSuffix(name, "_RANGE"):
			return unsupported("the label part " + part)
		case name == "AVG", name == "DATAPOINT_COUNT", name == "FIRST", name == "LABEL", name == "LAST", name == "MAX", name == "MIN", name == "SUM":
		case property.MatchString(name):
		default:
			return validation("The label part %s is not known.", part)
		}
	}
	return nil
}

// called is a query's label: the one it was given, else the metric's name or the expression's id.
func (e *evaluation) called(q *query, points []metricmath.Point) string {
	own := *q.Id
	if q.MetricStat != nil {
		own = q.metric.name
	}
	if q.Label == nil || *q.Label == "" {
		return own
	}
	return e.label(*q.Label, q, points, own)
}

// label fills in the parts of a label that follow from the data; own stands for ${LABEL}.
func (e *evaluation) label(text string, q *query, points []metricmath.Point, own string) string {
	return dynamic.ReplaceAllStringFunc(text, func(part string) string {
		name := part[2 : len(part)-1]
		if name == "LABEL" {
			return own
		}
		if m := property.FindStringSubmatch(name); m != nil {
			return e.property(q, m[1])
		}
		return summarize(name, points)
	})
}

// summarize is a number over all points; -- where there are none.
func summarize(name string, points []metricmath.Point) string {
	if name == "DATAPOINT_COUNT" {
		return strconv.Itoa(len(points))
	}
	if len(points) == 0 {
		return "--"
	}
	low, high, sum := points[0].Value, points[0].Value, 0.0
	for _, p := range points {
		low, high, sum = min(low, p.Value), max(high, p.Value), sum+p.Value
	}
	x := map[string]float64{"AVG": sum / float64(len(points)), "FIRST": points[0].Value, "LAST": points[len(points)-1].Value, "MAX": high, "MIN": low, "SUM": sum}[name]
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// property is what is known of the metric itself.
func (e *evaluation) property(q *query, name string) string {
	scope := e.tx.Scope()
	switch name {
	case "AccountId":
		return scope.Account
	case "Region":
		return scope.Region
	}
	if q.MetricStat == nil {
		return ""
	}
	switch name {
	case "MetricName":
		return q.metric.name
	case "Namespace":
		return q.metric.namespace
	case "Period":
		return strconv.Itoa(int(*q.MetricStat.Period))
	case "Stat":
		return *q.MetricStat.Stat
	}
	for _, d := range q.metric.dimensions {
		if name == "Dim."+d.Name {
			return d.Value
		}
	}
	return ""
}
