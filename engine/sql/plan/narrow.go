package plan

import "unyo/engine/sql/expr"

// moves tells where a node's columns have gone: by old place the new, or -1.
type moves []int

func (m moves) exprs(list []expr.Expr) []expr.Expr {
	return moved(list, func(c *expr.Column) expr.Expr { return &expr.Column{Index: m[c.Index], Name: c.Name, T: c.T} })
}

func (m moves) ints(list []int) []int {
	out := make([]int, len(list))
	for i, c := range list {
		out[i] = m.one(c)
	}
	return out
}

func (m moves) one(c int) int {
	if c < 0 {
		return c
	}
	return m[c]
}

func (m moves) keys(list []Key) []Key {
	if list == nil {
		return nil
	}
	out := make([]Key, len(list))
	for i, k := range list {
		out[i] = Key{m[k.Column], k.Desc, k.NullsFirst}
	}
	return out
}

func (m moves) slots(list []Slot) []Slot {
	out := make([]Slot, len(list))
	for i, s := range list {
		out[i] = Slot{m[s.Column], s.Slot}
	}
	return out
}

func identity(n int) moves {
	m := make(moves, n)
	for i := range m {
		m[i] = i
	}
	return m
}

// wants is which columns of a node are needed.
type wants []bool

func (w wants) exprs(list []expr.Expr) wants {
	used := map[int]bool{}
	for _, e := range list {
		expr.Columns(e, used)
	}
	for i := range used {
		w[i] = true
	}
	return w
}

func (w wants) ints(list []int) wants {
	for _, i := range list {
		if i >= 0 {
			w[i] = true
		}
	}
	return w
}

func (w wants) keys(list []Key) wants {
	for _, k := range list {
		w[k.Column] = true
	}
	return w
}

func wanting(n Node, copy []bool) wants {
	w := make(wants, len(n.Schema()))
	for i := range min(len(w), len(copy)) {
		w[i] = copy[i]
	}
	return w
}

// exactly is n with the needed columns and no others, in their order.
func exactly(n Node, need []bool) Node {
	in, m := narrow(n, need)
	old, now := n.Schema(), 0
	p := &Project{In: in}
	straight := true
	for i, want := range need {
		if want {
			straight = straight && m[i] == now
			now++
			p.Exprs, p.Cols = append(p.Exprs, &expr.Column{Index: m[i], Name: old[i].Name, T: old[i].T}), append(p.Cols, old[i])
		}
	}
	if straight && len(in.Schema()) == now {
		return in
	}
	return p
}

// narrow takes from a node what is not needed of it, and tells where its columns are then.
func narrow(n Node, need []bool) (Node, moves) {
	switch n := n.(type) {
	case *Read:
		out := *n
		out.Columns = nil
		m := make(moves, len(n.Columns))
		for i, c := range n.Columns {
			if m[i] = -1; need[i] {
				m[i] = len(out.Columns)
				out.Columns = append(out.Columns, c)
			}
		}
		return &out, m
	case *Filter:
		in, m := narrow(n.In, wanting(n.In, need).exprs(n.Conds))
		return &Filter{in, m.exprs(n.Conds)}, m
	case *Project:
		return narrowProject(n, need)
	case *Aggregate:
		return narrowAggregate(n, need)
	case *Window:
		return narrowWindow(n, need)
	case *Match:
		return narrowMatch(n, need)
	case *Join:
		return narrowJoin(n, need)
	case *Sort:
		in, m := narrow(n.In, wanting(n.In, need).keys(n.Keys))
		return &Sort{in, m.keys(n.Keys), n.Limit}, m
	case *Limit:
		in, m := narrow(n.In, wanting(n.In, need).keys(n.Ties))
		return &Limit{in, n.Offset, n.N, m.keys(n.Ties)}, m
	case *Sample:
		in, m := narrow(n.In, need)
		return &Sample{in, n.Percent}, m
	case *Union:
		out, m := &Union{}, make(moves, len(need))
		for _, in := range n.Ins {
			out.Ins = append(out.Ins, exactly(in, need))
		}
		at := 0
		for i, want := range need {
			if m[i] = -1; want {
				m[i] = at
				at++
			}
		}
		return out, m
	case *SetOp:
		all := every(len(need))
		return &SetOp{n.Op, n.All, exactly(n.L, all), exactly(n.R, all)}, identity(len(need))
	case *Unnest:
		in, m := narrow(n.In, wanting(n.In, need).exprs(n.Lists))
		out := *n
		out.In, out.Lists = in, m.exprs(n.Lists)
		return &out, beyond(m, len(in.Schema()), len(need))
	case *Apply:
		return narrowApply(n, need)
	case *Recurse: // the step may need what nobody above does
		all := every(len(need))
		return &Recurse{exactly(n.Base, all), exactly(n.Step, all), n.Previous, n.Depth}, identity(len(need))
	case *Lateral:
		w := wanting(n.In, need)
		for _, s := range n.Slots {
			w[s.Column] = true
		}
		in, m := narrow(n.In, w)
		all := identity(len(n.Sub.Schema()))
		out := &Lateral{in, exactly(n.Sub, every(len(all))), m.slots(n.Slots), n.Outer}
		return out, beyond(m, len(in.Schema()), len(need))
	}
	return n, identity(len(need))
}

