package logs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"unyo/rehearse/report"
)

// sample is a query of AWS's guide, word for word but for its dates.
// https://docs.aws.amazon.com/athena/latest/ug/query-alb-access-logs-examples.html
// https://docs.aws.amazon.com/athena/latest/ug/vpc-flow-logs-create-table-statement.html
type sample struct {
	sql     string
	dates   func(p *play) []string // the guide's dates and ours, in turn
	columns []int                  // of the answer, that are compared; none: all
	limit   int                    // how many rows it wants, of those that are known; 0: all
	known   func(p *play) [][]string
}

var samples = []sample{
	{
		sql:   "SELECT COUNT(request_verb) AS\n count,\n request_verb,\n client_ip\nFROM alb_access_logs\nGROUP BY request_verb, client_ip\nLIMIT 100;",
		limit: 100,
		known: func(p *play) (rows [][]string) {
			for _, row := range counted(p.requests, func(q request) string { return q.client }) {
				rows = append(rows, []string{row[1], "GET", row[0]})
			}
			return rows
		},
	}, {
		sql:   "SELECT request_url\nFROM alb_access_logs\nWHERE user_agent LIKE '%Safari%'\nLIMIT 10;",
		limit: 10,
		known: func(p *play) (rows [][]string) {
			for _, q := range p.requests {
				if strings.Contains(q.agent, "Safari") {
					rows = append(rows, []string{q.url()})
				}
			}
			return rows
		},
	}, {
		sql:     "SELECT * FROM alb_access_logs\nWHERE elb_status_code >= 500",
		columns: []int{1, 3, 10},
		known: func(p *play) [][]string {
			return requestRows(p.requests, func(q request) bool { return q.status >= 500 })
		},
	}, {
		sql: "SELECT client_ip, sum(received_bytes) \nFROM alb_access_logs\nWHERE parse_datetime(time,'yyyy-MM-dd''T''HH:mm:ss.SSSSSS''Z') \n     BETWEEN parse_datetime('2018-05-30-12:00:00','yyyy-MM-dd-HH:mm:ss') \n" +
			"     AND parse_datetime('2018-05-31-00:00:00','yyyy-MM-dd-HH:mm:ss') \nGROUP BY client_ip;",
		dates: func(p *play) []string {
			day := p.yesterday()
			return []string{"2018-05-30-12:00:00", day.Format(time.DateOnly) + "-12:00:00", "2018-05-31-00:00:00", day.AddDate(0, 0, 1).Format(time.DateOnly) + "-00:00:00"}
		},
		known: func(p *play) (rows [][]string) {
			day := p.yesterday()
			sums := map[string]int{}
			for _, q := range p.requestsOf(day.Add(12*time.Hour), day.AddDate(0, 0, 1).Add(time.Nanosecond)) {
				sums[q.client] += received
			}
			for client, sum := range sums {
				rows = append(rows, []string{client, fmt.Sprint(sum)})
			}
			return rows
		},
	}, {
		sql:     "SELECT * \nFROM alb_access_logs \nWHERE day = '2022/02/12'",
		dates:   func(p *play) []string { return []string{"2022/02/12", p.yesterday().Format("2006/01/02")} },
		columns: []int{1, 3, 10},
		known: func(p *play) [][]string {
			day := p.yesterday()
			return requestRows(p.requestsOf(day, day.AddDate(0, 0, 1)), func(request) bool { return true })
		},
	}, {
		sql:     "SELECT * \nFROM vpc_flow_logs \nWHERE date = DATE('2020-05-04') \nLIMIT 100;",
		dates:   func(p *play) []string { return []string{"2020-05-04", p.yesterday().Format(time.DateOnly)} },
		columns: []int{3, 6, 9, 11},
		limit:   100,
		known: func(p *play) (rows [][]string) {
			day := p.yesterday()
			for _, f := range p.flows {
				row := []string{f.source, fmt.Sprint(f.port), fmt.Sprint(f.bytes), fmt.Sprint(f.at.Unix())}
				if f.none {
					row = []string{"-", "", "", row[3]}
				}
				if f.at.Truncate(24 * time.Hour).Equal(day) {
					rows = append(rows, row)
				}
			}
			return rows
		},
	}, {
		sql:   "SELECT day_of_week(date) AS\n  day,\n  date,\n  interface_id,\n  srcaddr,\n  action,\n  protocol\nFROM vpc_flow_logs\nWHERE action = 'REJECT' AND protocol = 6\nLIMIT 100;",
		limit: 100,
		known: func(p *play) (rows [][]string) {
			for _, f := range p.flows {
				if !f.none && f.action == "REJECT" {
					weekday := (int(f.at.Weekday())+6)%7 + 1 // Monday is 1
					rows = append(rows, []string{fmt.Sprint(weekday), f.at.Format(time.DateOnly), "eni-0a1b2c3d4e5f60718", f.source, "REJECT", "6"})
				}
			}
			return rows
		},
	}, {
		sql: "SELECT SUM(packets) AS\n  packetcount,\n  dstaddr\nFROM vpc_flow_logs\nWHERE dstport = 443 AND date > current_date - interval '7' day\nGROUP BY dstaddr\nORDER BY packetcount DESC\nLIMIT 10;",
		known: func(p *play) [][]string {
			sum := 0
			for _, f := range p.flowsOf(p.now.Truncate(24*time.Hour).AddDate(0, 0, -6), p.now) {
				if f.port == 443 {
					sum += f.packets
				}
			}
			return [][]string{{fmt.Sprint(sum), "10.0.0.7"}}
		},
	},
}

