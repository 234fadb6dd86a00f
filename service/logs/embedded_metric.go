package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	api "unyo/api/logs"
	"unyo/engine/logstore"
	"unyo/kernel/metric"
)

// Embedded metrics: a log event that is a JSON document of this form says which of its members are values of metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

// Limits of a document.
const (
	maxDefinitions  = 100 // of a directive
	maxTargetValues = 100
	maxDimensions   = 30
	maxMetricName   = 255 // characters, of namespaces, metrics and dimensions
	maxDimension    = 1024
	maxEmbedded     = 10_000 // metrics of a document, which AWS does not limit: definitions times sets of dimensions
)

// carriesMetrics reports whether one of events may be such a document: what mentions the member that makes it one, and begins as an object.
func carriesMetrics(events []logstore.Entry) bool {
	for i := range events {
		// Sought from its first letter on, for of quotes a document is full.
		if m := events[i].Message; strings.HasPrefix(strings.TrimLeft(m, " \t\r\n"), "{") && strings.Contains(m, `CloudWatchMetrics"`) {
			return true
		}
	}
	return false
}

// embedded are the values of one metric in one document.
type embedded struct {
	series metric.Series
	at     int64 // ms
	values []float64
}

var errMalformed = errors.New("malformed embedded metrics")

// document reads what a log event says about metrics. Those that are against the specification are left out and counted as invalid;
// nothing comes of a document that does not have its form (errMalformed). Other events have no metrics.
func document(message []byte, now time.Time) (list []embedded, invalid int, err error) {
	if !bytes.Contains(message, []byte(`"CloudWatchMetrics"`)) || !bytes.HasPrefix(bytes.TrimLeft(message, " \t\r\n"), []byte("{")) {
		return nil, 0, nil
	}
	root, ok := members(message)
	if !ok {
		return nil, 0, errMalformed
	}
	raw, ok := root["_aws"]
	if !ok {
		return nil, 0, nil
	}
	about, ok := members(raw)
	if !ok {
		return nil, 0, errMalformed
	}
	if raw, ok = about["CloudWatchMetrics"]; !ok {
		return nil, 0, nil
	}
	var directives []json.RawMessage
	at, fault := strconv.ParseInt(string(about["Timestamp"]), 10, 64)
	if json.Unmarshal(raw, &directives) != nil || directives == nil || fault != nil {
		return nil, 0, errMalformed
	}
	d := &embeddedDocument{root: root, at: at, timely: at >= now.UnixMilli()-maxAge && at <= now.UnixMilli()+maxAhead}
	for _, raw := range directives {
		if !d.directive(raw) {
			return nil, 0, errMalformed
		}
	}
	return d.list, d.invalid, nil
}

type embeddedDocument struct {
	root    map[string]json.RawMessage
	at      int64 // ms
	timely  bool  // CloudWatch takes values of that time
	list    []embedded
	invalid int
}

// directive takes the metrics of one MetricDirective, if it has its form.
func (d *embeddedDocument) directive(raw json.RawMessage) bool {
	object, ok := members(raw)
	namespace, isText := text(object["Namespace"])
	var sets [][]string
	var definitions []json.RawMessage
	if !ok || !isText || json.Unmarshal(object["Dimensions"], &sets) != nil || json.Unmarshal(object["Metrics"], &definitions) != nil {
		return false
	}
	named := len(definitions) <= maxDefinitions && len(sets) > 0 && metricName(namespace) && !strings.HasPrefix(namespace, "AWS/")
	var dimensions []metric.Dimensions
	for _, set := range sets {
		if of, ok := d.dimensions(set); ok {
			dimensions = append(dimensions, of)
		} else {
			d.invalid++
		}
	}
	for _, raw := range definitions {
		object, ok := members(raw)
		if !ok {
			return false
		}
		series, values, ok := d.definition(object)
		if !ok || !named || !d.timely || len(d.list)+len(dimensions) > maxEmbedded {
			d.invalid++
			continue
		}
		series.Namespace = namespace
		for _, series.Dimensions = range dimensions {
			d.list = append(d.list, embedded{series, d.at, values})
		}
	}
	return true
}

// dimensions are the values of a DimensionSet's members.
func (d *embeddedDocument) dimensions(names []string) (metric.Dimensions, bool) {
	var pairs []string
	seen := map[string]bool{}
	for _, name := range names {
		v, ok := text(d.root[name])
		if !ok || seen[name] || !metricName(name) || strings.HasPrefix(name, ":") || len(v) > maxDimension || !printable(v) || strings.TrimSpace(v) == "" {
			return "", false
		}
		seen[name] = true
		pairs = append(pairs, name, v)
	}
	return metric.Of(pairs...), len(names) <= maxDimensions
}

// definition is a metric, but for its namespace and dimensions, and its values.
func (d *embeddedDocument) definition(object map[string]json.RawMessage) (s metric.Series, values []float64, ok bool) {
	if s.Name, ok = text(object["Name"]); !ok || !metricName(s.Name) {
		return s, nil, false
	}
	if raw, given := object["Unit"]; given {
		if s.Unit, ok = text(raw); !ok || !isUnit(s.Unit) {
			return s, nil, false
		}
	}
	switch raw, given := object["StorageResolution"]; {
	case given && string(raw) == "1":
		s.Fine = true
	case given && string(raw) != "60":
		return s, nil, false
	}
	values, ok = numbers(d.root[s.Name])
	return s, values, ok
}

// numbers is what a metric's target member holds: a number, or some.
func numbers(raw json.RawMessage) (values []float64, ok bool) {
	if len(raw) > 0 && raw[0] != '[' {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	var list []*float64
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 || len(list) > maxTargetValues {
		return nil, false
	}
	for _, x := range list {
		if x == nil || !storable(*x) {
			return nil, false
		}
		values = append(values, *x)
	}
	return values, true
}

// members are those of a JSON object, by their exact names.
func members(raw json.RawMessage) (m map[string]json.RawMessage, ok bool) {
	return m, json.Unmarshal(raw, &m) == nil && m != nil
}

func text(raw json.RawMessage) (s string, ok bool) {
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}

func metricName(s string) bool {
	return s != "" && len(s) <= maxMetricName && printable(s) && strings.TrimSpace(s) != ""
}

var metricUnits = []string{
	api.StandardUnitSeconds, api.StandardUnitMicroseconds, api.StandardUnitMilliseconds, api.StandardUnitBytes, api.StandardUnitKilobytes, api.StandardUnitMegabytes,
	api.StandardUnitGigabytes, api.StandardUnitTerabytes, api.StandardUnitBits, api.StandardUnitKilobits, api.StandardUnitMegabits, api.StandardUnitGigabits,
	api.StandardUnitTerabits, api.StandardUnitPercent, api.StandardUnitCount, api.StandardUnitBytesSecond, api.StandardUnitKilobytesSecond, api.StandardUnitMegabytesSecond,
	api.StandardUnitGigabytesSecond, api.StandardUnitTerabytesSecond, api.StandardUnitBitsSecond, api.StandardUnitKilobitsSecond, api.StandardUnitMegabitsSecond,
	api.StandardUnitGigabitsSecond, api.StandardUnitTerabitsSecond, api.StandardUnitCountSecond, api.StandardUnitNone,
}

func isUnit(name string) bool { return slices.Contains(metricUnits, name) }
