package athena

import (
	"context"
	"unyo/engine/sql/syntax"
)

func (q *query) createTableAs(ctx context.Context, stmt *syntax.CreateTableAs, args []syntax.Expr) error {
	return unsupported("CREATE TABLE AS SELECT")
}

func (q *query) insertInto(ctx context.Context, stmt *syntax.InsertInto, args []syntax.Expr) error {
	return unsupported("INSERT INTO")
}

func (q *query) unload(ctx context.Context, stmt *syntax.Unload, args []syntax.Expr) error {
	return unsupported("UNLOAD")
}