// yesterday is the last whole day.
func (p *play) yesterday() time.Time { return p.now.Truncate(24*time.Hour).AddDate(0, 0, -1) }

func requestRows(list []request, want func(request) bool) (rows [][]string) {
	for _, q := range list {
		if want(q) {
			rows = append(rows, []string{q.at.Format(stamp), q.client, fmt.Sprint(q.status)})
		}
	}
	return rows
}

// askSamples has Athena answer the guide's queries.
func (p *play) askSamples(ctx context.Context) error {
	section := report.Section{Title: "Queries of AWS's guide", Head: []string{"query", "rows", "bytes read", "seconds", "as known"},
		Text: "On AWS's tables, word for word but for the dates. Rows have no order but one that is asked for."}
	for i := range samples {
		q := &samples[i]
		text := q.sql
		if q.dates != nil {
			text = strings.NewReplacer(q.dates(p)...).Replace(text)
		}
		got, err := p.athena.Ask(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		rows := pick(got.Rows, q.columns)
		known := q.known(p)
		if q.limit > 0 {
			known = among(known, rows, q.limit)
		}
		inOrder(known)
		inOrder(rows)
		off := p.compare(fmt.Sprintf("AWS's query %d: Athena", i+1), known, rows)
		section.Rows = append(section.Rows, []string{strings.Join(strings.Fields(text), " "), fmt.Sprint(len(rows)), fmt.Sprint(got.Bytes), fmt.Sprintf("%.3f", got.Took.Seconds()), agrees(off)})
	}
	p.sampled = section
	return nil
}

func pick(rows [][]string, columns []int) (picked [][]string) {
	for _, r := range rows {
		if columns != nil {
			var some []string
			for _, c := range columns {
				some = append(some, r[c])
			}
			r = some
		}
		picked = append(picked, r)
	}
	return picked
}

// among are as many of the known rows as were wanted: those that were answered, as often as they are known, and others where those do not suffice.
func among(known, answered [][]string, limit int) (some [][]string) {
	rest := map[string]int{}
	for _, r := range known {
		rest[fmt.Sprint(r)]++
	}
	for _, r := range answered {
		if rest[fmt.Sprint(r)] > 0 {
			rest[fmt.Sprint(r)]--
			some = append(some, r)
		}
	}
	for _, r := range known {
		if len(some) < limit && rest[fmt.Sprint(r)] > 0 {
			rest[fmt.Sprint(r)]--
			some = append(some, r)
		}
	}
	return some
}

func inOrder(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int { return cmp.Compare(strings.Join(a, "\x00"), strings.Join(b, "\x00")) })
}
