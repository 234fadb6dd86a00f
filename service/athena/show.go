package athena

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// textColumn is a column of what DDL answers: Hive calls them string.
func textColumn(name string) column { return column{Name: name, Type: "string"} }

// show does SHOW: what the catalogue knows, a line for each.
// https://docs.aws.amazon.com/athena/latest/ug/show-tables.html and its neighbours
func (q *query) show(ctx context.Context, stmt *syntax.Show) error {
	switch stmt.What {
	case "DATABASES", "SCHEMAS":
		catalog := q.is.Catalog
		if len(stmt.Name.Parts) > 0 {
			catalog = stmt.Name.Parts[0]
		}
		id, err := q.s.catalogNamed(ctx, catalog)
		if err != nil {
			return err
		}
		names, err := q.databases(ctx, id, stmt.Pattern)
		if err != nil {
			return err
		}
		return q.putLines(ctx, []column{textColumn("database_name")}, names)
	case "TABLES", "VIEWS":
		names, err := q.tables(ctx, stmt)
		if err != nil {
			return err
		}
		return q.putLines(ctx, []column{textColumn(map[string]string{"TABLES": "tab_name", "VIEWS": "views"}[stmt.What])}, names)
	case "COLUMNS", "PARTITIONS", "CREATE TABLE", "CREATE VIEW", "TBLPROPERTIES":
		t, err := q.seen(ctx, stmt.Name)
		if err != nil {
			return err
		}
		return q.showTable(ctx, stmt, t)
	case "FUNCTIONS":
		return q.showFunctions(ctx, stmt)
	}
	return fault.At(stmt.Pos, fault.NotSupported, "Queries of this type are not supported: SHOW %s", stmt.What)
}

// tables lists the names of a database's tables, or views, in order.
func (q *query) tables(ctx context.Context, stmt *syntax.Show) (names []string, err error) {
	database, catalog := q.database(), q.is.Catalog
	if len(stmt.Name.Parts) > 0 {
		database = last(stmt.Name)
	}
	if len(stmt.Name.Parts) > 1 {
		catalog = stmt.Name.Parts[0]
	}
	id, err := q.s.catalogNamed(ctx, catalog)
	if err != nil {
		return nil, err
	}
	err = q.eachTable(ctx, id, database, func(t *glueapi.Table) {
		if stmt.What == "VIEWS" && rt.Val(t.TableType) != "VIRTUAL_VIEW" || stmt.Pattern != nil && !hiveLike(*stmt.Pattern, *t.Name) {
			return
		}
		names = append(names, *t.Name)
	})
	return names, err
}

// eachTable visits a database's tables in the order of their names.
func (q *query) eachTable(ctx context.Context, id *string, database string, do func(t *glueapi.Table)) error {
	in := &glueapi.GetTablesInput{CatalogId: id, DatabaseName: &database}
	for {
		got, err := q.s.peers.Glue.GetTables(ctx, in)
		if awserr.Code(err) == "EntityNotFoundException" {
			return failed("SemanticException [Error 10072]: Database does not exist: %s", database)
		}
		if err != nil {
			return hive(err)
		}
		for i := range got.TableList {
			do(&got.TableList[i])
		}
		if in.NextToken = got.NextToken; in.NextToken == nil {
			return nil
		}
	}
}

