package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// askInsights puts the same questions to both servers: those of Logs Insights by StartQuery, those of VictoriaLogs by its own language.
func askInsights(ctx context.Context, b *bench, c *client, unyo, peer *server) error {
	for _, q := range []struct{ name, text, logsQL string }{
		{"count by 5m, status", "stats count(*) by bin(5m), status", "* | unpack_json from _msg fields (status) | stats by (_time:5m, status) count() n"},
		{"regex parse, top 10", `parse @message /"(?<method>[A-Z]+) (?<path>\S+) HTTP/ | stats count(*) as n by path | sort n desc | limit 10`,
			`* | extract_regexp "\"(?P<method>[A-Z]+) (?P<path>\\S+) HTTP" | stats by (path) count() n | sort by (n desc) limit 10`},
		{"percentiles by hour", "stats pct(latencyMs, 50), pct(latencyMs, 90), pct(latencyMs, 99) by bin(1h)",
			"* | unpack_json from _msg fields (latencyMs) | stats by (_time:1h) quantile(0.5, latencyMs) a, quantile(0.9, latencyMs) b, quantile(0.99, latencyMs) c"},
		{"newest 100 of a text", `filter @message like "` + needle + `" | sort @timestamp desc | limit 100`, fmt.Sprintf("_msg:*%q* | sort by (_time desc) limit 100", needle)},
	} {
		for _, again := range []string{"", " again"} {
			own, err := measured(unyo, func() (int, error) { return query(ctx, c, unyo, q.text) })
			if err != nil {
				return err
			}
			fmt.Printf("%-27s unyo %s", q.name+again, own)
			if b.victoria != "" {
				other, err := measured(peer, func() (int, error) { return c.logsQL(ctx, peer, q.logsQL) })
				if err != nil {
					return err
				}
				fmt.Printf("   victorialogs %s", other)
			}
			fmt.Printf("   memory %.0f MiB\n", unyo.resident())
		}
	}
	return nil
}

// query runs a query over everything and counts its rows.
func query(ctx context.Context, c *client, s *server, text string) (int, error) {
	rows, err := results(ctx, c, s, "bench", text, 5*time.Millisecond)
	return len(rows), err
}

// results are the rows of a query over all of a group.
func results(ctx context.Context, c *client, s *server, group, text string, poll time.Duration) ([]json.RawMessage, error) {
	in, err := json.Marshal(map[string]any{"logGroupName": group, "queryString": text, "startTime": time.Now().Add(-24 * time.Hour).Unix(), "endTime": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		return nil, err
	}
	out, err := logsCall(ctx, c, s.url, "StartQuery", in)
	if err != nil {
		return nil, err
	}
	for {
		got, err := logsCall(ctx, c, s.url, "GetQueryResults", out) // its input is StartQuery's answer
		if err != nil {
			return nil, err
		}
		var r struct {
			Status  string            `json:"status"`
			Results []json.RawMessage `json:"results"`
		}
		if err := json.Unmarshal(got, &r); err != nil {
			return nil, err
		}
		switch r.Status {
		case "Complete":
			return r.Results, nil
		case "Scheduled", "Running":
			time.Sleep(poll)
		default:
			return nil, fmt.Errorf("%s: %s", text, r.Status)
		}
	}
}
