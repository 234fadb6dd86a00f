package athena

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/sql/syntax"
)

// describe does DESCRIBE: columns as Hive lays them out, partition keys once more below.
// https://docs.aws.amazon.com/athena/latest/ug/describe-table.html
func (q *query) describe(ctx context.Context, stmt *syntax.Describe) error {
	t, err := q.seen(ctx, stmt.Name)
	if err != nil {
		return err
	}
	header := []column{textColumn("col_name"), textColumn("data_type"), textColumn("comment")}
	columns := columnsOf(t)
	if stmt.Partition != nil {
		p, _, err := q.partition(ctx, t, stmt.Partition)
		if err != nil {
			return err
		}
		columns = p.StorageDescriptor.Columns
	}
	var lines []string
	for _, c := range columns {
		lines = append(lines, describeLine(c))
	}
	for _, c := range t.PartitionKeys {
		lines = append(lines, describeLine(c))
	}
	if stmt.Column != "" {
		return q.describeColumn(ctx, header, t, stmt.Column)
	}
	if len(t.PartitionKeys) > 0 {
		lines = append(lines, "\t \t ", "# Partition Information\t \t ", padded("# col_name", "data_type", "comment"), "\t \t ")
		for _, c := range t.PartitionKeys {
			lines = append(lines, describeLine(c))
		}
	}
	if stmt.Mode != "" && t.StorageDescriptor != nil {
		lines = append(lines, detail(t)...)
	}
	return q.putLines(ctx, header, lines)
}

func (q *query) describeColumn(ctx context.Context, header []column, t *glueapi.Table, name string) error {
	for _, list := range [][]glueapi.Column{columnsOf(t), t.PartitionKeys} {
		for _, c := range list {
			if strings.EqualFold(*c.Name, name) {
				return q.putLines(ctx, header, []string{describeLine(c)})
			}
		}
	}
	return failed("SemanticException [Error 10002]: Invalid column reference %s", name)
}

func describeLine(c glueapi.Column) string { return padded(*c.Name, rt.Val(c.Type), rt.Val(c.Comment)) }

func padded(name, typ, comment string) string {
	return fmt.Sprintf("%-20s\t%-20s\t%-20s", name, typ, comment)
}

// detail is what DESCRIBE FORMATTED tells besides.
func detail(t *glueapi.Table) []string {
	d := t.StorageDescriptor
	lines := []string{
		"\t \t ", "# Detailed Table Information\t \t ", padded("Database:", *t.DatabaseName, ""), padded("Owner:", rt.Val(t.Owner), ""),
		padded("Location:", rt.Val(d.Location), ""), padded("Table Type:", rt.Val(t.TableType), ""), "Table Parameters:\t \t ",
	}
	for _, k := range slices.Sorted(maps.Keys(t.Parameters)) {
		lines = append(lines, "\t"+padded(k, t.Parameters[k], ""))
	}
	lines = append(lines, "\t \t ", "# Storage Information\t \t ")
	if d.SerdeInfo != nil {
		lines = append(lines, padded("SerDe Library:", rt.Val(d.SerdeInfo.SerializationLibrary), ""))
	}
	return append(lines, padded("InputFormat:", rt.Val(d.InputFormat), ""), padded("OutputFormat:", rt.Val(d.OutputFormat), ""))
}
