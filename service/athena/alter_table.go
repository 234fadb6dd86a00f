package athena

import (
	"context"
	"maps"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/engine/columnar"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// alterTable does what changes a table's description in place.
// https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
func (q *query) alterTable(ctx context.Context, stmt syntax.Statement) error {
	switch stmt := stmt.(type) {
	case *syntax.AddColumns:
		return q.alterColumns(ctx, stmt.Table, stmt.Partition, stmt.Columns, func(old, given []glueapi.Column) ([]glueapi.Column, error) {
			return append(slices.Clone(old), given...), nil
		})
	case *syntax.ReplaceColumns:
		return q.alterColumns(ctx, stmt.Table, stmt.Partition, stmt.Columns, func(_, given []glueapi.Column) ([]glueapi.Column, error) {
			return given, nil
		})
	case *syntax.ChangeColumn:
		return q.alterColumns(ctx, stmt.Table, nil, []syntax.ColumnDef{stmt.Column}, func(old, given []glueapi.Column) ([]glueapi.Column, error) {
			return moved(old, given[0], stmt)
		})
	case *syntax.SetProperties:
		return q.alter(ctx, stmt.Table, func(in *glueapi.TableInput) error {
			maps.Copy(in.Parameters, properties(stmt.Properties))
			return nil
		})
	case *syntax.SetLocation:
		return q.setLocation(ctx, stmt)
	}
	return fault.At(stmt.Place(), fault.NotSupported, "Queries of this type are not supported")
}

func (q *query) alter(ctx context.Context, n syntax.Name, change func(in *glueapi.TableInput) error) error {
	t, err := q.existing(ctx, n)
	if err != nil {
		return err
	}
	return q.update(ctx, t, change)
}

// alterColumns gives a table, or one of its partitions, other columns.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html
func (q *query) alterColumns(ctx context.Context, n syntax.Name, partition *syntax.PartitionSpec, defs []syntax.ColumnDef, change func(old, given []glueapi.Column) ([]glueapi.Column, error)) error {
	for _, d := range defs {
		if _, err := columnar.ParseType(d.Type); err != nil {
			return failed("ParseException line %d:%d cannot recognize input near '%s' in column type", d.Line, d.Column, d.Type)
		}
	}
	t, err := q.existing(ctx, n)
	if err != nil {
		return err
	}
	if partition != nil {
		p, values, err := q.partition(ctx, t, partition)
		if err != nil {
			return err
		}
		return q.updatePartition(ctx, t, values, p, func(d *glueapi.StorageDescriptor) (err error) {
			d.Columns, err = distinct(change(d.Columns, glueColumns(defs)))
			return err
		})
	}
	return q.update(ctx, t, func(in *glueapi.TableInput) (err error) {
		if in.StorageDescriptor == nil {
			return failed("SemanticException The table has no columns of its own")
		}
		in.StorageDescriptor.Columns, err = distinct(change(in.StorageDescriptor.Columns, glueColumns(defs)))
		return err
	})
}

// distinct refuses columns of which two have one name.
func distinct(columns []glueapi.Column, err error) ([]glueapi.Column, error) {
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[*c.Name] {
			return nil, failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Duplicate column name: %s", *c.Name)
		}
		seen[*c.Name] = true
	}
	return columns, err
}

// moved replaces a column, and moves it where the statement says.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-change-column.html
func moved(old []glueapi.Column, given glueapi.Column, stmt *syntax.ChangeColumn) ([]glueapi.Column, error) {
	at := slices.IndexFunc(old, func(c glueapi.Column) bool { return strings.EqualFold(*c.Name, stmt.Old) })
	if at < 0 {
		return nil, failed("SemanticException [Error 10002]: Invalid column reference %s", stmt.Old)
	}
	columns := slices.Delete(slices.Clone(old), at, at+1)
	switch {
	case stmt.First:
		at = 0
	case stmt.After != "":
		before := slices.IndexFunc(columns, func(c glueapi.Column) bool { return strings.EqualFold(*c.Name, stmt.After) })
		if before < 0 {
			return nil, failed("SemanticException [Error 10002]: Invalid column reference %s", stmt.After)
		}
		at = before + 1
	}
	return slices.Insert(columns, at, given), nil
}

// setLocation does ALTER TABLE [PARTITION] SET LOCATION.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-set-location.html
func (q *query) setLocation(ctx context.Context, stmt *syntax.SetLocation) error {
	if _, _, ok := place(stmt.Location); !ok {
		return failed("SemanticException The specified location is not a valid S3 path: %s", stmt.Location)
	}
	t, err := q.existing(ctx, stmt.Table)
	if err != nil {
		return err
	}
	if stmt.Partition == nil {
		return q.update(ctx, t, func(in *glueapi.TableInput) error {
			in.StorageDescriptor.Location = &stmt.Location
			return nil
		})
	}
	p, values, err := q.partition(ctx, t, stmt.Partition)
	if err != nil {
		return err
	}
	return q.updatePartition(ctx, t, values, p, func(d *glueapi.StorageDescriptor) error {
		d.Location = &stmt.Location
		return nil
	})
}
