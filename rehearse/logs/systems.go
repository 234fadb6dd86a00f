package logs

import (
	"encoding/json"
	"strconv"
	"strings"
)

// system is one of the systems whose logs are kept, and what is kept of them.
type system struct {
	name       string
	retention  int32  // days in CloudWatch Logs
	filter     string // what goes to the archive, in the pattern language of CloudWatch Logs
	wanted     func(line string) bool
	glacier    int // days after which objects go to GLACIER; 0 never
	infrequent int // days after which objects go to STANDARD_IA; 0 never
	expire     int // days after which objects are deleted; 0 never
	metric     string
}

// systems say of each line twice whether it is wanted: in AWS's pattern language, and in plain Go that shares nothing with it.
var systems = []system{
	{
		name: "web", retention: 7, glacier: 7, expire: 21, metric: "ServerErrors",
		filter: `[address, dash, user, time, request, status=5*, bytes, referer, agent]`,
		wanted: func(line string) bool {
			_, rest, _ := strings.Cut(line, `" `)
			return strings.HasPrefix(rest, "5")
		},
	},
	{
		name: "app", retention: 14, glacier: 14, metric: "Failures",
		filter: `{ $.level = "ERROR" || $.latencyMs > 900 }`,
		wanted: func(line string) bool {
			var v struct {
				Level     string
				LatencyMs float64
			}
			return json.Unmarshal([]byte(line), &v) == nil && (v.Level == "ERROR" || v.LatencyMs > 900)
		},
	},
	{
		name: "db", retention: 30, infrequent: 30, metric: "SlowStatements",
		filter: `?FATAL ?duration`,
		wanted: func(line string) bool { return strings.Contains(line, "FATAL") || strings.Contains(line, "duration") },
	},
}

func (s *system) group() string  { return "/shop/" + s.name }
func (s *system) stream() string { return "shop-" + s.name }
func (s *system) prefix() string { return "system=" + s.name + "/" }
func (s *system) table() string  { return s.name + "_archive" }

// policy words what becomes of the system's objects.
func (s *system) policy() string {
	var parts []string
	for _, p := range []struct {
		days int
		what string
	}{{s.infrequent, "STANDARD_IA"}, {s.glacier, "GLACIER"}, {s.expire, "deleted"}} {
		if p.days > 0 {
			parts = append(parts, p.what+" after "+strconv.Itoa(p.days)+" days")
		}
	}
	return strings.Join(parts, ", ")
}
