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
	case *JSONAsk:
		out := []Expr{e.Input.X, e.OnEmpty.Default, e.OnError.Default}
		for _, a := range e.Passing {
			out = append(out, a.X)
		}
		return out
	case *JSONMake:
		out := append([]Expr{}, e.Keys...)
		for _, a := range e.Values {
			out = append(out, a.X)
		}
		return out
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

// References are the places where a query's body names a table of one part. Where a query within names one of its own so, it means that one.
func References(b Body, name string) []Pos {
	s := search{name: name}
	s.body(b)
	return s.found
}

// ReferencesIn are those of what stands in FROM.
func ReferencesIn(r Relation, name string) []Pos {
	s := search{name: name}
	s.relation(r)
	return s.found
}

// search looks for a table's name.
type search struct {
	name  string
	found []Pos
}

func (s *search) see(n Name, at Pos) {
	if len(n.Parts) == 1 && n.Parts[0] == s.name {
		s.found = append(s.found, at)
	}
}

func (s *search) query(q *Query) {
	for _, n := range q.With {
		if n.Name == s.name {
			return
		}
		s.query(n.Query)
	}
	s.body(q.Body)
	for _, o := range q.OrderBy {
		s.expr(o.X)
	}
}

func (s *search) body(b Body) {
	switch b := b.(type) {
	case *Query:
		s.query(b)
	case *SetOp:
		s.body(b.L)
		s.body(b.R)
	case *TableBody:
		s.see(b.Name, b.Pos)
	case *Values:
		for _, e := range b.Rows {
			s.expr(e)
		}
	case *Select:
		if b.From != nil {
			s.relation(b.From)
		}
		for _, it := range b.Items {
			s.expr(it.X)
		}
		s.expr(b.Where)
		if b.GroupBy != nil {
			for _, g := range b.GroupBy.Elems {
				for _, set := range g.Sets {
					for _, e := range set {
						s.expr(e)
					}
				}
			}
		}
		s.expr(b.Having)
	}
}

func (s *search) relation(r Relation) {
	switch r := r.(type) {
	case *TableName:
		s.see(r.Name, r.Pos)
	case *Join:
		s.relation(r.L)
		s.relation(r.R)
		s.expr(r.On)
	case *Aliased:
		s.relation(r.X)
	case *Sampled:
		s.relation(r.X)
	case *Match:
		s.relation(r.X)
	case *Derived:
		s.query(r.Query)
	case *Unnest:
		for _, e := range r.List {
			s.expr(e)
		}
	case *JSONTable:
		for _, a := range append([]JSONArg{r.Input}, r.Passing...) {
			s.expr(a.X)
		}
	}
}

func (s *search) expr(e Expr) {
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Subquery:
			s.query(e.Query)
		case *Exists:
			s.query(e.Query)
		case *In:
			if e.Query != nil {
				s.query(e.Query)
			}
		case *Quantified:
			s.query(e.Query)
		}
		return true
	})
}
