package plan

import (
	"unyo/engine/sql/expr"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
)

// Col is a column of a node's rows.
type Col struct {
	Name string
	T    *types.Type
}

// Node is an operation that gives rows.
type Node interface{ Schema() []Col }

// Key is a column by which rows are ordered.
type Key struct {
	Column           int
	Desc, NullsFirst bool
}

type (
	// Read reads a table.
	Read struct {
		Name    string
		Table   *Table
		Columns []int // places in Table.Columns
		Domains map[int]Domain
		Limit   int
	}
	Values struct {
		Cols []Col
		Rows [][]expr.Expr
	}
	Filter struct {
		In    Node
		Conds []expr.Expr
	}
	Project struct {
		In    Node
		Exprs []expr.Expr
		Cols  []Col
	}
	// Aggregate gives a row for each group: its keys, then Aggs. With Sets, which choose among Keys, every set has its own
	// groups, keys that are not in it are null, and a last column tells which set it is.
	Aggregate struct {
		In   Node
		Keys []int
		Sets [][]int
		Aggs []Agg
	}
	// Window gives the rows of In with a column for each of Funcs.
	Window struct {
		In        Node
		Partition []int
		Order     []Key
		Funcs     []WindowFunc
	}
	// Join gives pairs of rows whose keys are equal and for which Conds are true, over the columns of both.
	Join struct {
		Kind         string // INNER, LEFT, RIGHT, FULL
		L, R         Node
		LKeys, RKeys []expr.Expr
		Conds        []expr.Expr
	}
	// Sort orders rows; of Limit, unless it is negative, it gives no more.
	Sort struct {
		In    Node
		Keys  []Key
		Limit int64
	}
	// Limit gives N rows (all when negative) after Offset; with Ties also those that Keys cannot tell from the last.
	Limit struct {
		In        Node
		Offset, N int64
		Ties      []Key
	}
	Union struct{ Ins []Node }
	// SetOp is INTERSECT or EXCEPT.
	SetOp struct {
		Op   string
		All  bool
		L, R Node
	}
	// Unnest gives for each row of In a row for each element; the lists are computed over In's rows.
	Unnest struct {
		In         Node
		Lists      []expr.Expr
		Cols       []Col // of the elements
		Ordinality bool
		Outer      bool // a row also where there is no element
	}
	// Apply computes Sub for each row of In, whose values lie in Slots meanwhile, and adds what it says as a column.
	Apply struct {
		In    Node
		Sub   Node
		Slots []Slot
		Kind  string // SCALAR, EXISTS, IN, or a comparison
		All   bool   // of a comparison
		X     expr.Expr
		T     *types.Type
	}
	// Lateral joins each row of In with the rows that Sub gives for it.
	Lateral struct {
		In    Node
		Sub   Node
		Slots []Slot
		Outer bool
	}
	Sample struct {
		In      Node
		Percent float64
	}
)

// Slot is where a subquery finds a column of the row it is computed for.
type Slot struct{ Column, Slot int }

// Agg is an aggregate over columns.
type Agg struct {
	F        *functions.BoundAggregate
	Args     []int
	Filter   int // the column that tells which rows count; -1 is all
	Distinct bool
	OrderBy  []Key
}

// WindowFunc is a function over the rows around each row.
type WindowFunc struct {
	Name        string
	Agg         *functions.BoundAggregate // nil for ranking and value functions
	Args        []int
	Filter      int
	IgnoreNulls bool
	Frame       Frame
	T           *types.Type
}

// Frame is which rows around. Offsets are columns, or -1.
type Frame struct {
	Unit       string
	Start, End string
	StartAt    int
	EndAt      int
}

func (n *Read) Schema() []Col {
	out := make([]Col, len(n.Columns))
	for i, c := range n.Columns {
		out[i] = Col{n.Table.Columns[c].Name, n.Table.Columns[c].Type}
	}
	return out
}

func (n *Values) Schema() []Col  { return n.Cols }
func (n *Filter) Schema() []Col  { return n.In.Schema() }
func (n *Project) Schema() []Col { return n.Cols }
func (n *Sort) Schema() []Col    { return n.In.Schema() }
func (n *Limit) Schema() []Col   { return n.In.Schema() }
func (n *Union) Schema() []Col   { return n.Ins[0].Schema() }
func (n *SetOp) Schema() []Col   { return n.L.Schema() }
func (n *Sample) Schema() []Col  { return n.In.Schema() }

func (n *Aggregate) Schema() []Col {
	in := n.In.Schema()
	var out []Col
	for _, k := range n.Keys {
		out = append(out, in[k])
	}
	for _, a := range n.Aggs {
		out = append(out, Col{a.F.Name, a.F.Result})
	}
	if n.Sets != nil {
		out = append(out, Col{"$set", types.Big})
	}
	return out
}

func (n *Window) Schema() []Col {
	out := append([]Col{}, n.In.Schema()...)
	for _, f := range n.Funcs {
		out = append(out, Col{f.Name, f.T})
	}
	return out
}

func (n *Join) Schema() []Col { return append(append([]Col{}, n.L.Schema()...), n.R.Schema()...) }

func (n *Unnest) Schema() []Col {
	out := append(append([]Col{}, n.In.Schema()...), n.Cols...)
	if n.Ordinality {
		out = append(out, Col{"ordinality", types.Big})
	}
	return out
}

func (n *Apply) Schema() []Col { return append(append([]Col{}, n.In.Schema()...), Col{"$sub", n.T}) }

func (n *Lateral) Schema() []Col {
	return append(append([]Col{}, n.In.Schema()...), n.Sub.Schema()...)
}
