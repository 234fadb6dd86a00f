package plan

import "unyo/engine/sql/expr"

// optimise makes a plan cheaper: conditions go down to where they can first be told, joins find their keys, and tables are
// read no wider and no further than needed.
func optimise(n Node) Node {
	n = push(n, nil)
	n = exactly(n, every(len(n.Schema())))
	stop(n)
	return n
}

// stop tells a table how many rows are enough, where nothing but columns stands between it and LIMIT.
func stop(n Node) {
	if l, ok := n.(*Limit); ok && l.N >= 0 && l.Ties == nil && l.Offset+l.N > 0 {
		in := l.In
		for {
			p, ok := in.(*Project)
			if !ok {
				break
			}
			in = p.In
		}
		if r, ok := in.(*Read); ok && len(r.Domains) == 0 {
			r.Limit = int(min(l.Offset+l.N, 1<<31))
		}
	}
	for _, in := range Inputs(n) {
		stop(in)
	}
}

// filtered is n with conditions above it.
func filtered(n Node, conds []expr.Expr) Node {
	if len(conds) == 0 {
		return n
	}
	return &Filter{n, conds}
}

// split parts conditions into those that are fixed and use only columns for which own is true, and the others.
func split(conds []expr.Expr, own func(int) bool) (mine, rest []expr.Expr) {
	for _, c := range conds {
		used, ok := map[int]bool{}, expr.Fixed(c)
		expr.Columns(c, used)
		for i := range used {
			ok = ok && own(i)
		}
		if ok {
			mine = append(mine, c)
		} else {
			rest = append(rest, c)
		}
	}
	return mine, rest
}

// moved is conditions over other columns.
func moved(conds []expr.Expr, to func(c *expr.Column) expr.Expr) []expr.Expr {
	out := make([]expr.Expr, len(conds))
	for i, c := range conds {
		out[i] = expr.Rewrite(c, func(e expr.Expr) expr.Expr {
			if col, ok := e.(*expr.Column); ok {
				return to(col)
			}
			return nil
		})
	}
	return out
}

func shifted(conds []expr.Expr, by int) []expr.Expr {
	return moved(conds, func(c *expr.Column) expr.Expr { return &expr.Column{Index: c.Index + by, Name: c.Name, T: c.T} })
}

