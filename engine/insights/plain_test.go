package insights_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"unyo/engine/insights"
	"unyo/engine/insights/internal/plain"
)

const start = 1_767_225_600_000 // 2026-01-01

// shards is a group whose events several workers get by chance.
type shards struct {
	r      *rand.Rand
	events []plain.Event
}

func (s *shards) Groups() []*insights.Group {
	return []*insights.Group{{Label: "1:g", Streams: map[uint64]string{}, Pointer: func(*insights.Event) string { return "" }}}
}
func (s *shards) Workers() int { return 3 }

func (s *shards) Sweep(_ context.Context, w insights.Wanted, yield insights.Yield) (n insights.Swept, err error) {
	for _, i := range s.r.Perm(len(s.events)) {
		e := s.events[i]
		n.Events++
		n.Bytes += int64(len(e.Message))
		has := true
		for _, c := range w.Contains {
			has = has && strings.Contains(e.Message, c)
		}
		if !has {
			continue
		}
		// The message's memory is used again behind yield.
		buf := []byte(e.Message)
		if err := yield(s.r.IntN(3), 0, []insights.Event{{Timestamp: e.Ms, Seq: uint64(i), Message: buf}}, nil); err != nil {
			return n, err
		}
		for j := range buf {
			buf[j] = '#'
		}
	}
	return n, nil
}

// generator makes queries by chance.
type generator struct{ *rand.Rand }

func (g generator) one(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) field() string { return g.one("a", "b", "c", "d.e", "d.list.0", "absent", "t") }

func (g generator) expr(depth int) string {
	if depth == 0 {
		return g.one(g.field(), g.field(), "3", "-1.5", `"x1"`, `"7"`)
	}
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", g.expr(depth-1), g.one("+", "-", "*", "/", "%"), g.expr(depth-1))
	case 1:
		return fmt.Sprintf("%s(%s)", g.one("abs", "floor", "toupper", "strlen", "ispresent"), g.expr(depth-1))
	case 2:
		return fmt.Sprintf("%s(%s, %s)", g.one("coalesce", "concat"), g.expr(depth-1), g.expr(depth-1))
	case 3:
		return "(" + g.cond(depth-1) + ")"
	}
	return g.expr(0)
}

func (g generator) cond(depth int) string {
	if depth > 0 {
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("%s %s %s", g.cond(depth-1), g.one("and", "or"), g.cond(depth-1))
		case 1:
			return "not (" + g.cond(depth-1) + ")"
		}
	}
	switch g.IntN(7) {
	case 0:
		return fmt.Sprintf("@message %s %s", g.one("like", "not like", "=~"), g.one(`"x"`, `/x[0-9]/`, `/^\{/`, `"word"`, `/(?i)WORD|nothing/`))
	case 1:
		return fmt.Sprintf(`%s %s [%s, "x1", 3]`, g.expr(0), g.one("in", "not in"), g.expr(0))
	case 2:
		return fmt.Sprintf("%s like %s", g.field(), g.one(`"x"`, `/[1-4]/`, `"1"`))
	}
	return fmt.Sprintf("%s %s %s", g.expr(1), g.one("=", "!=", "<", "<=", ">", ">="), g.expr(1))
}

func (g generator) stats() string {
	s := "stats count(*) as n"
	for i := range g.IntN(3) {
		s += fmt.Sprintf(", %s(%s) as f%d", g.one("count", "count_distinct", "sum", "avg", "min", "max", "stddev", "latest", "earliest", "sortsFirst"), g.expr(1), i)
	}
	if g.IntN(3) == 0 {
		s += fmt.Sprintf(", pct(%s, %d) as p", g.field(), g.IntN(101))
	}
	if g.IntN(4) > 0 {
		s += " by " + g.one(g.field(), "bin(1m)", "bin(7s) as w", g.expr(1)+" as k", g.field()+" as k, bin(1h) as h")
	}
	return s
}

