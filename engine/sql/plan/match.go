package plan

import (
	"unyo/engine/sql/expr"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
)

type (
	// Match looks for a pattern in the rows of each partition, and gives the rows of the matches, or a row for each match: the columns Before of In, the
	// measures, the columns After.
	Match struct {
		In            Node
		Partition     []int
		Order         []Key
		Labels        []string // the pattern's variables
		Pattern       *Pattern
		Defines       []*Sight // by label; nil is true
		Measures      []Sight
		All           bool // rows of a match
		Omit          bool // empty matches
		Unmatched     bool // rows of no match too
		Skip          Skip
		Before, After []int
		Cols          []Col
	}
	// Pattern is a pattern: LABEL, SEQUENCE, ANY, REPEAT, EXCLUDE, ^ or $.
	Pattern struct {
		Op       string
		Label    int
		Sub      []*Pattern
		Min, Max int // of REPEAT; Max is negative without a bound
		Lazy     bool
	}
	// Skip is where the search goes on: PAST LAST ROW, NEXT ROW, or the FIRST or LAST row of labels.
	Skip struct {
		To     string
		Labels []int
	}
	// Sight is an expression over what is seen of a match from one of its rows: over Looks as columns.
	Sight struct {
		X     expr.Expr
		Looks []Look
	}
	// Look is a value of a row of the match: the Offset-th of those with Labels, from the first or the last, and Shift rows from there.
	Look struct {
		Kind   string // COLUMN, CLASSIFIER, NUMBER, AGGREGATE
		Column int
		Labels []int // nil is all
		First  bool
		Final  bool // of the whole match, not of its rows so far
		Offset int
		Shift  int
		Agg    *functions.BoundAggregate
		Args   []expr.Expr // of the aggregate, over In's columns, and behind them the label and the match's number
		T      *types.Type
	}
)

func (n *Match) Schema() []Col { return n.Cols }

// narrowMatch takes from the input what no look and no row needs.
func narrowMatch(n *Match, need []bool) (Node, moves) {
	width := len(n.In.Schema())
	w := wanting(n.In, nil).ints(n.Partition).keys(n.Order).ints(n.Before).ints(n.After)
	each := func(f func(s *Sight)) {
		for _, s := range n.Defines {
			if s != nil {
				f(s)
			}
		}
		for i := range n.Measures {
			f(&n.Measures[i])
		}
	}
	each(func(s *Sight) {
		for _, l := range s.Looks {
			if l.Kind == "COLUMN" {
				w[l.Column] = true
			}
			used := map[int]bool{}
			for _, a := range l.Args {
				expr.Columns(a, used)
			}
			for c := range used {
				if c < width {
					w[c] = true
				}
			}
		}
	})
	in, m := narrow(n.In, w)
	out := *n
	out.In, out.Partition, out.Order, out.Before, out.After = in, m.ints(n.Partition), m.keys(n.Order), m.ints(n.Before), m.ints(n.After)
	args := append(append(moves{}, m...), len(in.Schema()), len(in.Schema())+1)
	move := func(s Sight) Sight {
		looks := append([]Look{}, s.Looks...)
		for i, l := range looks {
			if l.Kind == "COLUMN" {
				looks[i].Column = m[l.Column]
			}
			looks[i].Args = args.exprs(l.Args)
		}
		return Sight{s.X, looks}
	}
	out.Defines, out.Measures = nil, nil
	for _, s := range n.Defines {
		if s != nil {
			moved := move(*s)
			s = &moved
		}
		out.Defines = append(out.Defines, s)
	}
	for _, s := range n.Measures {
		out.Measures = append(out.Measures, move(s))
	}
	return &out, identity(len(need))
}
