package plan

import (
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// domains is what conditions say of single columns of a table, by place in the table.
func domains(n *Read, conds []expr.Expr) map[int]Domain {
	var out map[int]Domain
	for _, c := range conds {
		at, d, ok := domain(c)
		if !ok {
			continue
		}
		at = n.Columns[at]
		d.Type = n.Table.Columns[at].Type
		if have, twice := out[at]; twice {
			d = both(have, d)
		}
		if out == nil {
			out = map[int]Domain{}
		}
		out[at] = d
	}
	return out
}

// columnOf is the column that e is, also under another type of which it has the values unchanged.
func columnOf(e expr.Expr) (int, bool) {
	for {
		a, ok := e.(*expr.As)
		if !ok {
			break
		}
		e = a.X
	}
	c, ok := e.(*expr.Column)
	if !ok || len(c.T.Fields) > 0 || c.T.Kind == types.Char || !c.T.Orderable() {
		return 0, false
	}
	return c.Index, true
}

func constOf(e expr.Expr) (*vector.Vector, bool) {
	c, ok := e.(*expr.Const)
	if !ok || c.Value.IsNull(0) {
		return nil, false
	}
	return c.Value, true
}

// domain is what a condition says of one column of a node.
func domain(c expr.Expr) (column int, d Domain, ok bool) {
	switch c := c.(type) {
	case *expr.Call:
		return callDomain(c)
	case *expr.In:
		if column, ok = columnOf(c.X); !ok {
			return 0, d, false
		}
		t := c.X.Type()
		values := t.New()
		for _, x := range c.List {
			if !x.Value.IsNull(0) {
				values.Append(x.Value, 0)
			}
		}
		return column, Domain{Type: t, Values: ascending(t, values)}, true
	case *expr.Or: // of one column, and of values only
		var values *vector.Vector
		var t *types.Type
		for i, x := range c.List {
			at, one, ok := domain(x)
			if !ok || one.Values == nil || i > 0 && at != column {
				return 0, d, false
			}
			if i == 0 {
				column, t, values = at, one.Type, one.Type.New()
			}
			for j := range one.Values.Len {
				values.Append(one.Values, j)
			}
		}
		return column, Domain{Type: t, Values: ascending(t, values)}, true
	}
	return 0, d, false
}

func ascending(t *types.Type, v *vector.Vector) *vector.Vector {
	order := make([]uint32, v.Len)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(i, j uint32) int { return types.Compare(t, v, int(i), v, int(j)) })
	order = slices.CompactFunc(order, func(i, j uint32) bool { return types.Compare(t, v, int(i), v, int(j)) == 0 })
	return v.Pick(order)
}

func callDomain(c *expr.Call) (column int, d Domain, ok bool) {
	if len(c.Args) != 2 {
		return 0, d, false
	}
	name := c.F.Name
	column, ok = columnOf(c.Args[0])
	value, known := constOf(c.Args[1])
	if !ok || !known {
		column, ok = columnOf(c.Args[1])
		if value, known = constOf(c.Args[0]); !ok || !known {
			return 0, d, false
		}
		if turned := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}[name]; turned != "" {
			name = turned
		} else {
			return 0, d, false
		}
	}
	d.Type = c.Args[0].Type()
	switch name {
	case "=":
		d.Values = value
	case "<", "<=":
		d.High, d.HighOpen = value, name == "<"
	case ">", ">=":
		d.Low, d.LowOpen = value, name == ">"
	case "like":
		prefix, _, _ := strings.Cut(string(value.Text(0)), "%")
		if i := strings.IndexByte(prefix, '_'); i >= 0 {
			prefix = prefix[:i]
		}
		if prefix == "" {
			return 0, d, false
		}
		d.Low = text([]byte(prefix))
		end := []byte(prefix)
		for len(end) > 0 && end[len(end)-1] == 0xff {
			end = end[:len(end)-1]
		}
		if len(end) > 0 {
			end[len(end)-1]++
			d.High, d.HighOpen = text(end), true
		}
	default:
		return 0, d, false
	}
	return column, d, true
}

func text(b []byte) *vector.Vector {
	v := vector.New(vector.Bytes)
	v.AppendText(b)
	return v
}

// both is what both of two domains let through.
func both(a, b Domain) Domain {
	if a.Values == nil && b.Values != nil {
		a, b = b, a
	}
	if a.Values == nil || b.Values != nil {
		a.Found = a.Found && b.Found
	}
	a.Null = a.Null && b.Null
	if a.Live == nil {
		a.Live = b.Live
	}
	if a.Values != nil {
		var keep []uint32
		for i := range a.Values.Len {
			if b.Overlaps(a.Values, a.Values, i) {
				keep = append(keep, uint32(i))
			}
		}
		a.Values = a.Values.Pick(keep)
		return a
	}
	if b.Low != nil {
		c := 1
		if a.Low != nil {
			c = types.Compare(a.Type, b.Low, 0, a.Low, 0)
		}
		if c > 0 {
			a.Low, a.LowOpen = b.Low, b.LowOpen
		} else if c == 0 {
			a.LowOpen = a.LowOpen || b.LowOpen
		}
	}
	if b.High != nil {
		c := -1
		if a.High != nil {
			c = types.Compare(a.Type, b.High, 0, a.High, 0)
		}
		if c < 0 {
			a.High, a.HighOpen = b.High, b.HighOpen
		} else if c == 0 {
			a.HighOpen = a.HighOpen || b.HighOpen
		}
	}
	return a
}