// every is n times true.
func every(n int) []bool {
	out := make([]bool, n)
	for i := range out {
		out[i] = true
	}
	return out
}

// beyond adds to moves the columns that stand behind those of a node's input, all of which stay.
func beyond(m moves, width, total int) moves {
	out := append(moves{}, m...)
	for i := len(m); i < total; i++ {
		out = append(out, width+i-len(m))
	}
	return out
}

func narrowProject(n *Project, need []bool) (Node, moves) {
	out, m := &Project{}, make(moves, len(n.Exprs))
	for i, e := range n.Exprs {
		if m[i] = -1; need[i] {
			m[i] = len(out.Exprs)
			out.Exprs, out.Cols = append(out.Exprs, e), append(out.Cols, n.Cols[i])
		}
	}
	in, inner := narrow(n.In, wanting(n.In, nil).exprs(out.Exprs))
	out.In, out.Exprs = in, inner.exprs(out.Exprs)
	return out, m
}

func narrowAggregate(n *Aggregate, need []bool) (Node, moves) {
	out := &Aggregate{Sets: n.Sets}
	m := identity(len(n.Keys))
	w := wanting(n.In, nil).ints(n.Keys)
	for i, a := range n.Aggs {
		if !need[len(n.Keys)+i] {
			m = append(m, -1)
			continue
		}
		m = append(m, len(n.Keys)+len(out.Aggs))
		out.Aggs = append(out.Aggs, a)
		w = w.ints(a.Args).ints([]int{a.Filter}).keys(a.OrderBy)
	}
	if n.Sets != nil {
		m = append(m, len(n.Keys)+len(out.Aggs))
	}
	in, inner := narrow(n.In, w)
	out.In, out.Keys = in, inner.ints(n.Keys)
	for i, a := range out.Aggs {
		out.Aggs[i].Args, out.Aggs[i].Filter, out.Aggs[i].OrderBy = inner.ints(a.Args), inner.one(a.Filter), inner.keys(a.OrderBy)
	}
	return out, m
}

func narrowWindow(n *Window, need []bool) (Node, moves) {
	width := len(n.In.Schema())
	out := &Window{}
	w := wanting(n.In, need).ints(n.Partition).keys(n.Order)
	kept := make([]int, len(n.Funcs))
	for i, f := range n.Funcs {
		if kept[i] = -1; need[width+i] {
			kept[i] = len(out.Funcs)
			out.Funcs = append(out.Funcs, f)
			w = w.ints(f.Args).ints([]int{f.Filter, f.Frame.StartAt, f.Frame.EndAt})
		}
	}
	in, inner := narrow(n.In, w)
	m := append(moves{}, inner...)
	for _, k := range kept {
		if k >= 0 {
			k += len(in.Schema())
		}
		m = append(m, k)
	}
	if len(out.Funcs) == 0 {
		return in, m
	}
	out.In, out.Partition, out.Order = in, inner.ints(n.Partition), inner.keys(n.Order)
	for i, f := range out.Funcs {
		out.Funcs[i].Args, out.Funcs[i].Filter = inner.ints(f.Args), inner.one(f.Filter)
		out.Funcs[i].Frame.StartAt, out.Funcs[i].Frame.EndAt = inner.one(f.Frame.StartAt), inner.one(f.Frame.EndAt)
	}
	return out, m
}

func narrowJoin(n *Join, need []bool) (Node, moves) {
	width := len(n.L.Schema())
	w := append(wants{}, need...).exprs(n.Conds)
	l, lm := narrow(n.L, append(wants{}, w[:width]...).exprs(n.LKeys))
	r, rm := narrow(n.R, append(wants{}, w[width:]...).exprs(n.RKeys))
	m := append(moves{}, lm...)
	for _, c := range rm {
		if c >= 0 {
			c += len(l.Schema())
		}
		m = append(m, c)
	}
	return &Join{n.Kind, l, r, lm.exprs(n.LKeys), rm.exprs(n.RKeys), m.exprs(n.Conds)}, m
}

func narrowApply(n *Apply, need []bool) (Node, moves) {
	w := wanting(n.In, need)
	for _, s := range n.Slots {
		w[s.Column] = true
	}
	if n.X != nil {
		w = w.exprs([]expr.Expr{n.X})
	}
	in, m := narrow(n.In, w)
	out := *n
	out.In, out.Slots = in, m.slots(n.Slots)
	if n.X != nil {
		out.X = m.exprs([]expr.Expr{n.X})[0]
	}
	if n.Kind == "EXISTS" {
		out.Sub, _ = narrow(n.Sub, make([]bool, len(n.Sub.Schema())))
	} else {
		out.Sub = exactly(n.Sub, every(len(n.Sub.Schema())))
	}
	return &out, beyond(m, len(in.Schema()), len(need))
}
