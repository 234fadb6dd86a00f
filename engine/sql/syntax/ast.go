package syntax

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// Pos is where a node stands in the text.
type Pos = fault.Pos

// Node is a piece of a statement.
type Node interface{ Place() Pos }

// Name is a name of a table, a schema or a function: its parts, lower case as Trino and Glue keep them.
type Name struct {
	Pos
	Parts []string
}

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

type (
	// Ident is a column's name, or what a Field begins with.
	Ident struct {
		Pos
		Name string // as written; names are compared without regard to case
	}
	// Field is X.Name: a column of a table, or a member of a row.
	Field struct {
		Pos
		X    Expr
		Name string
	}
	Null struct{ Pos }
	Bool struct {
		Pos
		Value bool
	}
	Text struct {
		Pos
		Value string
	}
	Binary struct {
		Pos
		Value []byte
	}
	// Number is an integer (digits only), a decimal (with a point) or a double (with an exponent).
	Number struct {
		Pos
		Text string
	}
	// Interval is INTERVAL '2' DAY; To is "" or the lesser unit.
	Interval struct {
		Pos
		Negative bool
		Value    string
		From, To string
	}
	// Typed is DATE '2020-01-01' and the like.
	Typed struct {
		Pos
		Type  *types.Type
		Value string
	}
	// Param is a question mark, counted from 0.
	Param struct {
		Pos
		Index int
	}
	// Unary is -X, +X or NOT X.
	Unary struct {
		Pos
		Op string
		X  Expr
	}
	// Infix is L Op R: + - * / % || = <> < <= > >= AND OR.
	Infix struct {
		Pos
		Op   string
		L, R Expr
	}
	IsNull struct {
		Pos
		X   Expr
		Not bool
	}
	Distinct struct { // L IS [NOT] DISTINCT FROM R
		Pos
		L, R Expr
		Not  bool
	}
	Between struct {
		Pos
		X, Low, High Expr
		Not          bool
	}
	In struct { // of a list, or of a query
		Pos
		X     Expr
		List  []Expr
		Query *Query
		Not   bool
	}
	Like struct {
		Pos
		X, Pattern, Escape Expr
		Not                bool
	}
	Exists struct {
		Pos
		Query *Query
	}
	Quantified struct { // X Op ALL|ANY (Query)
		Pos
		X     Expr
		Op    string
		All   bool
		Query *Query
	}
	Case struct { // X is nil when it is searched
		Pos
		X     Expr
		Whens []When
		Else  Expr
	}
	Cast struct {
		Pos
		X    Expr
		Type *types.Type
		Try  bool
	}
	Extract struct {
		Pos
		Unit string // upper case
		X    Expr
	}
	AtZone struct {
		Pos
		X, Zone Expr
	}
	// Call is a function's call, and what is written like one: TRY, COALESCE, IF, NULLIF, GROUPING, CURRENT_DATE.
	Call struct {
		Pos
		Name        string // lower case
		Args        []Expr
		Star        bool   // count(*); of MATCH_RECOGNIZE also count(A.*), with A in Args
		Rows        string // RUNNING or FINAL, of MATCH_RECOGNIZE
		Distinct    bool
		OrderBy     []SortItem
		Within      []SortItem // WITHIN GROUP
		Filter      Expr
		IgnoreNulls bool
		Overflow    *Overflow // of listagg
		Over        *Window
	}
	Lambda struct {
		Pos
		Params []string
		Body   Expr
	}
	Array struct {
		Pos
		List []Expr
	}
	Row struct {
		Pos
		List []Expr
	}
	Subscript struct {
		Pos
		X, Index Expr
	}
	Subquery struct { // one value
		Pos
		Query *Query
	}
)

// JSONArg is an argument of a JSON function: an expression, which may be said to hold JSON.
type JSONArg struct {
	X        Expr
	Name     string // of a parameter, as the path writes it
	Format   bool   // FORMAT JSON
	Encoding string
}

// JSONBehaviour is what a JSON function answers ON EMPTY or ON ERROR.
type JSONBehaviour struct {
	Kind    string // "", ERROR, NULL, TRUE, FALSE, UNKNOWN, EMPTY ARRAY, EMPTY OBJECT, DEFAULT
	Default Expr
}

// JSONOutput is what a JSON function returns, and how bytes of it are written.
type JSONOutput struct {
	Type     *types.Type // nil where nothing is said
	Encoding string
}

type (
	// JSONAsk is JSON_EXISTS, JSON_VALUE or JSON_QUERY.
	JSONAsk struct {
		Pos
		Kind       string // EXISTS, VALUE, QUERY
		Input      JSONArg
		Path       *Text
		Passing    []JSONArg
		Returning  JSONOutput
		Wrapper    string // "", CONDITIONAL, UNCONDITIONAL
		OmitQuotes bool
		OnEmpty    JSONBehaviour
		OnError    JSONBehaviour
	}
	// JSONMake is JSON_ARRAY or JSON_OBJECT.
	JSONMake struct {
		Pos
		Object       bool
		Keys         []Expr
		Values       []JSONArg
		AbsentOnNull bool
		Unique       bool
		Returning    JSONOutput
	}
)

func (*JSONAsk) expr()  {}
func (*JSONMake) expr() {}

// Overflow is what listagg does when its text becomes too long.
type Overflow struct {
	Truncate  bool
	Filler    string
	WithCount bool
}

// When is a branch of CASE.
type When struct{ Cond, Then Expr }

// Window is what follows OVER, or a window named in the WINDOW clause.
type Window struct {
	Pos
	Base      string // the named window it builds on
	Partition []Expr
	OrderBy   []SortItem
	Frame     *Frame
}

// Frame is a window's frame.
type Frame struct {
	Pos
	Unit       string // ROWS, RANGE, GROUPS
	Start, End Bound
}

// Bound is where a frame begins or ends.
type Bound struct {
	Kind  string // UNBOUNDED PRECEDING, PRECEDING, CURRENT ROW, FOLLOWING, UNBOUNDED FOLLOWING
	Value Expr   // of PRECEDING and FOLLOWING
}

// SortItem is an item of ORDER BY.
type SortItem struct {
	X          Expr
	Desc       bool
	NullsFirst bool // Trino's default is last
}

func (*Ident) expr()      {}
func (*Field) expr()      {}
func (*Null) expr()       {}
func (*Bool) expr()       {}
func (*Text) expr()       {}
func (*Binary) expr()     {}
func (*Number) expr()     {}
func (*Interval) expr()   {}
func (*Typed) expr()      {}
func (*Param) expr()      {}
func (*Unary) expr()      {}
func (*Infix) expr()      {}
func (*IsNull) expr()     {}
func (*Distinct) expr()   {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*Like) expr()       {}
func (*Exists) expr()     {}
func (*Quantified) expr() {}
func (*Case) expr()       {}
func (*Cast) expr()       {}
func (*Extract) expr()    {}
func (*AtZone) expr()     {}
func (*Call) expr()       {}
func (*Lambda) expr()     {}
func (*Array) expr()      {}
func (*Row) expr()        {}
func (*Subscript) expr()  {}
func (*Subquery) expr()   {}
