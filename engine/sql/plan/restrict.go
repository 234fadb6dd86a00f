package plan

import (
	"maps"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// mostPoints is how many values a domain names; of more it tells the first and the last.
const mostPoints = 64

// Restrict is n, of which only those rows are of use in which e, over n's columns, is one of values. It tells the tables below, if e is one of their
// columns; rows that are of no use may still come.
func Restrict(n Node, e expr.Expr, values *vector.Vector) Node {
	at, ok := columnOf(e)
	t := e.Type()
	if !ok || !restrictable(t) || restrict(n, at, Domain{Type: t, Values: t.New()}) == n {
		return n
	}
	return restrict(n, at, domainOf(t, values))
}

// Watch is n, of which the first rows by a key are asked for: which of the others are of no use any more, live tells the tables below while they are read.
// It is n itself if there are none.
func Watch(n Node, k Key, live *vector.Live) Node {
	t := n.Schema()[k.Column].T
	floats := t.Vector() == vector.Float && !k.Desc // a file's bounds do not tell whether there is a NaN, which is above all
	if len(t.Fields) > 0 || t.Kind == types.Char || !t.Orderable() || !restrictable(t) && !floats {
		return n
	}
	return restrict(n, k.Column, Domain{Type: t, Null: true, Live: live})
}

// restrictable: a NaN is equal to nothing and yet in an order, and a zone's instants are one in many ways.
func restrictable(t *types.Type) bool {
	k := t.Vector()
	return !t.Zoned() && (k == vector.Int || k == vector.Wide || k == vector.Bytes)
}

// domainOf is the domain of some values, flat or not, without nulls.
func domainOf(t *types.Type, v *vector.Vector) Domain {
	low, high := -1, -1
	for i := range v.Len {
		if v.IsNull(i) {
			continue
		}
		if low < 0 || types.Compare(t, v, i, v, low) < 0 {
			low = i
		}
		if high < 0 || types.Compare(t, v, i, v, high) > 0 {
			high = i
		}
	}
	one := func(i int) *vector.Vector { return v.Pick([]uint32{uint32(i)}).Flat() }
	switch {
	case low < 0:
		return Domain{Type: t, Values: t.New(), Found: true}
	case v.Len > mostPoints:
		return Domain{Type: t, Low: one(low), High: one(high), Found: true}
	}
	some := t.New()
	for i := range v.Len {
		if !v.IsNull(i) {
			some.Append(v, i)
		}
	}
	return Domain{Type: t, Values: ascending(t, some), Found: true}
}

// restrict is n whose column at is asked for within d; n itself where nobody would be told.
func restrict(n Node, at int, d Domain) Node {
	in := func(in Node, at int, make func(Node) Node) Node {
		if out := restrict(in, at, d); out != in {
			return make(out)
		}
		return n
	}
	switch n := n.(type) {
	case *Read:
		c := n.Columns[at]
		if of := n.Table.Columns[c]; d.Type.Vector() != of.Type.Vector() || n.Limit > 0 || d.Live != nil && of.Partition {
			return n
		}
		out := *n
		if out.Domains = maps.Clone(n.Domains); out.Domains == nil {
			out.Domains = map[int]Domain{}
		}
		d.Type = n.Table.Columns[c].Type
		if have, ok := out.Domains[c]; ok {
			d = both(have, d)
		}
		out.Domains[c] = d
		return &out
	case *Filter:
		return in(n.In, at, func(x Node) Node { return &Filter{x, n.Conds} })
	case *Project:
		if c, ok := columnOf(n.Exprs[at]); ok {
			return in(n.In, c, func(x Node) Node { return &Project{x, n.Exprs, n.Cols} })
		}
	case *Aggregate:
		if n.Sets == nil && at < len(n.Keys) {
			return in(n.In, n.Keys[at], func(x Node) Node { return &Aggregate{x, n.Keys, n.Sets, n.Aggs} })
		}
	case *Join:
		out := *n
		if width := len(n.L.Schema()); at < width && (n.Kind == "INNER" || n.Kind == "LEFT") {
			return in(n.L, at, func(x Node) Node { out.L = x; return &out })
		} else if at >= width && (n.Kind == "INNER" || n.Kind == "RIGHT") {
			return in(n.R, at-width, func(x Node) Node { out.R = x; return &out })
		}
	case *Union:
		out, told := &Union{}, false
		for _, x := range n.Ins {
			y := restrict(x, at, d)
			out.Ins, told = append(out.Ins, y), told || y != x
		}
		if told {
			return out
		}
	}
	return n
}
