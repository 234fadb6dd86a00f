package syntax

// Walk visits e and the expressions within it until f is false. It does not go into queries.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, c := range within(e) {
		if c != nil {
			Walk(c, f)
		}
	}
}

// within is the expressions that an expression is made of.
func within(e Expr) []Expr {
	switch e := e.(type) {
	case *Field:
		return []Expr{e.X}
	case *Unary:
		return []Expr{e.X}
	case *Infix:
		return []Expr{e.L, e.R}
	case *IsNull:
		return []Expr{e.X}
	case *Distinct:
		return []Expr{e.L, e.R}
	case *Between:
		return []Expr{e.X, e.Low, e.High}
	case *In:
		return append([]Expr{e.X}, e.List...)
	case *Like:
		return []Expr{e.X, e.Pattern, e.Escape}
	case *Quantified:
		return []Expr{e.X}
	case *Case:
		out := []Expr{e.X, e.Else}
		for _, w := range e.Whens {
			out = append(out, w.Cond, w.Then)
		}
		return out
	case *Cast:
		return []Expr{e.X}
	case *Extract:
		return []Expr{e.X}
	case *AtZone:
		return []Expr{e.X, e.Zone}
	case *Lambda:
		return []Expr{e.Body}
	case *Array:
		return e.List
	case *Row:
		return e.List
	case *Subscript:
		return []Expr{e.X, e.Index}
	case *Call:
		return withinCall(e)
	}
	return nil
}

func withinCall(e *Call) []Expr {
	out := append([]Expr{e.Filter}, e.Args...)
	for _, s := range append(append([]SortItem{}, e.OrderBy...), e.Within...) {
		out = append(out, s.X)
	}
	if w := e.Over; w != nil {
		out = append(out, w.Partition...)
		for _, s := range w.OrderBy {
			out = append(out, s.X)
		}
		if w.Frame != nil {
			out = append(out, w.Frame.Start.Value, w.Frame.End.Value)
		}
	}
	return out
}

// Uses tells whether a query reads a table of this name, of one part.
func Uses(q *Query, name string) bool {
	found := false
	see := func(n Name) { found = found || len(n.Parts) == 1 && n.Parts[0] == name }
	var query func(q *Query)
	var body func(b Body)
	var relation func(r Relation)
	expr := func(e Expr) {
		Walk(e, func(e Expr) bool {
			switch e := e.(type) {
			case *Subquery:
				query(e.Query)
			case *Exists:
				query(e.Query)
			case *In:
				if e.Query != nil {
					query(e.Query)
				}
			case *Quantified:
				query(e.Query)
			}
			return true
		})
	}
	relation = func(r Relation) {
		switch r := r.(type) {
		case *TableName:
			see(r.Name)
		case *Join:
			relation(r.L)
			relation(r.R)
		case *Aliased:
			relation(r.X)
		case *Sampled:
			relation(r.X)
		case *Derived:
			query(r.Query)
		}
	}
	body = func(b Body) {
		switch b := b.(type) {
		case *Query:
			query(b)
		case *SetOp:
			body(b.L)
			body(b.R)
		case *TableBody:
			see(b.Name)
		case *Select:
			if b.From != nil {
				relation(b.From)
			}
			for _, it := range b.Items {
				expr(it.X)
			}
			expr(b.Where)
			expr(b.Having)
		}
	}
	query = func(q *Query) {
		for _, n := range q.With {
			query(n.Query)
		}
		body(q.Body)
	}
	query(q)
	return found
}
