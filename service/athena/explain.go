package athena

import (
	"context"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// explain tells the plan of a query, or runs it and tells what each of its steps came to: rows and bytes, and while time flows how long it took.
// https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
func (q *query) explain(ctx context.Context, stmt *syntax.Explain, args []syntax.Expr) error {
	inner, ok := stmt.Statement.(*syntax.QueryStatement)
	if !ok {
		return fault.At(stmt.Pos, fault.NotSupported, "EXPLAIN of what is no query is not supported")
	}
	kind := "DISTRIBUTED"
	for _, o := range stmt.Options {
		value := o.Value.(*syntax.Text).Value
		switch {
		case o.Name == "format" && value == "TEXT":
		case o.Name == "type" && !stmt.Analyze && (value == "LOGICAL" || value == "DISTRIBUTED" || value == "VALIDATE"):
			kind = value
		default:
			return fault.At(o.Pos, fault.NotSupported, "EXPLAIN (%s %s) is not supported", strings.ToUpper(o.Name), value)
		}
	}
	p, err := q.prepare(ctx, inner.Query, args)
	if err != nil {
		return err
	}
	if kind == "VALIDATE" {
		return q.putLines(ctx, []column{{Name: "Valid", Type: "boolean"}}, []string{"true"})
	}
	text := p.explain()
	if stmt.Analyze {
		if p.analyze == nil {
			return fault.At(stmt.Pos, fault.NotSupported, "EXPLAIN ANALYZE is not handed on to Trino")
		}
		if text, err = p.analyze(ctx, q.s.k.Flows()); err != nil {
			return err
		}
	}
	return q.putLines(ctx, []column{{Name: "Query Plan", Type: "varchar", Precision: maxPrecision, CaseSensitive: true}}, strings.Split(strings.TrimRight(text, "\n"), "\n"))
}
