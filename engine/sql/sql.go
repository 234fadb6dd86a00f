package sql

import (
	"context"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// What callers speak of.
type (
	Catalog = plan.Catalog
	Table   = plan.Table
	View    = plan.View
	Column  = plan.Column
	Scan    = plan.Scan
	Domain  = plan.Domain
	Session = plan.Session
	Type    = types.Type
	Error   = fault.Error
)

// Parse reads one statement. A semicolon at its end is allowed.
func Parse(text string) (syntax.Statement, error) { return syntax.Parse(text) }

// Query is a query that is understood: its names found, its types known.
type Query struct {
	// Columns are the columns of the result.
	Columns []OutputColumn
	// Tables are the tables and views that are read, each once: catalog, schema, table.
	Tables [][3]string

	plan *plan.Query
}

// OutputColumn is a column of a result. Type.String is the type as Trino names it.
type OutputColumn struct {
	Name string
	Type *Type
}

// Prepare makes a query ready to run. Params are the values of its question marks: literals, or what can be computed without rows.
func Prepare(ctx context.Context, s Session, c Catalog, q *syntax.Query, params ...syntax.Expr) (*Query, error) {
	p, err := plan.Prepare(ctx, s, c, q, params)
	if err != nil {
		return nil, err
	}
	return &Query{plan: p}, nil
}

// Explain is the plan as a text.
func (q *Query) Explain() string { return "" }

// Run begins the query. Its rows come as they are asked for; the result is to be closed.
func (q *Query) Run(ctx context.Context) (*Result, error) {
	return nil, fault.New(fault.NotSupported, "queries are not run yet")
}

// Result is the rows of a query: batches of its columns. Scanned tells what its tables cost, in bytes as they are stored.
type Result struct {
	vector.Reader
}

// Text writes value i of v as Athena writes it in a result; "" for null.
func Text(t *Type, v *vector.Vector, i int) string { return types.Format(t, v, i) }

// TypeOfHive is the SQL type of a column that Hive or Glue declares: "array<struct<a:int>>".
func TypeOfHive(text string) (*Type, error) { return types.OfHive(text) }
