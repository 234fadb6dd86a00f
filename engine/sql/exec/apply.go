package exec

import (
	"context"
	"io"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// apply computes a subquery for each row that differs in what the subquery uses of it.
type apply struct {
	run   *run
	in    operator
	node  *plan.Apply
	known map[string]*answer
	held  int64
	op    *functions.Bound
}

// answer is what a subquery says.
type answer struct {
	values *vector.Vector // all rows' one column, or of EXISTS nothing
	rows   int
	set    *grouper // of IN
	null   bool     // whether any is null
}

// corner is the values of a row in the slots of a subquery, and the key of them all.
func (r *run) corner(slots []plan.Slot, cols []plan.Col, b *vector.Batch, i int) string {
	var key []byte
	for _, s := range slots {
		key = types.AppendKey(key, cols[s.Column].T, b.Columns[s.Column], i)
	}
	return string(key)
}

func (r *run) enter(slots []plan.Slot, cols []plan.Col, b *vector.Batch, i int) {
	for _, s := range slots {
		one := cols[s.Column].T.New()
		one.Append(b.Columns[s.Column], i)
		r.outer[s.Slot] = one
	}
}

func (o *apply) next(ctx context.Context) (*vector.Batch, error) {
	b, err := o.in.next(ctx)
	if err != nil {
		return nil, err
	}
	if o.known == nil {
		o.known = map[string]*answer{}
	}
	var x *vector.Vector
	if o.node.X != nil {
		p, err := o.run.project(ctx, b, []expr.Expr{o.node.X})
		if err != nil {
			return nil, err
		}
		x = p.Columns[0]
	}
	if len(o.node.Slots) == 0 {
		return o.same(ctx, b, x)
	}
	out := o.node.T.New()
	cols := o.node.In.Schema()
	for i := range b.Len {
		key := o.run.corner(o.node.Slots, cols, b, i)
		a := o.known[key]
		if a == nil {
			o.run.enter(o.node.Slots, cols, b, i)
			if a, err = o.ask(ctx); err != nil {
				return nil, err
			}
			o.known[key] = a
		}
		if err := o.tell(ctx, out, a, x, i); err != nil {
			return nil, err
		}
	}
	return with(b, out), nil
}

// with is b with one more column.
func with(b *vector.Batch, v *vector.Vector) *vector.Batch {
	return &vector.Batch{Len: b.Len, Columns: append(append([]*vector.Vector{}, b.Columns...), v)}
}

// same is a subquery that says the same for all rows: it is asked once.
func (o *apply) same(ctx context.Context, b *vector.Batch, x *vector.Vector) (*vector.Batch, error) {
	a := o.known[""]
	if a == nil {
		var err error
		if a, err = o.ask(ctx); err != nil {
			return nil, err
		}
		o.known[""] = a
	}
	out := o.node.T.New()
	switch {
	case o.node.Kind == "IN":
		ids := a.set.number(b.Len, []*vector.Vector{x}, false)
		for i := range b.Len {
			o.among(out, a, x, i, ids[i] != noID)
		}
	case x != nil:
		for i := range b.Len {
			if err := o.tell(ctx, out, a, x, i); err != nil {
				return nil, err
			}
		}
	default:
		if err := o.tell(ctx, out, a, nil, 0); err != nil {
			return nil, err
		}
		out = vector.Constant(out, b.Len)
	}
	return with(b, out), nil
}

// among appends whether x is among an answer's values.
func (o *apply) among(out *vector.Vector, a *answer, x *vector.Vector, i int, found bool) {
	switch {
	case a.rows == 0:
		out.AppendBool(false)
	case x.IsNull(i):
		out.AppendNull()
	case found && !isNaN(x, i):
		out.AppendBool(true)
	case a.null:
		out.AppendNull()
	default:
		out.AppendBool(false)
	}
}

// ask runs the subquery.
func (o *apply) ask(ctx context.Context) (*answer, error) {
	r := o.run.apart()
	r.again = r.again || len(o.node.Slots) > 0
	sub, err := r.build(ctx, o.node.Sub)
	if err != nil {
		return nil, err
	}
	a := &answer{}
	t := types.Null
	if o.node.Kind != "EXISTS" { // which has no column
		t = o.node.Sub.Schema()[0].T
		a.values = t.New()
	}
	if o.node.Kind == "IN" {
		a.set = newGrouper([]*types.Type{t})
	}
	err = each(ctx, sub, func(b *vector.Batch) error {
		a.rows += b.Len
		if o.node.Kind == "EXISTS" {
			return nil
		}
		v := b.Columns[0]
		switch {
		case o.node.Kind == "SCALAR" && a.rows > 1:
			return fault.New(fault.Subquery, "Scalar sub-query has returned multiple rows")
		case o.node.Kind == "IN":
			for i := range v.Len {
				a.null = a.null || v.IsNull(i) || len(t.Fields) > 0 && functions.HasNull(v, i)
			}
			a.set.number(v.Len, b.Columns[:1], true)
			return nil
		}
		for i := range v.Len {
			a.values.Append(v, i)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	n := int64(64)
	if a.values != nil {
		n += sizeOf(a.values)
	}
	if a.set != nil {
		n += a.set.bytes()
	}
	o.held += n
	return a, o.run.hold(n)
}

// tell appends what an answer means for row i.
func (o *apply) tell(ctx context.Context, out *vector.Vector, a *answer, x *vector.Vector, i int) error {
	switch o.node.Kind {
	case "SCALAR":
		if a.rows == 0 {
			out.AppendNull()
		} else {
			out.Append(a.values, 0)
		}
	case "EXISTS":
		out.AppendBool(a.rows > 0)
	case "IN":
		o.among(out, a, x, i, a.set.number(1, []*vector.Vector{x.Pick([]uint32{uint32(i)})}, false)[0] != noID)
	default:
		return o.compare(ctx, out, a, x, i)
	}
	return nil
}

// compare is X op ALL or ANY of the values.
func (o *apply) compare(ctx context.Context, out *vector.Vector, a *answer, x *vector.Vector, i int) (err error) {
	if a.rows == 0 {
		out.AppendBool(o.node.All)
		return nil
	}
	if o.op == nil {
		if o.op, err = functions.Compare(o.node.Kind, o.node.X.Type()); err != nil {
			return err
		}
	}
	one := &vector.Vector{Kind: x.Kind, Len: a.rows, Dict: x.Pick([]uint32{uint32(i)}).Flat()}
	v, err := o.op.Kernel(o.run.fctx, a.rows, []functions.Arg{{Vector: one}, {Vector: a.values}})
	if err != nil {
		return err
	}
	unknown := false
	for j := range v.Len {
		if w, at := v.At(j); w.IsNull(at) {
			unknown = true
		} else if w.Bools[at] != o.node.All {
			out.AppendBool(!o.node.All)
			return nil
		}
	}
	if unknown {
		out.AppendNull()
	} else {
		out.AppendBool(o.node.All)
	}
	return nil
}

func (o *apply) close() error {
	o.run.give(o.held)
	o.held = 0
	return o.in.close()
}

// lateral joins each row with the rows that a subquery gives for it.
type lateral struct {
	run   *run
	in    operator
	node  *plan.Lateral
	batch *vector.Batch
	row   int
	sub   operator
	any   bool
}

func (o *lateral) next(ctx context.Context) (*vector.Batch, error) {
	for {
		if o.batch == nil {
			b, err := o.in.next(ctx)
			if err != nil {
				return nil, err
			}
			o.batch, o.row = b, 0
		}
		if o.sub == nil {
			if o.row == o.batch.Len {
				o.batch = nil
				continue
			}
			o.run.enter(o.node.Slots, o.node.In.Schema(), o.batch, o.row)
			r := o.run.apart()
			r.again = true
			sub, err := r.build(ctx, o.node.Sub)
			if err != nil {
				return nil, err
			}
			o.sub, o.any = sub, false
		}
		b, err := o.sub.next(ctx)
		switch {
		case err == io.EOF:
			if err := o.sub.close(); err != nil {
				return nil, err
			}
			o.sub = nil
			o.row++
			if !o.any && o.node.Outer {
				return o.with(nothing(o.node.Sub.Schema()), o.row-1), nil
			}
		case err != nil:
			return nil, err
		default:
			o.any = true
			return o.with(b, o.row), nil
		}
	}
}

func nothing(cols []plan.Col) *vector.Batch {
	b := &vector.Batch{Len: 1}
	for _, c := range cols {
		b.Columns = append(b.Columns, vector.Nothing(c.T.Vector(), 1))
	}
	return b
}

// with is row i of the batch at hand beside each of b's.
func (o *lateral) with(b *vector.Batch, i int) *vector.Batch {
	rows := make([]uint32, b.Len)
	for j := range rows {
		rows[j] = uint32(i)
	}
	out := repeat(o.batch, rows)
	out.Columns = append(out.Columns, b.Columns...)
	return out
}

func (o *lateral) close() error {
	if o.sub != nil {
		o.sub.close()
	}
	return o.in.close()
}
