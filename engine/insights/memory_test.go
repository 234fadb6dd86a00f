package insights

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// memory is groups whose events lie in memory, handed out by several workers.
type memory struct {
	groups  []*Group
	events  [][]Event
	workers int
}

func (m *memory) Groups() []*Group { return m.groups }
func (m *memory) Workers() int     { return m.workers }

func (m *memory) Sweep(_ context.Context, w Wanted, yield Yield) (s Swept, err error) {
	n := 0
	for g, list := range m.events {
		for i := range list {
			if e := &list[i]; e.Timestamp >= w.From && e.Timestamp <= w.To {
				s.Events++
				s.Bytes += int64(len(e.Message))
				if err := yield(n%m.workers, g, list[i:i+1], nil); err != nil {
					return s, err
				}
				n++
			}
		}
	}
	return s, nil
}

const begin = 1_767_225_600_000 // 2026-01-01

// lines are a group's events, a second apart.
func lines(messages ...string) *memory {
	m := &memory{workers: 3, events: [][]Event{nil}}
	m.groups = []*Group{{Name: "g", Label: "111111111111:g", Streams: map[uint64]string{1: "s"}, Pointer: func(e *Event) string { return fmt.Sprintf("ptr%d", e.Index) }}}
	for i, t := range messages {
		m.events[0] = append(m.events[0], Event{Timestamp: begin + 1000*int64(i), Ingestion: begin, Stream: 1, Seq: 1, Index: uint32(i), Message: []byte(t)})
	}
	return m
}

// ask is the answer to a query, a line a row, without pointers.
func (m *memory) ask(t testing.TB, query string) string {
	t.Helper()
	a, err := m.run(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return show(a)
}

func show(a *Answer) string {
	var out []string
	for _, r := range a.Rows {
		var cells []string
		for _, f := range r {
			if f.Name != "@ptr" {
				cells = append(cells, f.Name+"="+f.Value)
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return strings.Join(out, "\n")
}

func (m *memory) run(query string) (*Answer, error) {
	q, fault := Parse(query)
	if fault != nil {
		return nil, fault
	}
	p, fault := Compile(q, Options{Started: begin})
	if fault != nil {
		return nil, fault
	}
	return p.Run(context.Background(), m, 0, begin+1e9)
}

func want(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got: %q\nwant: %q", what, got, want)
	}
}
