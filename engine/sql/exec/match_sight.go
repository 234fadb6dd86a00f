package exec

import (
	"context"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// sight is an expression over what is seen of a match.
type sight struct {
	plan.Sight
	sets []int  // by look
	sums []*sum // by look
	near bool   // it depends on the row alone, and on those around it
}

// sight prepares an expression; label is what it defines, or -1.
func (o *match) sight(s plan.Sight, label int) *sight {
	out := &sight{Sight: s, near: label >= 0}
	for i := range s.Looks {
		l := &s.Looks[i]
		set := o.path.set(l.Labels)
		out.sets = append(out.sets, set)
		var m *sum
		if l.Kind == "AGGREGATE" {
			m = &sum{set: set}
			o.path.sums = append(o.path.sums, m)
		}
		out.sums = append(out.sums, m)
		out.near = out.near && l.Kind == "COLUMN" && !l.First && l.Offset == 0 && (l.Labels == nil || len(l.Labels) == 1 && l.Labels[0] == label)
	}
	return out
}

// columns are empty columns of what a sight looks at.
func (s *sight) columns() []*vector.Vector {
	out := make([]*vector.Vector, len(s.Looks))
	for i, l := range s.Looks {
		out[i] = l.T.New()
	}
	return out
}

// look appends what is seen from the match's row i, which is -1 of an empty match.
func (o *match) look(ctx context.Context, s *sight, i int, out []*vector.Vector) error {
	for k := range s.Looks {
		l := &s.Looks[k]
		switch l.Kind {
		case "NUMBER":
			out[k].AppendInt(o.path.number)
		case "AGGREGATE":
			if err := o.sum(ctx, l, s.sums[k], i, out[k]); err != nil {
				return err
			}
		case "CLASSIFIER":
			if row := o.path.at(l, s.sets[k], i) - o.path.start; row >= 0 && row < len(o.path.labels) {
				out[k].AppendText([]byte(o.node.Labels[o.path.labels[row]]))
			} else {
				out[k].AppendNull()
			}
		default:
			if row := o.path.at(l, s.sets[k], i); row >= 0 {
				out[k].Append(o.buf.rows.Columns[l.Column], row)
			} else {
				out[k].AppendNull()
			}
		}
	}
	return nil
}

// sum appends an aggregate of the rows that are seen from row i.
func (o *match) sum(ctx context.Context, l *plan.Look, m *sum, i int, out *vector.Vector) error {
	c := o.run.fctx
	c.Context = ctx
	n := o.path.seen(l, m.set, i)
	if m.acc == nil || m.taken > n {
		m.acc, m.taken = l.Agg.New(), 0
		if err := m.acc.Add(c, 0, nil, 1, o.nothing(l)); err != nil {
			return err
		}
	}
	if m.taken < n {
		if err := o.take(ctx, l, m, n); err != nil {
			return err
		}
	}
	return m.acc.Result(c, out, 0)
}

func (o *match) nothing(l *plan.Look) []*vector.Vector {
	var out []*vector.Vector
	for _, a := range l.Args {
		out = append(out, a.Type().New())
	}
	return out
}

// take gives an aggregate the rows of its set up to the n-th.
func (o *match) take(ctx context.Context, l *plan.Look, m *sum, n int) error {
	for m.taken < n {
		if err := ctx.Err(); err != nil {
			return err
		}
		spots := o.path.spots[m.set][m.taken:min(n, m.taken+vector.BatchRows)]
		rows := make([]uint32, len(spots))
		label, number := types.Text.New(), types.Big.New()
		for i, s := range spots {
			rows[i] = uint32(o.path.start + int(s))
			label.AppendText([]byte(o.node.Labels[o.path.labels[s]]))
			number.AppendInt(o.path.number)
		}
		b := o.buf.rows.Pick(rows)
		b.Columns = append(b.Columns[:len(b.Columns):len(b.Columns)], label, number)
		env := o.run.env(ctx, b)
		args := make([]*vector.Vector, len(l.Args))
		for i, a := range l.Args {
			v, err := expr.Eval(env, a)
			if err != nil {
				return err
			}
			args[i] = v
		}
		if err := m.acc.Add(o.run.fctx, len(rows), nil, 1, args); err != nil {
			return err
		}
		m.taken += len(rows)
	}
	return o.count()
}

// is tells whether the row behind the path is one of a label.
func (o *match) is(ctx context.Context, label int) (bool, error) {
	s := o.defines[label]
	if s == nil {
		return true, nil
	}
	row := o.path.start + len(o.path.labels)
	if s.near {
		if known := o.near(ctx, s, label, row); known != notKnown {
			return known == isOne, nil
		}
	}
	o.path.push(label)
	cols := s.columns()
	err := o.look(ctx, s, len(o.path.labels)-1, cols)
	o.path.cut(len(o.path.labels) - 1)
	if err != nil {
		return false, err
	}
	v, err := expr.Eval(o.run.env(ctx, &vector.Batch{Len: 1, Columns: cols}), s.X)
	if err != nil {
		return false, err
	}
	return truth(v, 0), nil
}

func truth(v *vector.Vector, i int) bool {
	v, i = v.At(i)
	return !v.IsNull(i) && v.Bools[i]
}

// What is known of a row and a label.
const (
	notJudged uint8 = iota
	notKnown
	isNot
	isOne
)

// nearRows is how many rows are judged together.
const nearRows = 1024

// near is what a definition that depends on nothing but the rows nearby says: it is computed for many rows at once. If that fails, perhaps at a row
// that is never asked for, it is unknown.
func (o *match) near(ctx context.Context, s *sight, label, row int) uint8 {
	known := o.known[label]
	if known == nil {
		known = make([]uint8, o.buf.rows.Len)
		o.known[label] = known
	}
	if known[row] != notJudged {
		return known[row]
	}
	from := row / nearRows * nearRows
	to := min(from+nearRows, len(known))
	for i := from; i < to; i++ {
		known[i] = notKnown
	}
	cols := s.columns()
	part := o.partOf(from)
	for i := from; i < to; i++ {
		for i >= o.begins[part+1] {
			part++
		}
		for k := range s.Looks {
			if at := i + s.Looks[k].Shift; at >= o.begins[part] && at < o.begins[part+1] {
				cols[k].Append(o.buf.rows.Columns[s.Looks[k].Column], at)
			} else {
				cols[k].AppendNull()
			}
		}
	}
	v, err := expr.Eval(o.run.env(ctx, &vector.Batch{Len: to - from, Columns: cols}), s.X)
	if err != nil {
		return notKnown
	}
	for i := from; i < to; i++ {
		known[i] = isNot
		if truth(v, i-from) {
			known[i] = isOne
		}
	}
	return known[row]
}
