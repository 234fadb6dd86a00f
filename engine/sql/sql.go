package sql

import (
	"context"

	"unyo/engine/sql/exec"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
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
	out := &Query{plan: p, Tables: p.Tables}
	for _, c := range p.Root.Schema() {
		out.Columns = append(out.Columns, OutputColumn{c.Name, c.T})
	}
	return out, nil
}

// Explain is the plan as a text.
func (q *Query) Explain() string { return plan.Explain(q.plan.Root) }

// Analyze runs the query to its end, lets its rows go, and gives the plan with what each operator came to, also in time if timed.
func (q *Query) Analyze(ctx context.Context, timed bool) (string, error) {
	return exec.Analyze(ctx, q.plan, timed)
}

// Run begins the query. Its rows come as they are asked for, in batches of its columns; what is returned is to be closed.
// Scanned tells what the tables have cost so far, in bytes as they are stored.
func (q *Query) Run(ctx context.Context) (vector.Reader, error) { return exec.Run(ctx, q.plan) }

// Text writes value i of v as Athena writes it in a result; "" for null.
func Text(t *Type, v *vector.Vector, i int) string { return types.Format(t, v, i) }

// TypeOfHive is the SQL type of a column that Hive or Glue declares: "array<struct<a:int>>".
func TypeOfHive(text string) (*Type, error) { return types.OfHive(text) }

// Functions are all functions, a line for each signature: name, result, arguments, kind, and whether the same gives the same.
func Functions() []functions.Listed { return functions.List() }
