package exec

import (
	"context"
	"errors"
	"io"
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// match looks for a pattern in the rows of each partition: match_program.go is the pattern, match_search.go looks for it, match_path.go is the rows found,
// match_sight.go what is seen of them.
type match struct {
	partitions
	node     *plan.Match
	program  *program
	defines  []*sight // by label
	measures []*sight
	plain    bool // every definition depends on the row alone

	part     int
	known    [][]uint8 // by label and row
	path     *path
	searcher searcher

	start   int  // where the next search begins
	matched int  // before this row all are part of a match, or were looked at
	found   bool // there is a match whose rows are being given
	given   int  // how many of them
	marks   int  // how many marks lie before those
	depth   int  // in how many excluded parts they are
	out     pending
}

// pending is rows to be given: which, and what the measures look at; a blank one has no measures.
type pending struct {
	rows  []uint32
	blank []bool
	looks [][]*vector.Vector
}

func (r *run) match(in operator, n *plan.Match) (operator, error) {
	g, err := compile(n.Pattern)
	if err != nil {
		return nil, errors.Join(err, in.close())
	}
	o := &match{partitions: partitions{run: r, in: in, cols: n.In.Schema()}, node: n, program: g, path: newPath(len(n.Labels)), plain: true, known: make([][]uint8, len(n.Labels))}
	o.searcher.passed = make([]int, g.guards)
	for i, d := range n.Defines {
		var s *sight
		if d != nil {
			s = o.sight(*d, i)
			o.plain = o.plain && s.near
		}
		o.defines = append(o.defines, s)
	}
	for _, m := range n.Measures {
		o.measures = append(o.measures, o.sight(m, -1))
	}
	o.clear()
	return o, nil
}

func (o *match) clear() {
	o.out = pending{}
	for _, m := range o.measures {
		o.out.looks = append(o.out.looks, m.columns())
	}
}

func (o *match) next(ctx context.Context) (*vector.Batch, error) {
	if o.buf == nil {
		if err := o.begin(ctx); err != nil {
			return nil, err
		}
	}
	for len(o.out.rows) < vector.BatchRows {
		more, err := o.more(ctx)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if len(o.out.rows) == 0 {
		return nil, io.EOF
	}
	return o.flush(ctx)
}

// begin takes all rows, and stands before the first.
func (o *match) begin(ctx context.Context) error {
	if err := o.read(ctx, o.node.Partition, o.node.Order); err != nil {
		return err
	}
	o.part = -1
	o.path.to = 0
	return errors.Join(o.buf.count(), o.count())
}

// partOf is the partition of a row.
func (o *match) partOf(row int) int {
	at, ok := slices.BinarySearch(o.begins, row)
	if !ok {
		at--
	}
	return at
}

// count holds what the search has made so far.
func (o *match) count() error {
	s := &o.searcher
	n := o.path.bytes() + int64(32*cap(s.ways)+8*cap(s.marks)+16*cap(s.undo)+8*cap(s.touch)+8*len(s.been))
	for _, k := range o.known {
		n += int64(len(k))
	}
	for _, m := range o.path.sums {
		if m.acc != nil {
			n += m.acc.Bytes()
		}
	}
	for _, cols := range o.out.looks {
		for _, v := range cols {
			n += sizeOf(v)
		}
	}
	return o.hold(n)
}

// more gives a row, or looks for a match; false at the end.
func (o *match) more(ctx context.Context) (bool, error) {
	if o.found {
		return true, o.give(ctx)
	}
	for o.start >= o.path.to {
		if o.part++; o.part >= len(o.begins)-1 {
			return false, nil
		}
		p := o.path
		p.cut(0)
		p.from, p.to, p.number = o.begins[o.part], o.begins[o.part+1], 0
		o.start, o.matched = p.from, p.from
		o.remember()
		if err := o.count(); err != nil {
			return false, err
		}
	}
	o.path.begin(o.start)
	o.path.number++
	found, err := o.search(ctx)
	if err != nil {
		return false, err
	}
	if found {
		o.found, o.given, o.marks, o.depth = true, 0, 0, 0
		o.forget()
		return true, nil
	}
	o.path.number--
	if o.node.Unmatched && o.start >= o.matched {
		o.put(o.start, true)
	}
	o.start++
	return true, nil
}

// give gives a match's next row, or its one.
func (o *match) give(ctx context.Context) error {
	n := len(o.path.labels)
	switch {
	case n == 0:
		if !o.node.Omit || !o.node.All {
			if err := o.see(ctx, o.path.start, -1); err != nil {
				return err
			}
		}
	case !o.node.All:
		if err := o.see(ctx, o.path.start, n-1); err != nil {
			return err
		}
	default:
		if !o.excluded(o.given) {
			if err := o.see(ctx, o.path.start+o.given, o.given); err != nil {
				return err
			}
		}
		if o.given++; o.given < n {
			return nil
		}
	}
	o.found = false
	return o.goOn(n)
}

// see puts a row, with what is seen from the match's row i.
func (o *match) see(ctx context.Context, row, i int) error {
	o.put(row, false)
	for k, m := range o.measures {
		if err := o.look(ctx, m, i, o.out.looks[k]); err != nil {
			return err
		}
	}
	if len(o.out.rows)%64 == 0 {
		return errors.Join(ctx.Err(), o.count())
	}
	return nil
}

func (o *match) put(row int, blank bool) {
	o.out.rows, o.out.blank = append(o.out.rows, uint32(row)), append(o.out.blank, blank)
}

// goOn tells where to look for the next match.
func (o *match) goOn(rows int) error {
	if rows == 0 {
		o.start++
		return nil
	}
	o.matched = max(o.matched, o.path.start+rows)
	switch skip := o.node.Skip; skip.To {
	case "PAST LAST ROW":
		o.start = o.path.start + rows
	case "NEXT ROW":
		o.start++
	default:
		at := o.path.first(skip.Labels, skip.To == "LAST")
		if at < 0 {
			return fault.New(fault.User, "AFTER MATCH SKIP failed: pattern variable is not present in match")
		}
		if at == 0 {
			return fault.New(fault.User, "AFTER MATCH SKIP failed: cannot skip to first row of match")
		}
		o.start = o.path.start + at
	}
	return nil
}

// flush makes a batch of what is pending.
func (o *match) flush(ctx context.Context) (*vector.Batch, error) {
	p := o.out
	rows := o.buf.rows.Pick(p.rows)
	out := &vector.Batch{Len: rows.Len}
	for _, c := range o.node.Before {
		out.Columns = append(out.Columns, rows.Columns[c])
	}
	seen := 0
	for _, b := range p.blank {
		if !b {
			seen++
		}
	}
	for k, m := range o.measures {
		v, err := expr.Eval(o.run.env(ctx, &vector.Batch{Len: seen, Columns: p.looks[k]}), m.X)
		if err != nil {
			return nil, err
		}
		if seen < rows.Len {
			v = spread(m.X.Type().New(), v, p.blank)
		}
		out.Columns = append(out.Columns, v)
	}
	for _, c := range o.node.After {
		out.Columns = append(out.Columns, rows.Columns[c])
	}
	o.clear()
	return out, o.count()
}

// spread puts values where rows are not blank.
func spread(out, v *vector.Vector, blank []bool) *vector.Vector {
	at := 0
	for _, b := range blank {
		if b {
			out.AppendNull()
		} else {
			out.Append(v, at)
			at++
		}
	}
	return out
}
