package insights

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"unyo/internal/hostile"
)

// hostileQueries mean harm. Each must end with ErrMemory, be refused, or give an answer; none may hold more than a few times what a query may.
var hostileQueries = []struct{ query, end string }{
	{"fields jsonParse(@message) as j | unnest j.list into a | unnest j.list into b | stats count(*)", "deadline"},
	{"fields jsonParse(@message) as j | unnest j.list into a | unnest j.list into b | unnest j.list into c | filter a = 'none'", "deadline"},
	{"fields jsonParse(@message) as j | unnest j.list into a | stats count(*) by concat(a, @ptr)", "memory"},
	{"fields jsonParse(@message) as j | unnest j.list into a | stats max(@message) by a", "memory"},
	{"fields jsonParse(@message) as j | unnest j.list into a | dedup a", "memory"},
	{"fields jsonParse(@message) as j | unnest j.list into a | sort a desc", "memory"},
	{"fields jsonParse(@message) as j | unnest j.list into a | fields concat(@message, a) as x | sort x | limit 10000", "memory"},
	{"stats max(@message) by @timestamp", "answer"},
	{"stats earliest(@message), latest(@message) by @timestamp", "memory"},
	{"fields @message, @message as b, @message as c, @message as d, @message as e | sort @timestamp", "memory"},
	{"fields " + strings.Repeat("concat(@message, @message) as x, ", 100) + "@message | limit 10000", "memory"},
	{"fields replace(@message, '1', '" + strings.Repeat("x", 5000) + "') as x | stats count(x)", "answer"},
	{"fields " + strings.Repeat("concat(", 50) + "@message" + strings.Repeat(", @message)", 50) + " as x | stats count(x)", "answer"},
	{"parse @message '" + strings.Repeat("*,", 200) + "' as " + strings.TrimSuffix(strings.Repeat("a,", 200), ",") + " | stats count(a) by a", "answer"},
	{"parse @message /(?<x>((a|b|c|1|2|,)*)*z)/ | stats count(x)", "answer"},
	{"parse @message /(?<x>(([a-z0-9,]{1,30}){1,30}){1,30})/ | stats count(x)", "refused"},
	{"filter @message like /((1|2|3|4|,){1,20}){1,20}z/ | stats count(*)", "deadline"},
	{"filter @message like /((1|2|3|4|,){1,60}){1,60}z/ | stats count(*)", "refused"},
	{"pattern @message", "answer"},
	{"fields jsonParse(@message) as j | unnest j.list into a | pattern concat(a, ' ', a, ' x', a)", "answer"},
	{"stats count_distinct(@message), pct(strlen(@message), 99)", "answer"},
	{"fields jsonParse(@message) as j | unnest j.list into a | stats count_distinct(concat(a, @ptr))", "answer"},
}

// heavy is 400 events of 200 KB: lists of numbers, all different.
func heavy() *memory {
	var messages []string
	n := 0
	for range 400 {
		b := []byte(`{"list":[`)
		for len(b) < 200_000 {
			b = append(strconv.AppendInt(b, int64(n), 10), ',')
			n++
		}
		messages = append(messages, string(append(b, `0]}`...)))
	}
	return lines(messages...)
}

// A process of its own asks one hostile query and tells how it has ended.
func TestHostileProcess(t *testing.T) {
	hostile.Answer(t, 600<<20, func(query string) string { return hostileEnd(heavy(), query) })
}

func hostileEnd(m *memory, query string) string {
	q, fault := Parse(query)
	if fault != nil {
		return "refused"
	}
	p, fault := Compile(q, Options{Started: begin})
	if fault != nil {
		return "refused"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	if !strings.Contains(query, "j.list into b") {
		ctx, cancel = context.WithTimeout(context.Background(), 10*time.Minute)
	}
	defer cancel()
	switch _, err := p.Run(ctx, m, begin, begin+1e9); {
	case err == nil:
		return "answer"
	case errors.Is(err, ErrMemory):
		return "memory"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	default:
		return err.Error()
	}
}

func TestHostileQueries(t *testing.T) {
	for i, c := range hostileQueries {
		if !hostile.All() && i%3 != 0 {
			continue
		}
		got, peak, ok := hostile.Ask(t, c.query)
		if !ok {
			continue
		}
		if got != c.end {
			t.Errorf("%.200s\n\tended with %s, want %s", c.query, got, c.end)
		}
		if peak > 900<<20 {
			t.Errorf("%.200s\n\tpeak %d MiB", c.query, peak>>20)
		}
	}
}
