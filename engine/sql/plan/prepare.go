package plan

import (
	"context"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// Query is a planned query.
type Query struct{}

// Prepare plans a query.
func Prepare(ctx context.Context, s Session, c Catalog, q *syntax.Query, params []syntax.Expr) (*Query, error) {
	return nil, fault.New(fault.NotSupported, "queries are not planned yet")
}
