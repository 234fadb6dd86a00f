package insights

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A match that takes long sees the query's end.
func TestLongMatchEnds(t *testing.T) {
	m := lines(strings.Repeat("a1", 100_000))
	end := errors.New("end")
	for _, text := range []string{"filter @message like /(([a-z0-9]{1,30}){1,30})z/", "parse @message /(?<x>([a-z0-9]{1,30}){1,30}z)/ | stats count(x)"} {
		q, fault := Parse(text)
		if fault != nil {
			t.Fatal(fault)
		}
		p, fault := Compile(q, Options{Started: begin, Turn: func(context.Context) error { return end }})
		if fault != nil {
			t.Fatal(fault)
		}
		if _, err := p.Run(t.Context(), m, 0, begin+1e9); !errors.Is(err, end) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A query asks for more room when it gathers more than a little, and for its turn now and then; what either answers ends it.
func TestTurnAndMore(t *testing.T) {
	texts := make([]string, 60_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("%06d %s", i, strings.Repeat("x", 100))
	}
	m := lines(texts...)
	no := errors.New("no")
	for _, x := range []struct {
		text       string
		turn, more error
		err        error
		asks       bool
	}{
		{"stats count(*)", nil, no, nil, false},
		{"stats count(*) by @message", nil, nil, nil, true},
		{"stats count(*) by @message", nil, no, no, true},
		{"stats count(*) by @message | sort @message | limit 1", no, nil, no, false},
		{"fields concat(@message, @message) as a | limit 10000 | stats count(*) by a", nil, no, no, true},
	} {
		q, fault := Parse(x.text)
		if fault != nil {
			t.Fatal(fault)
		}
		turns, asked := 0, 0
		p, fault := Compile(q, Options{Started: begin,
			Turn: func(context.Context) error { turns++; return x.turn }, More: func(context.Context) error { asked++; return x.more }})
		if fault != nil {
			t.Fatal(fault)
		}
		_, err := p.Run(t.Context(), m, 0, begin+1e9)
		if !errors.Is(err, x.err) || turns == 0 || asked > 0 != x.asks {
			t.Errorf("%s: %v, %d turns, asked for more %d times", x.text, err, turns, asked)
		}
	}
}
