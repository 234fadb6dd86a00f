package athena

import (
	"context"
	"errors"
	"strings"

	"unyo/base/awserr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// define executes a statement that changes the catalogue and gives no rows.
func (q *query) define(ctx context.Context, stmt syntax.Statement) error {
	if id, err := q.s.catalogNamed(ctx, q.is.Catalog); err != nil || id != nil {
		if err == nil {
			err = fault.New(fault.NotSupported, "Statements that change the catalog of another account are not supported")
		}
		return err
	}
	switch stmt := stmt.(type) {
	case *syntax.CreateDatabase:
		return q.createDatabase(ctx, stmt)
	case *syntax.DropDatabase:
		return q.dropDatabase(ctx, stmt)
	case *syntax.AlterDatabase:
		return q.alterDatabase(ctx, stmt)
	case *syntax.CreateTable:
		return q.createTable(ctx, stmt)
	case *syntax.DropTable:
		return q.dropTable(ctx, stmt)
	case *syntax.CreateView:
		return q.createView(ctx, stmt.Name, stmt.Query, stmt.OrReplace)
	case *syntax.AlterView:
		return q.createView(ctx, stmt.Name, stmt.Query, true)
	case *syntax.DropView:
		return q.dropView(ctx, stmt)
	case *syntax.AddPartitions:
		return q.addPartitions(ctx, stmt)
	case *syntax.DropPartitions:
		return q.dropPartitions(ctx, stmt)
	case *syntax.RenamePartition:
		return q.renamePartition(ctx, stmt)
	}
	return q.alterTable(ctx, stmt)
}

// named is the database and the name of a table that is to be changed, which must be this account's.
func (q *query) named(ctx context.Context, n syntax.Name) (database, name string, err error) {
	id, database, name, err := q.place(ctx, n)
	if err == nil && id != nil {
		err = fault.At(n.Pos, fault.NotSupported, "Statements that change the catalog of another account are not supported: %s", strings.Join(n.Parts, "."))
	}
	return database, name, err
}

// place is where a table is: whose catalog if another account's, the database, the name.
func (q *query) place(ctx context.Context, n syntax.Name) (id *string, database, name string, err error) {
	catalog, parts := q.is.Catalog, n.Parts
	if len(parts) == 3 {
		catalog, parts = parts[0], parts[1:]
	}
	if id, err = q.s.catalogNamed(ctx, catalog); err != nil {
		return nil, "", "", err
	}
	switch len(parts) {
	case 1:
		return id, q.database(), parts[0], nil
	case 2:
		return id, parts[0], parts[1], nil
	}
	return nil, "", "", fault.At(n.Pos, fault.Syntax, "Too many dots in table name: %s", strings.Join(n.Parts, "."))
}

// last is the name of a database, behind its catalog.
func last(n syntax.Name) string { return n.Parts[len(n.Parts)-1] }

// hive words what the catalogue has refused, as Hive does.
func hive(err error) error {
	var e awserr.Error
	if errors.As(err, &e) && e.HTTPStatus() < 500 && e.ErrorCode() != "AccessDeniedException" {
		return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. %s(message:%s)", e.ErrorCode(), e.ErrorMessage())
	}
	return err
}

// failed is the end of a DDL statement in Hive's words.
func failed(format string, args ...any) error { return invalid("FAILED: "+format, args...) }

func properties(list []syntax.Property) map[string]string {
	m := map[string]string{}
	for _, p := range list {
		m[p.Name] = p.Value
	}
	return m
}
