package exec

import (
	"context"
	"errors"
	"io"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// window sorts all rows by partition and order, and computes functions over the rows around each.
type window struct {
	partitions
	node *plan.Window
	outs []*vector.Vector
	at   int
}

// part is a partition: rows from to to, and for each row where its peers begin and end.
type part struct {
	rows       *vector.Batch
	from, to   int
	start, end []int // of peers, by row minus from
	group      []int // number of the peers' group
	begins     []int // by group, where it begins; and at last to
}

func (o *window) next(ctx context.Context) (*vector.Batch, error) {
	if o.buf == nil {
		if err := o.compute(ctx); err != nil {
			return nil, err
		}
	}
	n := min(vector.BatchRows, o.buf.rows.Len-o.at)
	if n == 0 {
		return nil, io.EOF
	}
	rows := rowsFrom(o.at, o.at+n)
	o.at += n
	out := o.buf.rows.Pick(rows)
	for _, v := range o.outs {
		out.Columns = append(out.Columns, v.Pick(rows))
	}
	return out, nil
}

func (o *window) compute(ctx context.Context) error {
	if err := o.read(ctx, o.node.Partition, o.node.Order); err != nil {
		return err
	}
	for _, f := range o.node.Funcs {
		o.outs = append(o.outs, f.T.New())
	}
	for n, from := range o.begins[:len(o.begins)-1] {
		p := o.peers(from, o.begins[n+1])
		for i, f := range o.node.Funcs {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := o.function(ctx, p, f, o.outs[i]); err != nil {
				return err
			}
		}
	}
	return errors.Join(o.buf.count(), o.count())
}

func (o *window) peers(from, to int) *part {
	p := &part{rows: o.buf.rows, from: from, to: to}
	for a := from; a < to; {
		b := a + 1
		for b < to && compareRows(o.cols, o.node.Order, p.rows, a, p.rows, b) == 0 {
			b++
		}
		for i := a; i < b; i++ {
			p.start, p.end, p.group = append(p.start, a), append(p.end, b), append(p.group, len(p.begins))
		}
		p.begins = append(p.begins, a)
		a = b
	}
	p.begins = append(p.begins, to)
	return p
}

// frame is the rows around row i: from to to.
func (o *window) frame(p *part, f plan.Frame, i int) (from, to int, err error) {
	from, to = p.from, p.to
	if f.Start != "UNBOUNDED PRECEDING" {
		if from, err = o.bound(p, f.Unit, f.Start, f.StartAt, i, false); err != nil {
			return 0, 0, err
		}
	}
	if f.End != "UNBOUNDED FOLLOWING" {
		if to, err = o.bound(p, f.Unit, f.End, f.EndAt, i, true); err != nil {
			return 0, 0, err
		}
	}
	from, to = max(from, p.from), min(to, p.to)
	return from, max(from, to), nil
}

// bound is where a frame begins, or behind its last row.
func (o *window) bound(p *part, unit, kind string, column, i int, end bool) (int, error) {
	at := i - p.from
	peers := p.start[at]
	if end {
		peers = p.end[at]
	}
	if kind == "CURRENT ROW" {
		switch {
		case unit != "ROWS":
			return peers, nil
		case end:
			return i + 1, nil
		}
		return i, nil
	}
	if unit == "RANGE" {
		return o.search(p, column, i, end, peers), nil
	}
	v, j := p.rows.Columns[column].At(i)
	if v.IsNull(j) || v.Ints[j] < 0 {
		return 0, fault.New("INVALID_WINDOW_FRAME", "Window frame %s offset must not be negative or null", kind)
	}
	n := int(min(v.Ints[j], int64(p.to-p.from+1)))
	if kind == "PRECEDING" {
		n = -n
	}
	if unit == "ROWS" {
		if end {
			return i + n + 1, nil
		}
		return i + n, nil
	}
	g := p.group[at] + n
	if end {
		g++
	}
	return p.begins[max(0, min(g, len(p.begins)-1))], nil
}

// search is the first row whose key is not before (or, of an end, is behind) the value in a column.
func (o *window) search(p *part, column, i int, end bool, peers int) int {
	key := o.node.Order[0]
	keys := p.rows.Columns[key.Column]
	if keys.IsNull(i) {
		return peers
	}
	lo, hi := p.from, p.to
	for lo < hi {
		mid := (lo + hi) / 2
		c := compareKey(o.cols[key.Column].T, key, keys, mid, p.rows.Columns[column], i)
		if c < 0 || end && c == 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// count holds what the functions have made so far.
func (o *window) count() error {
	n := int64(0)
	for _, v := range o.outs {
		n += sizeOf(v)
	}
	return o.hold(n)
}

func (o *window) function(ctx context.Context, p *part, f plan.WindowFunc, out *vector.Vector) error {
	if f.Agg != nil {
		return o.aggregate(ctx, p, f, out)
	}
	n := p.to - p.from
	for i := p.from; i < p.to; i++ {
		at := i - p.from
		switch f.Name {
		case "row_number":
			out.AppendInt(int64(at + 1))
		case "rank":
			out.AppendInt(int64(p.start[at] - p.from + 1))
		case "dense_rank":
			out.AppendInt(int64(p.group[at] + 1))
		case "percent_rank":
			if n == 1 {
				out.AppendFloat(0)
			} else {
				out.AppendFloat(float64(p.start[at]-p.from) / float64(n-1))
			}
		case "cume_dist":
			out.AppendFloat(float64(p.end[at]-p.from) / float64(n))
		case "ntile":
			if err := ntile(p, f, i, out); err != nil {
				return err
			}
		default:
			if err := o.value(p, f, i, out); err != nil {
				return err
			}
		}
		if i%64 == 0 {
			if err := o.count(); err != nil {
				return err
			}
		}
	}
	return nil
}

func ntile(p *part, f plan.WindowFunc, i int, out *vector.Vector) error {
	v, j := p.rows.Columns[f.Args[0]].At(i)
	if v.IsNull(j) {
		out.AppendNull()
		return nil
	}
	buckets, n, at := v.Ints[j], int64(p.to-p.from), int64(i-p.from)
	if buckets < 1 {
		return fault.New(fault.InvalidArgument, "Buckets must be greater than 0")
	}
	small, more := n/buckets, n%buckets
	if at < more*(small+1) {
		out.AppendInt(at/(small+1) + 1)
	} else {
		out.AppendInt((at-more*(small+1))/small + more + 1)
	}
	return nil
}

// value is a value of another row.
func (o *window) value(p *part, f plan.WindowFunc, i int, out *vector.Vector) error {
	x := p.rows.Columns[f.Args[0]]
	put := func(j, from, to int) {
		if j >= from && j < to {
			out.Append(x, j)
		} else {
			out.AppendNull()
		}
	}
	if f.Name == "lead" || f.Name == "lag" {
		return o.shifted(p, f, i, out)
	}
	from, to, err := o.frame(p, f.Frame, i)
	if err != nil {
		return err
	}
	n := int64(1)
	if f.Name == "nth_value" {
		v, j := p.rows.Columns[f.Args[1]].At(i)
		if v.IsNull(j) {
			out.AppendNull()
			return nil
		}
		if n = v.Ints[j]; n < 1 {
			return fault.New(fault.InvalidArgument, "Offset must be at least 1")
		}
	}
	step, j := 1, from
	if f.Name == "last_value" {
		step, j = -1, to-1
	}
	for ; j >= from && j < to; j += step {
		if f.IgnoreNulls && x.IsNull(j) {
			continue
		}
		if n--; n == 0 {
			break
		}
	}
	put(j, from, to)
	return nil
}

// shifted is LEAD and LAG.
func (o *window) shifted(p *part, f plan.WindowFunc, i int, out *vector.Vector) error {
	x := p.rows.Columns[f.Args[0]]
	n, step := int64(1), 1
	if f.Name == "lag" {
		step = -1
	}
	if len(f.Args) > 1 {
		v, j := p.rows.Columns[f.Args[1]].At(i)
		if v.IsNull(j) || v.Ints[j] < 0 {
			return fault.New(fault.InvalidArgument, "Offset must be at least 0")
		}
		n = v.Ints[j]
	}
	j := i
	for n > 0 && j >= p.from && j < p.to {
		j += step
		if j >= p.from && j < p.to && !(f.IgnoreNulls && x.IsNull(j)) {
			n--
		}
	}
	switch {
	case j >= p.from && j < p.to:
		out.Append(x, j)
	case len(f.Args) > 2:
		out.Append(p.rows.Columns[f.Args[2]], i)
	default:
		out.AppendNull()
	}
	return nil
}

// aggregate adds rows up as the frame grows, and begins anew where it does not only grow.
func (o *window) aggregate(ctx context.Context, p *part, f plan.WindowFunc, out *vector.Vector) error {
	c := o.run.fctx
	c.Context = ctx
	var acc functions.Accumulator
	have, end := -1, 0 // the frame that acc holds
	for i := p.from; i < p.to; i++ {
		from, to, err := o.frame(p, f.Frame, i)
		if err != nil {
			return err
		}
		if i%64 == 0 {
			if err := errors.Join(ctx.Err(), o.count()); err != nil {
				return err
			}
		}
		if have != from || to < end {
			acc, have, end = f.Agg.New(), from, from
		}
		if to > end {
			if err := o.feed(c, acc, p, f, end, to); err != nil {
				return err
			}
			end = to
		}
		if err := acc.Result(c, out, 0); err != nil {
			return err
		}
	}
	return nil
}

func (o *window) feed(c *functions.Context, acc functions.Accumulator, p *part, f plan.WindowFunc, from, to int) error {
	rows := rowsFrom(from, to)
	if f.Filter >= 0 {
		kept := rows[:0]
		for _, r := range rows {
			if v, j := p.rows.Columns[f.Filter].At(int(r)); !v.IsNull(j) && v.Bools[j] {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	args := make([]*vector.Vector, len(f.Args))
	for i, a := range f.Args {
		args[i] = p.rows.Columns[a].Pick(rows)
	}
	return acc.Add(c, len(rows), nil, 1, args)
}