func (g generator) query() string {
	var list []string
	for range g.IntN(4) {
		switch g.IntN(6) {
		case 0:
			list = append(list, fmt.Sprintf("fields %s, %s as v%d", g.field(), g.expr(2), g.IntN(2)))
		case 1, 2:
			list = append(list, "filter "+g.cond(2))
		case 3:
			list = append(list, g.one(`parse @message "* word *" as b, w`, `parse @message /"b":"?(?<q>[a-z]*)(?<r>[0-9])?/`, `parse b "x*" as rest`))
		case 4:
			list = append(list, fmt.Sprintf("sort %s %s, %s", g.expr(1), g.one("", "asc", "desc"), g.field()))
		case 5:
			list = append(list, fmt.Sprintf("limit %d", 1+g.IntN(40)))
		}
	}
	switch g.IntN(4) {
	case 0:
		list = append(list, g.stats())
		if g.IntN(2) == 0 {
			list = append(list, fmt.Sprintf("sort n %s", g.one("asc", "desc")), fmt.Sprintf("limit %d", 1+g.IntN(5)))
		} else if g.IntN(3) == 0 {
			list = append(list, "stats max(n), sum(n) as s, latest(n)")
		}
	case 1:
		list = append(list, "dedup "+g.one("a", "b, c", "d.e"), "limit 7")
	case 2:
		list = append(list, "display @timestamp, a, "+g.expr(1)+" as shown")
	}
	if len(list) == 0 {
		return "limit 3"
	}
	return strings.Join(list, "\n | ")
}

func (g generator) event() string {
	v := func() string {
		return g.one("1", "2", "7", "3.5", "-4", "1e2", `"x1"`, `"x12"`, `"Y"`, `"007"`, `""`, "true", "false", "null", `"ü\n\u00e9"`, `"say \"x\""`)
	}
	switch g.IntN(8) {
	case 0:
		return g.one("plain", "a word x1 here", "", "{broken", "x 3 word ü")
	case 1:
		return fmt.Sprintf(` {"a": %s , "d" : {"list" : [ %s, {"z":1} ], "e": %s} }`, v(), v(), v())
	}
	return fmt.Sprintf(`{"t":"%s","a":%s,"b":%s,"c":%s,"d":{"e":%s},"word":"word"}`, g.one("p", "q"), v(), v(), v(), v())
}

// The engine, with its events shared out among workers by chance, answers as the plain executor does.
func TestAgainstPlain(t *testing.T) {
	for seed := range uint64(3000) {
		g := generator{rand.New(rand.NewPCG(seed, 4))}
		var events []plain.Event
		ms := int64(start)
		for range g.IntN(60) {
			ms += int64(1 + g.IntN(20_000))
			events = append(events, plain.Event{Ms: ms, Message: g.event()})
		}
		text := g.query()
		q, fault := insights.Parse(text)
		if fault != nil {
			t.Fatalf("%s: %v", text, fault)
		}
		p, fault := insights.Compile(q, insights.Options{Started: start})
		if fault != nil {
			continue // such as a second sort behind stats
		}
		a, err := p.Run(t.Context(), &shards{g.Rand, events}, 0, ms)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range a.Rows {
			var cells []string
			for _, f := range r {
				if f.Name != "@ptr" {
					cells = append(cells, f.Name+"="+f.Value)
				}
			}
			got = append(got, strings.Join(cells, " "))
		}
		if want := plain.Run(q, events, 10_000); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %s\n got %q\nwant %q\nevents %+v", seed, text, got, want, events)
		}
	}
}

// FuzzParse wants no query to end in a panic, and where one is refused to be told where.
func FuzzParse(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(1, 1))}
	for range 50 {
		f.Add(g.query())
	}
	f.Add(`SOURCE logGroups(namePrefix: ["abc"]) | fields @message # a` + "\n" + `| unnest jsonParse(@message) into x | pattern @message | diff previousDay`)
	f.Fuzz(func(t *testing.T, text string) {
		q, fault := insights.Parse(text)
		if fault == nil {
			var p *insights.Plan
			if p, fault = insights.Compile(q, insights.Options{}); fault == nil {
				events := []plain.Event{{Ms: start, Message: `{"a":1,"b":"x"}`}, {Ms: start + 1, Message: text}}
				if _, err := p.Run(t.Context(), &shards{rand.New(rand.NewPCG(1, 1)), events}, start, start+1); err != nil {
					t.Fatal(err)
				}
				return
			}
		}
		if fault.Start < 0 || fault.End < fault.Start || fault.Message == "" {
			t.Fatalf("%q is refused at %+v", text, fault)
		}
	})
}