// flat is conditions with their ANDs taken apart.
func flat(conds []expr.Expr) (out []expr.Expr) {
	for _, c := range conds {
		if and, ok := c.(*expr.And); ok {
			out = append(out, flat(and.List)...)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// push puts conditions as deep into a node as they keep their meaning.
func push(n Node, conds []expr.Expr) Node {
	conds = flat(conds)
	switch n := n.(type) {
	case *Filter:
		return push(n.In, append(append([]expr.Expr{}, n.Conds...), conds...))
	case *Project:
		return pushProject(n, conds)
	case *Join:
		return pushJoin(n, conds)
	case *Aggregate:
		mine, rest := split(conds, func(i int) bool { return n.Sets == nil && i < len(n.Keys) })
		in := n.In.Schema()
		n.In = push(n.In, moved(mine, func(c *expr.Column) expr.Expr {
			k := n.Keys[c.Index]
			return &expr.Column{Index: k, Name: in[k].Name, T: c.T}
		}))
		return filtered(n, rest)
	case *Match: // a partition is looked through whole or not at all
		mine, rest := split(conds, func(i int) bool { return i < len(n.Partition) })
		in := n.In.Schema()
		n.In = push(n.In, moved(mine, func(c *expr.Column) expr.Expr {
			p := n.Partition[c.Index]
			return &expr.Column{Index: p, Name: in[p].Name, T: c.T}
		}))
		return filtered(n, rest)
	case *Window:
		mine, rest := split(conds, func(i int) bool { return has(n.Partition, i) })
		n.In = push(n.In, mine)
		return filtered(n, rest)
	case *Sort:
		if n.Limit < 0 {
			n.In = push(n.In, conds)
			return n
		}
		n.In = push(n.In, nil)
	case *Limit:
		n.In = push(n.In, nil)
	case *Sample:
		n.In = push(n.In, nil)
	case *Union:
		mine, rest := split(conds, func(int) bool { return true })
		for i := range n.Ins {
			n.Ins[i] = push(n.Ins[i], mine)
		}
		return filtered(n, rest)
	case *SetOp:
		mine, rest := split(conds, func(int) bool { return true })
		n.L, n.R = push(n.L, mine), push(n.R, mine)
		return filtered(n, rest)
	case *Unnest:
		width := len(n.In.Schema())
		mine, rest := split(conds, func(i int) bool { return i < width })
		n.In = push(n.In, mine)
		return filtered(n, rest)
	case *Apply:
		width := len(n.In.Schema())
		mine, rest := split(conds, func(i int) bool { return i < width })
		n.In, n.Sub = push(n.In, mine), push(n.Sub, nil)
		return filtered(n, rest)
	case *Lateral:
		width := len(n.In.Schema())
		mine, rest := split(conds, func(i int) bool { return i < width })
		n.In, n.Sub = push(n.In, mine), push(n.Sub, nil)
		return filtered(n, rest)
	case *Recurse:
		n.Base, n.Step = push(n.Base, nil), push(n.Step, nil)
	case *Read:
		n.Domains = domains(n, conds)
	}
	return filtered(n, conds)
}

func has(list []int, i int) bool {
	for _, x := range list {
		if x == i {
			return true
		}
	}
	return false
}

func pushProject(n *Project, conds []expr.Expr) Node {
	mine, rest := split(conds, func(i int) bool { return expr.Fixed(n.Exprs[i]) })
	n.In = push(n.In, moved(mine, func(c *expr.Column) expr.Expr { return n.Exprs[c.Index] }))
	return filtered(n, rest)
}

// pushJoin sorts the conditions of a join and those above it: to its sides, into its keys, or on pairs.
func pushJoin(n *Join, above []expr.Expr) Node {
	width := len(n.L.Schema())
	left := func(i int) bool { return i < width }
	right := func(i int) bool { return i >= width }
	on := flat(n.Conds)
	var l, r []expr.Expr
	switch n.Kind {
	case "INNER":
		on, above = append(on, above...), nil
		l, on = split(on, left)
		r, on = split(on, right)
	case "LEFT":
		l, above = split(above, left)
		r, on = split(on, right)
	case "RIGHT":
		r, above = split(above, right)
		l, on = split(on, left)
	}
	n.Conds = nil
	for _, c := range on {
		if !n.key(c, left, right, width) {
			n.Conds = append(n.Conds, c)
		}
	}
	n.L, n.R = push(n.L, l), push(n.R, shifted(r, -width))
	if n.Kind == "INNER" { // what depends on chance, or on nothing
		above = nil
	}
	return filtered(n, above)
}

// key takes a condition as an equality of keys, if it is one.
func (n *Join) key(c expr.Expr, left, right func(int) bool, width int) bool {
	call, ok := c.(*expr.Call)
	if !ok || call.F.Name != "=" || len(call.F.Args[0].Fields) > 0 || !expr.Fixed(c) {
		return false
	}
	only := func(e expr.Expr, own func(int) bool) bool {
		used := map[int]bool{}
		expr.Columns(e, used)
		for i := range used {
			if !own(i) {
				return false
			}
		}
		return len(used) > 0
	}
	a, b := call.Args[0], call.Args[1]
	if only(a, right) && only(b, left) {
		a, b = b, a
	}
	if !only(a, left) || !only(b, right) {
		return false
	}
	n.LKeys = append(n.LKeys, a)
	n.RKeys = append(n.RKeys, shifted([]expr.Expr{b}, -width)[0])
	return true
}