// showTable does those that ask about one table.
func (q *query) showTable(ctx context.Context, stmt *syntax.Show, t *glueapi.Table) error {
	switch stmt.What {
	case "COLUMNS":
		var lines []string
		for _, c := range slices.Concat(columnsOf(t), t.PartitionKeys) {
			lines = append(lines, fmt.Sprintf("%-20s", *c.Name))
		}
		return q.putLines(ctx, []column{textColumn("field")}, lines)
	case "PARTITIONS":
		list, err := q.partitions(ctx, t, "")
		if err != nil {
			return err
		}
		if len(t.PartitionKeys) == 0 {
			return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Table %s is not a partitioned table", *t.Name)
		}
		var lines []string
		for _, p := range list {
			lines = append(lines, strings.TrimSuffix(folderOf(t, p.Values), "/"))
		}
		return q.putLines(ctx, []column{textColumn("partition")}, lines)
	case "TBLPROPERTIES":
		if stmt.Property != "" {
			value, ok := t.Parameters[stmt.Property]
			if !ok {
				value = fmt.Sprintf("Table %s.%s does not have property: %s", *t.DatabaseName, *t.Name, stmt.Property)
			}
			return q.putLines(ctx, []column{textColumn("prpt_name"), textColumn("prpt_value")}, []string{value})
		}
		var lines []string
		for _, k := range slices.Sorted(maps.Keys(t.Parameters)) {
			lines = append(lines, k+"\t"+t.Parameters[k])
		}
		return q.putLines(ctx, []column{textColumn("prpt_name"), textColumn("prpt_value")}, lines)
	case "CREATE VIEW":
		v, err := readView(t)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("CREATE VIEW %s.%s AS\n%s", *t.DatabaseName, *t.Name, v.SQL)
		return q.putLines(ctx, []column{{Name: "Create View", Type: "varchar", Precision: maxPrecision, CaseSensitive: true}}, strings.Split(text, "\n"))
	}
	if rt.Val(t.TableType) == "VIRTUAL_VIEW" {
		return fault.At(stmt.Pos, fault.NotSupported, "Relation '%s.%s' is a view, not a table", *t.DatabaseName, *t.Name)
	}
	return q.putLines(ctx, []column{textColumn("createtab_stmt")}, createText(t))
}

func columnsOf(t *glueapi.Table) []glueapi.Column {
	if t.StorageDescriptor == nil {
		return nil
	}
	return t.StorageDescriptor.Columns
}

// createText is the statement that makes a table like t, line by line.
// https://docs.aws.amazon.com/athena/latest/ug/show-create-table.html
func createText(t *glueapi.Table) []string {
	d := t.StorageDescriptor
	lines := []string{fmt.Sprintf("CREATE EXTERNAL TABLE `%s`(", *t.Name)}
	lines = append(lines, columnLines(d.Columns, ")")...)
	if c, ok := t.Parameters["comment"]; ok {
		lines = append(lines, "COMMENT "+literal(c))
	}
	if len(t.PartitionKeys) > 0 {
		lines = append(append(lines, "PARTITIONED BY ( "), columnLines(t.PartitionKeys, ")")...)
	}
	if d.SerdeInfo != nil {
		lines = append(lines, "ROW FORMAT SERDE ", "  "+literal(rt.Val(d.SerdeInfo.SerializationLibrary))+" ")
		if len(d.SerdeInfo.Parameters) > 0 {
			lines = append(append(lines, "WITH SERDEPROPERTIES ( "), propertyLines(d.SerdeInfo.Parameters, nil)...)
		}
	}
	lines = append(lines, "STORED AS INPUTFORMAT ", "  "+literal(rt.Val(d.InputFormat))+" ", "OUTPUTFORMAT ", "  "+literal(rt.Val(d.OutputFormat)), "LOCATION", "  "+literal(rt.Val(d.Location)))
	return append(append(lines, "TBLPROPERTIES ("), propertyLines(t.Parameters, map[string]bool{"EXTERNAL": true, "comment": true})...)
}

func columnLines(columns []glueapi.Column, end string) []string {
	var lines []string
	for i, c := range columns {
		line := fmt.Sprintf("  `%s` %s", *c.Name, rt.Val(c.Type))
		if c.Comment != nil {
			line += " COMMENT " + literal(*c.Comment)
		}
		if i < len(columns)-1 {
			line += ", "
		} else {
			line += end
		}
		lines = append(lines, line)
	}
	return lines
}

func propertyLines(m map[string]string, but map[string]bool) []string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if !but[k] {
			lines = append(lines, "  "+literal(k)+"="+literal(m[k])+", ")
		}
	}
	if n := len(lines); n > 0 {
		lines[n-1] = strings.TrimSuffix(lines[n-1], ", ") + ")"
	} else {
		lines = []string{"  )"}
	}
	return lines
}

// literal is a text as Hive's DDL has it.
func literal(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\t", `\t`, "\x01", `\u0001`).Replace(text) + "'"
}
