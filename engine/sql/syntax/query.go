package syntax

import "unyo/engine/sql/types"

// Query is a query: WITH, a body, ORDER BY, OFFSET, LIMIT.
type Query struct {
	Pos
	Text      string // as written, from its first to its last word
	Params    int    // how many question marks are in it
	Recursive bool
	With      []Named
	Body      Body
	OrderBy   []SortItem
	Offset    Expr
	Limit     Expr // nil when there is none, or ALL
	Ties      bool // FETCH FIRST … WITH TIES
}

// Named is a query of WITH.
type Named struct {
	Pos
	Name    string
	Columns []string
	Query   *Query
}

// Body is what gives a query its rows: *Select, *SetOp, *Values, or a *Query in parentheses.
type Body interface {
	Node
	body()
}

type (
	Select struct {
		Pos
		Distinct bool
		Items    []Item
		From     Relation // nil without FROM; a comma is a CROSS join
		Where    Expr
		GroupBy  *GroupBy
		Having   Expr
		Windows  []NamedWindow
	}
	SetOp struct {
		Pos
		Op   string // UNION, INTERSECT, EXCEPT
		All  bool
		L, R Body
	}
	Values struct {
		Pos
		Rows []Expr
	}
	// TableBody is TABLE t.
	TableBody struct {
		Pos
		Name Name
	}
)

func (*Query) body()     {}
func (*Select) body()    {}
func (*SetOp) body()     {}
func (*Values) body()    {}
func (*TableBody) body() {}

// Item is an item of SELECT: an expression, *, t.* or a row's .*.
type Item struct {
	Pos
	X       Expr // of a star, what stands before it, or nil
	Alias   string
	Star    bool
	Aliases []string // of (row).* AS (a, b)
}

// NamedWindow is a window of the WINDOW clause.
type NamedWindow struct {
	Name   string
	Window *Window
}

// GroupBy is the GROUP BY clause.
type GroupBy struct {
	Pos
	Distinct bool
	Elems    []GroupElem
}

// GroupElem is one element: expressions to group by, or ROLLUP, CUBE, GROUPING SETS of them.
type GroupElem struct {
	Pos
	Kind string // "", ROLLUP, CUBE, SETS
	Sets [][]Expr
}

// Relation is what stands in FROM.
type Relation interface {
	Node
	relation()
}

type (
	TableName struct {
		Pos
		Name Name
	}
	Join struct {
		Pos
		Kind    string // CROSS, INNER, LEFT, RIGHT, FULL
		L, R    Relation
		On      Expr
		Using   []string
		Natural bool
	}
	Aliased struct {
		Pos
		X       Relation
		Alias   string
		Columns []string
	}
	Derived struct { // a query in parentheses
		Pos
		Query   *Query
		Lateral bool
	}
	Unnest struct {
		Pos
		List       []Expr
		Ordinality bool
	}
	// JSONTable is JSON_TABLE.
	JSONTable struct {
		Pos
		Input   JSONArg
		Path    *Text
		Passing []JSONArg
		Columns []JSONColumn
		Name    string    // of the path
		Plan    *JSONPlan // nil when nothing is said
		Strict  bool      // ERROR ON ERROR
	}
	Sampled struct {
		Pos
		X       Relation
		Method  string // BERNOULLI, SYSTEM
		Percent Expr
	}
)

// JSONPlan is how the rows of paths within are joined: with those around them (OUTER, INNER), and with each other (UNION, CROSS).
type JSONPlan struct {
	Pos
	Default bool   // then Inner and Cross hold for all paths
	Path    string // of one path; else the plan is Of, side by side
	Inner   bool
	Cross   bool
	Of      []*JSONPlan // of a path, at most one: what lies within
}

// JSONColumn is a column of JSON_TABLE: the row's number, a value, JSON, or columns of what lies within.
type JSONColumn struct {
	Pos
	Name    string
	Type    *types.Type // nil of a number of rows, and of columns within
	Nested  []JSONColumn
	Path    *Text  // nil is the member of the column's name
	As      string // of a path within: its name
	Format  bool
	Wrapper string
	Omit    bool // quotes
	OnEmpty JSONBehaviour
	OnError JSONBehaviour
}

func (*JSONTable) relation() {}
func (*TableName) relation() {}
func (*Join) relation()      {}
func (*Aliased) relation()   {}
func (*Derived) relation()   {}
func (*Unnest) relation()    {}
func (*Sampled) relation()   {}
