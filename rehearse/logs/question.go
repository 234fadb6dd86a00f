package logs

import (
	"fmt"
	"time"
)

// question is asked of Insights and of Athena; what both must answer is known from what was written.
type question struct {
	what, group, table string
	days               int // it is about, the last that is whole the last
	insights, sql      string
	known              func(p *play, from, to time.Time) [][]string
}

// entry takes a line of the load balancer's apart for Insights.
const entry = `parse @message /^\S+ \S+ \S+ \S+ \S+ \S+ (?<seconds>\S+) \S+ (?<status>\d+) .*? "\S+ https:\/\/[^\/]+(?<path>\/[^ ?"]*)/`

// slot writes an instant in SQL as Insights writes a bin of so many seconds.
func slot(instant string, seconds int) string {
	return fmt.Sprintf("date_format(from_unixtime(floor(to_unixtime(%s) / %[2]d) * %[2]d), '%%Y-%%m-%%d %%H:%%i:%%s.000')", instant, seconds)
}

// week is how many days the questions over a longer time are about; every group still has them.
const week = 6

// always is as many days as there were.
const always = 0

var (
	answered  = "from_iso8601_timestamp(time)"
	logged    = "date_parse(time_local, '%d/%b/%Y:%H:%i:%s +0000')"
	questions = []question{
		{
			what: "Requests by status, each five minutes of a day", group: balancerGroup, table: balancerTable, days: 1,
			insights: entry + ` | stats count(*) as requests by bin(5m) as slot, status | sort slot, status`,
			sql:      `SELECT ` + slot(answered, 300) + ` AS slot, elb_status_code, count(*) AS requests FROM alb_access_logs WHERE day BETWEEN '%Y' AND '%Z' GROUP BY 1, 2 ORDER BY 1, 2`,
			known:    (*play).knownStatuses,
		}, {
			what: "Slowest paths of a day", group: balancerGroup, table: balancerTable, days: 1,
			insights: entry + ` | filter seconds >= 0 | stats count(*) as requests, avg(seconds) as mean, max(seconds) as worst by path | sort mean desc | limit 3`,
			sql: `SELECT url_extract_path(request_url) AS path, count(*) AS requests, avg(target_processing_time) AS mean, max(target_processing_time) AS worst
				FROM alb_access_logs WHERE day BETWEEN '%Y' AND '%Z' AND target_processing_time >= 0 GROUP BY 1 ORDER BY mean DESC LIMIT 3`,
			known: (*play).knownSlowest,
		}, {
			what: "Percentiles of the latency of a day", group: balancerGroup, table: balancerTable, days: 1,
			insights: entry + ` | filter seconds >= 0 | stats pct(seconds, 50) as half, pct(seconds, 90) as most, pct(seconds, 99) as nearlyAll`,
			sql: `SELECT approx_percentile(target_processing_time, 0.5) AS half, approx_percentile(target_processing_time, 0.9) AS most, approx_percentile(target_processing_time, 0.99) AS nearlyAll
				FROM alb_access_logs WHERE day BETWEEN '%Y' AND '%Z' AND target_processing_time >= 0`,
			known: (*play).knownPercentiles,
		}, {
			what: "Server errors by hour", group: balancerGroup, table: balancerTable, days: week,
			insights: entry + ` | filter status >= 500 | stats count(*) as errors by bin(1h) as hour | sort hour`,
			sql:      `SELECT ` + slot(answered, 3600) + ` AS hour, count(*) AS errors FROM alb_access_logs WHERE day BETWEEN '%Y' AND '%Z' AND elb_status_code >= 500 GROUP BY 1 ORDER BY 1`,
			known:    func(p *play, from, to time.Time) [][]string { return p.knownErrors(from, to, time.Hour) },
		}, {
			what: "Server errors by day, since the beginning", group: balancerGroup, table: balancerTable, days: always,
			insights: entry + ` | filter status >= 500 | stats count(*) as errors by bin(1d) as day | sort day`,
			sql:      `SELECT replace(day, '/', '-') || ' 00:00:00.000' AS day, count(*) AS errors FROM alb_access_logs WHERE day BETWEEN '%Y' AND '%Z' AND elb_status_code >= 500 GROUP BY 1 ORDER BY 1`,
			known:    func(p *play, from, to time.Time) [][]string { return p.knownErrors(from, to, 24*time.Hour) },
		}, {
			what: "Rejected flows of a day by port", group: flowGroup, table: flowTable, days: 1,
			insights: `filter action = "REJECT" | stats count(*) as flows by dstPort | sort flows desc, dstPort`,
			sql:      "SELECT dstport, count(*) AS flows FROM vpc_flow_logs WHERE \"date\" BETWEEN DATE '%y' AND DATE '%z' AND action = 'REJECT' GROUP BY 1 ORDER BY flows DESC, 1",
			known:    (*play).knownRejects,
		}, {
			what: "Top talkers", group: flowGroup, table: flowTable, days: week,
			insights: `filter logStatus = "OK" | stats sum(bytes) as total by srcAddr | sort total desc | limit 5`,
			sql:      "SELECT srcaddr, sum(bytes) AS total FROM vpc_flow_logs WHERE \"date\" BETWEEN DATE '%y' AND DATE '%z' AND log_status = 'OK' GROUP BY 1 ORDER BY total DESC LIMIT 5",
			known:    (*play).knownTalkers,
		}, {
			what: "Server errors of the web server by day", group: "/shop/web", table: "web_archive", days: week,
			insights: `parse @message '* - * [*] "* * *" * * "*" "*"' as address, user, time, verb, uri, protocol, status, sent, referer, agent | filter status >= 500 | stats count(*) as errors by bin(1d) as day | sort day`,
			sql:      `SELECT ` + slot(logged, 86400) + ` AS day, count(*) AS errors FROM web_archive WHERE day BETWEEN '%y' AND '%z' AND status >= 500 GROUP BY 1 ORDER BY 1`,
			known:    (*play).knownWeb,
		}, {
			what: "Failures and slow requests of the application by level", group: "/shop/app", table: "app_archive", days: week,
			insights: `filter level = "ERROR" or latencyMs > 900 | stats count(*) as entries, max(latencyMs) as worst, avg(latencyMs) as mean by level | sort level`,
			sql:      `SELECT level, count(*) AS entries, max(latencyms) AS worst, avg(latencyms) AS mean FROM app_archive WHERE day BETWEEN '%y' AND '%z' GROUP BY 1 ORDER BY 1`,
			known:    (*play).knownApp,
		}, {
			what: "Slow statements of the database by day", group: "/shop/db", table: "db_archive", days: week,
			insights: `parse @message /duration: (?<ms>[\d.]+) ms/ | filter ispresent(ms) | stats count(*) as statements, max(ms) as worst by bin(1d) as day | sort day`,
			sql: `SELECT day || ' 00:00:00.000' AS day, count(*) AS statements, max(CAST(regexp_extract(message, 'duration: ([0-9.]+) ms', 1) AS double)) AS worst
				FROM db_archive WHERE day BETWEEN '%y' AND '%z' AND message LIKE 'duration:%' GROUP BY 1 ORDER BY 1`,
			known: (*play).knownDatabase,
		},
	}
)
