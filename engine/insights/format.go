package insights

import (
	"bytes"
)

// formatted are the fields of formats that are not JSON: of VPC flow logs and of Route 53, by their place in a line, and of a Lambda function's.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
var formatted = map[string]bool{}

var (
	flowFields  = []string{"version", "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort", "protocol", "packets", "bytes", "startTime", "endTime", "action", "logStatus"}
	queryFields = []string{"version", "queryTimestamp", "hostZoneId", "queryName", "queryType", "responseCode", "protocol", "edgeLocation", "resolverIp"}
	// reportFields are the parts of a REPORT line, and what their numbers are counted in.
	reportFields = []struct {
		label, name string
		times       float64
	}{
		{"Duration: ", "@duration", 1}, {"Billed Duration: ", "@billedDuration", 1}, {"Memory Size: ", "@memorySize", 1e6}, {"Max Memory Used: ", "@maxMemoryUsed", 1e6}, {"Init Duration: ", "@initDuration", 1},
		{"XRAY TraceId: ", "@xrayTraceId", 0}, {"SegmentId: ", "@xraySegmentId", 0},
	}
)

func init() {
	for _, list := range [][]string{flowFields, queryFields, {"@requestId", "@type"}} {
		for _, n := range list {
			formatted[n] = true
		}
	}
	for _, f := range reportFields {
		formatted[f.name] = true
	}
}

// format looks up the fields of a line that is not JSON.
func (r *row) format(m []byte) {
	switch {
	case isFlow(m):
		r.places(m, flowFields)
	case isQuery(m):
		r.places(m, queryFields)
	default:
		r.function(m)
	}
}

// isFlow knows a line of VPC flow logs in their default format.
func isFlow(m []byte) bool {
	if len(m) < 3 || m[0] < '2' || m[0] > '9' || m[1] != ' ' || bytes.Count(m, []byte(" ")) != len(flowFields)-1 {
		return false
	}
	return bytes.HasSuffix(m, []byte(" OK")) || bytes.HasSuffix(m, []byte(" NODATA")) || bytes.HasSuffix(m, []byte(" SKIPDATA"))
}

// isQuery knows a line of Route 53's query logs.
func isQuery(m []byte) bool {
	return bytes.HasPrefix(m, []byte("1.0 ")) && bytes.Count(m, []byte(" ")) >= 9
}

// functionLines are what Lambda writes about a call, each with a mark behind it.
var functionLines = []string{"START", "END", "REPORT"}

const functionMark = " RequestId: "

// formatValue sets the slot of a field, if the query asks for it.
func (r *row) formatValue(name string, v Value) {
	for _, p := range r.p.formats {
		if p.name == name {
			r.take(p.slot, v)
		}
	}
}

// places are fields by their places. - is one that is missing.
func (r *row) places(m []byte, names []string) {
	for _, n := range names {
		text, rest, _ := bytes.Cut(m, []byte(" "))
		if string(text) != "-" {
			r.formatValue(n, str(text))
		}
		m = rest
	}
}

// function are the fields of a line that Lambda writes, or that a function writes through it.
func (r *row) function(m []byte) {
	for _, kind := range functionLines {
		rest, ok := bytes.CutPrefix(m, []byte(kind+functionMark))
		if !ok {
			continue
		}
		r.formatValue("@type", str([]byte(kind)))
		r.formatValue("@requestId", str(rest[:fieldEnd(rest)]))
		if kind == "REPORT" {
			r.report(rest)
		}
		return
	}
	if parts := bytes.SplitN(m, []byte("\t"), 3); len(parts) == 3 && len(parts[1]) == 36 && valueKind(parts[1]) == "UUID" {
		r.formatValue("@requestId", str(parts[1]))
	}
}

func fieldEnd(b []byte) int {
	if n := bytes.IndexAny(b, " \t\n"); n >= 0 {
		return n
	}
	return len(b)
}

func (r *row) report(m []byte) {
	for _, part := range bytes.FieldsFunc(m, func(c rune) bool { return c == '\t' || c == '\n' }) {
		for _, f := range reportFields {
			text, ok := bytes.CutPrefix(bytes.TrimSpace(part), []byte(f.label))
			if !ok {
				continue
			}
			text = text[:fieldEnd(text)]
			if n, ok := parseNumber(text); ok && f.times > 0 {
				r.formatValue(f.name, number(n*f.times))
			} else if f.times == 0 {
				r.formatValue(f.name, str(text))
			}
		}
	}
}

// entity looks a field up in the entity that the row's event is about.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
func entity(name string) lookup {
	return func(r *row) Value {
		if r.group.Entity == nil {
			return Value{}
		}
		text, ok := r.group.Entity(r.ev)[name]
		if !ok {
			return Value{}
		}
		return str([]byte(text))
	}
}
