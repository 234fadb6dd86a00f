package athena

import (
	"context"
	"fmt"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/serde/projection"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// insertInto does INSERT INTO: files are added to a table's location, in the table's form; partitions that are new are made known.
// https://docs.aws.amazon.com/athena/latest/ug/insert-into.html
func (q *query) insertInto(ctx context.Context, stmt *syntax.InsertInto, args []syntax.Expr) error {
	database, name, err := q.named(ctx, stmt.Name)
	if err != nil {
		return err
	}
	t, err := q.s.table(ctx, nil, database, name)
	if err != nil {
		return err
	}
	if t == nil {
		return fault.At(stmt.Name.Pos, fault.TableNotFound, "Table '%s.%s.%s' does not exist", catalogLower, database, name)
	}
	if rt.Val(t.TableType) == "VIRTUAL_VIEW" {
		return fault.At(stmt.Pos, fault.NotSupported, "Inserting into views is not supported")
	}
	if projection.Enabled(t.Parameters) || rt.Val(t.StorageDescriptor.NumberOfBuckets) > 0 {
		return fault.At(stmt.Pos, fault.NotSupported, "Inserting into bucketed tables, and into tables with partition projection, is not supported")
	}
	opened, err := q.open(t)
	if err != nil {
		return err
	}
	columns := opened.Columns[:len(opened.Columns)-1] // without the path
	p, err := q.fitting(ctx, stmt, columns, args)
	if err != nil {
		return err
	}
	k, err := q.into(t, columns)
	if err != nil {
		return err
	}
	if err := k.write(ctx, p); err != nil {
		return err
	}
	q.is.Updated = &q.is.OutputRows
	return q.createPartitions(ctx, t, k.added(t), true)
}

// into is where the rows of a table that is there go.
func (q *query) into(t *glueapi.Table, columns []sql.Column) (*sink, error) {
	src := &source{q: q, table: t}
	schema, err := src.schema()
	if err != nil {
		return nil, err
	}
	location := rt.Val(t.StorageDescriptor.Location)
	if _, _, ok := place(location); !ok {
		return nil, fault.New("HIVE_UNKNOWN_ERROR", "Table %s has no location in S3: %q", *t.Name, location)
	}
	k := &sink{q: q, location: strings.TrimSuffix(location, "/") + "/", form: formOf(t, t.StorageDescriptor, schema)}
	for _, name := range []string{"write.compression", "parquet.compression", "orc.compress"} {
		if v := t.Parameters[name]; v != "" && k.compression == "" {
			k.compression = strings.ToUpper(v)
		}
	}
	for _, c := range t.PartitionKeys {
		k.partitions = append(k.partitions, strings.ToLower(*c.Name))
	}
	for _, c := range columns {
		k.types = append(k.types, c.Type)
	}
	return k, nil
}

// fitting is the query with its columns as the table has them: in their order, of their types, null where none is given.
func (q *query) fitting(ctx context.Context, stmt *syntax.InsertInto, columns []sql.Column, args []syntax.Expr) (*prepared, error) {
	given, err := q.prepare(ctx, stmt.Query, args)
	if err != nil {
		return nil, err
	}
	names := stmt.Columns
	if len(names) == 0 {
		for _, c := range columns {
			names = append(names, c.Name)
		}
	}
	if len(names) != len(given.columns) {
		return nil, mismatch(stmt, columns, given)
	}
	for i, n := range names {
		at := slices.IndexFunc(columns, func(c sql.Column) bool { return strings.EqualFold(c.Name, n) })
		switch {
		case at < 0:
			return nil, fault.At(stmt.Pos, fault.ColumnNotFound, "Insert column name does not exist in target table: %s", n)
		case slices.ContainsFunc(names[:i], func(m string) bool { return strings.EqualFold(m, n) }):
			return nil, fault.At(stmt.Pos, fault.DuplicateColumn, "Insert column name is specified more than once: %s", n)
		case !types.Coercible(given.columns[i].Type, columns[at].Type) && !lengthOnly(given.columns[i].Type, columns[at].Type):
			return nil, mismatch(stmt, columns, given)
		}
	}
	var list, aliases []string
	for _, c := range columns {
		x := "NULL"
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, c.Name) }); i >= 0 {
			x = fmt.Sprintf("c%d", i)
		}
		list = append(list, fmt.Sprintf("CAST(%s AS %s)", x, c.Type))
	}
	for i := range names {
		aliases = append(aliases, fmt.Sprintf("c%d", i))
	}
	cast, err := sql.Parse(fmt.Sprintf("SELECT %s FROM (%s) AS q (%s)", strings.Join(list, ", "), stmt.Query.Text, strings.Join(aliases, ", ")))
	if err != nil {
		return nil, err
	}
	return q.prepare(ctx, cast.(*syntax.QueryStatement).Query, args)
}

// lengthOnly tells whether two texts differ in their lengths only: too long a text is an error of its row.
func lengthOnly(from, to *types.Type) bool { return from.IsText() && to.IsText() }

func mismatch(stmt *syntax.InsertInto, columns []sql.Column, given *prepared) error {
	var want, have []string
	for _, c := range columns {
		want = append(want, c.Type.String())
	}
	for _, c := range given.columns {
		have = append(have, c.Type.String())
	}
	return fault.At(stmt.Pos, fault.TypeMismatch, "Insert query has mismatched column types: Table: [%s], Query: [%s]", strings.Join(want, ", "), strings.Join(have, ", "))
}
