// Package expr holds expressions whose names are found and whose types are known, and computes them over columns.
package expr

import (
	"fmt"
	"strings"

	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Expr is an expression.
type Expr interface {
	Type() *types.Type
	// children are the expressions within, in order; with replaces them.
	children() []Expr
	with(list []Expr) Expr
}

type (
	// Column is a column of the rows it is computed over.
	Column struct {
		Index int
		Name  string
		T     *types.Type
	}
	// Const is a value: the first of a flat vector.
	Const struct {
		Value *vector.Vector
		T     *types.Type
	}
	// Outer is a value of the row of an outer query that is being computed.
	Outer struct {
		Slot int
		T    *types.Type
	}
	// Arg is a parameter of a lambda, counted from the outermost lambda's first.
	Arg struct {
		Index int
		T     *types.Type
	}
	// Call is a function of its arguments.
	Call struct {
		F    *functions.Bound
		Args []Expr
	}
	// And and Or are computed from left to right, no further than needed.
	And struct{ List []Expr }
	Or  struct{ List []Expr }
	Not struct{ X Expr }
	// IsNull is true or false.
	IsNull struct{ X Expr }
	// Case is the first branch whose condition is true; Else may be nil.
	Case struct {
		Conds, Thens []Expr
		Else         Expr
		T            *types.Type
	}
	Coalesce struct {
		List []Expr
		T    *types.Type
	}
	// In looks for X among constants.
	In struct {
		X    Expr
		List []*Const
		set  *set
	}
	// Try is null where X fails.
	Try struct{ X Expr }
	// Lambda is the function that a Call is given: its parameters are Args First… of Count.
	Lambda struct {
		First, Count int
		Body         Expr
		T            *types.Type
	}
	// As is X under another type of the same layout.
	As struct {
		X Expr
		T *types.Type
	}
	// Member is a member of a row.
	Member struct {
		X     Expr
		Index int
		T     *types.Type
	}
)

func (e *Column) Type() *types.Type   { return e.T }
func (e *Const) Type() *types.Type    { return e.T }
func (e *Outer) Type() *types.Type    { return e.T }
func (e *Arg) Type() *types.Type      { return e.T }
func (e *Call) Type() *types.Type     { return e.F.Result }
func (e *And) Type() *types.Type      { return types.Bool }
func (e *Or) Type() *types.Type       { return types.Bool }
func (e *Not) Type() *types.Type      { return types.Bool }
func (e *IsNull) Type() *types.Type   { return types.Bool }
func (e *Case) Type() *types.Type     { return e.T }
func (e *Coalesce) Type() *types.Type { return e.T }
func (e *In) Type() *types.Type       { return types.Bool }
func (e *Try) Type() *types.Type      { return e.X.Type() }
func (e *Lambda) Type() *types.Type   { return e.T }
func (e *As) Type() *types.Type       { return e.T }
func (e *Member) Type() *types.Type   { return e.T }

func (e *Column) children() []Expr   { return nil }
func (e *Const) children() []Expr    { return nil }
func (e *Outer) children() []Expr    { return nil }
func (e *Arg) children() []Expr      { return nil }
func (e *Call) children() []Expr     { return e.Args }
func (e *And) children() []Expr      { return e.List }
func (e *Or) children() []Expr       { return e.List }
func (e *Not) children() []Expr      { return []Expr{e.X} }
func (e *IsNull) children() []Expr   { return []Expr{e.X} }
func (e *Coalesce) children() []Expr { return e.List }
func (e *In) children() []Expr       { return []Expr{e.X} }
func (e *Try) children() []Expr      { return []Expr{e.X} }
func (e *Lambda) children() []Expr   { return []Expr{e.Body} }
func (e *As) children() []Expr       { return []Expr{e.X} }
func (e *Member) children() []Expr   { return []Expr{e.X} }
func (e *Case) children() []Expr {
	list := append(append([]Expr{}, e.Conds...), e.Thens...)
	if e.Else != nil {
		list = append(list, e.Else)
	}
	return list
}

func (e *Column) with([]Expr) Expr     { return e }
func (e *Const) with([]Expr) Expr      { return e }
func (e *Outer) with([]Expr) Expr      { return e }
func (e *Arg) with([]Expr) Expr        { return e }
func (e *Call) with(l []Expr) Expr     { return &Call{e.F, l} }
func (e *And) with(l []Expr) Expr      { return &And{l} }
func (e *Or) with(l []Expr) Expr       { return &Or{l} }
func (e *Not) with(l []Expr) Expr      { return &Not{l[0]} }
func (e *IsNull) with(l []Expr) Expr   { return &IsNull{l[0]} }
func (e *Coalesce) with(l []Expr) Expr { return &Coalesce{l, e.T} }
func (e *In) with(l []Expr) Expr       { return &In{l[0], e.List, e.set} }
func (e *Try) with(l []Expr) Expr      { return &Try{l[0]} }
func (e *Lambda) with(l []Expr) Expr   { return &Lambda{e.First, e.Count, l[0], e.T} }
func (e *As) with(l []Expr) Expr       { return &As{l[0], e.T} }
func (e *Member) with(l []Expr) Expr   { return &Member{l[0], e.Index, e.T} }
func (e *Case) with(l []Expr) Expr {
	n := len(e.Conds)
	out := &Case{Conds: l[:n], Thens: l[n : 2*n], T: e.T}
	if e.Else != nil {
		out.Else = l[2*n]
	}
	return out
}

// Walk visits e and all within it, until f is false.
func Walk(e Expr, f func(Expr) bool) {
	if f(e) {
		for _, c := range e.children() {
			Walk(c, f)
		}
	}
}

// Rewrite is e with every expression within replaced by what f gives for it, unless that is nil.
func Rewrite(e Expr, f func(Expr) Expr) Expr {
	if r := f(e); r != nil {
		return r
	}
	old := e.children()
	if len(old) == 0 {
		return e
	}
	list := make([]Expr, len(old))
	for i, c := range old {
		list[i] = Rewrite(c, f)
	}
	return e.with(list)
}

// Columns adds the columns that e uses to a set.
func Columns(e Expr, into map[int]bool) {
	Walk(e, func(e Expr) bool {
		if c, ok := e.(*Column); ok {
			into[c.Index] = true
		}
		return true
	})
}

// Fixed tells whether e is the same whenever it is computed over the same rows.
func Fixed(e Expr) bool {
	fixed := true
	Walk(e, func(e Expr) bool {
		if c, ok := e.(*Call); ok && c.F.Chance {
			fixed = false
		}
		return fixed
	})
	return fixed
}

// Constant tells whether e needs no row, and is Fixed.
func Constant(e Expr) bool {
	constant := Fixed(e)
	Walk(e, func(e Expr) bool {
		switch e.(type) {
		case *Column, *Outer, *Arg:
			constant = false
		}
		return constant
	})
	return constant
}

// NewConst is a value made by put onto an empty vector of the type.
func NewConst(t *types.Type, put func(v *vector.Vector)) *Const {
	v := t.New()
	put(v)
	return &Const{v, t}
}

// NullOf is a null of a type.
func NullOf(t *types.Type) *Const { return NewConst(t, (*vector.Vector).AppendNull) }

// True and False.
func BoolConst(b bool) *Const {
	return NewConst(types.Bool, func(v *vector.Vector) { v.AppendBool(b) })
}

// String writes e: two expressions that are written alike are alike.
func String(e Expr) string {
	list := func(sep string, l []Expr) string {
		s := make([]string, len(l))
		for i, x := range l {
			s[i] = String(x)
		}
		return strings.Join(s, sep)
	}
	switch e := e.(type) {
	case *Column:
		return fmt.Sprintf("%s#%d", e.Name, e.Index)
	case *Const:
		if e.Value.IsNull(0) {
			return e.T.String() + " null"
		}
		s := types.Format(e.T, e.Value, 0)
		if e.T.Vector() == vector.Bytes || e.T.Kind >= types.Date {
			s = "'" + s + "'"
		}
		return e.T.String() + " " + s
	case *Outer:
		return fmt.Sprintf("outer#%d", e.Slot)
	case *Arg:
		return fmt.Sprintf("arg#%d", e.Index)
	case *Call:
		if len(e.Args) == 2 && !(e.F.Name[0] >= 'a' && e.F.Name[0] <= 'z') {
			return "(" + list(" "+e.F.Name+" ", e.Args) + ")"
		}
		if e.F.Name == "CAST" {
			return "CAST(" + list(", ", e.Args) + " AS " + e.F.Result.String() + ")"
		}
		return e.F.Name + "(" + list(", ", e.Args) + ")"
	case *And:
		return "(" + list(" AND ", e.List) + ")"
	case *Or:
		return "(" + list(" OR ", e.List) + ")"
	case *Not:
		return "NOT " + String(e.X)
	case *IsNull:
		return "(" + String(e.X) + " IS NULL)"
	case *Case:
		return fmt.Sprintf("CASE(%d: %s)", len(e.Conds), list(", ", e.children()))
	case *Coalesce:
		return "COALESCE(" + list(", ", e.List) + ")"
	case *In:
		l := make([]Expr, len(e.List))
		for i, c := range e.List {
			l[i] = c
		}
		return "(" + String(e.X) + " IN (" + list(", ", l) + "))"
	case *Try:
		return "TRY(" + String(e.X) + ")"
	case *Lambda:
		return fmt.Sprintf("(arg#%d… -> %s)", e.First, String(e.Body))
	case *As:
		return String(e.X) + "::" + e.T.String()
	case *Member:
		return fmt.Sprintf("%s.%d", String(e.X), e.Index)
	}
	return "?"
}
