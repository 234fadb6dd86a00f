package athena

import (
	"context"
	"strconv"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// createView does CREATE VIEW: the query is understood now, and its text kept; what it reads is looked up anew each time.
// https://docs.aws.amazon.com/athena/latest/ug/create-view.html
func (q *query) createView(ctx context.Context, n syntax.Name, query *syntax.Query, replace bool) error {
	database, name, err := q.named(ctx, n)
	if err != nil {
		return err
	}
	p, err := sql.Prepare(ctx, q.session(), q.catalog(), query)
	if err != nil {
		return err
	}
	text := &viewText{SQL: query.Text, Catalog: strings.ToLower(q.is.Catalog), Schema: q.database(), Columns: []viewColumn{}}
	columns := []glueapi.Column{}
	for _, c := range p.Columns {
		typ, err := hiveType(c.Type)
		if err != nil {
			typ = "string" // a view may have columns that no table can: AWS keeps its types in the text
		}
		columns = append(columns, glueapi.Column{Name: new(strings.ToLower(c.Name)), Type: &typ})
		text.Columns = append(text.Columns, viewColumn{strings.ToLower(c.Name), c.Type.String()})
	}
	in := &glueapi.TableInput{
		Name: &name, TableType: new("VIRTUAL_VIEW"), Retention: new(int32(0)), PartitionKeys: []glueapi.Column{}, ViewOriginalText: new(text.String()), ViewExpandedText: new("/* Presto View */"),
		StorageDescriptor: &glueapi.StorageDescriptor{Columns: columns, Location: new(""), SerdeInfo: &glueapi.SerDeInfo{}},
		Parameters:        map[string]string{"presto_view": "true", "comment": "Presto View", "transient_lastDdlTime": strconv.FormatInt(q.is.Started.Unix(), 10)},
	}
	old, err := q.s.table(ctx, nil, database, name)
	switch {
	case err != nil:
		return err
	case old != nil && rt.Val(old.TableType) != "VIRTUAL_VIEW":
		return fault.At(n.Pos, "TABLE_ALREADY_EXISTS", "Table already exists: '%s.%s'", database, name)
	case old != nil && !replace:
		return fault.At(n.Pos, "VIEW_ALREADY_EXISTS", "View already exists: '%s.%s.%s'", text.Catalog, database, name)
	case old != nil:
		_, err := q.s.peers.Glue.UpdateTable(ctx, &glueapi.UpdateTableInput{DatabaseName: &database, TableInput: in})
		return err
	}
	_, err = q.s.peers.Glue.CreateTable(ctx, &glueapi.CreateTableInput{DatabaseName: &database, TableInput: in})
	return err
}

// dropView does DROP VIEW.
// https://docs.aws.amazon.com/athena/latest/ug/drop-view.html
func (q *query) dropView(ctx context.Context, stmt *syntax.DropView) error {
	database, name, err := q.named(ctx, stmt.Name)
	if err != nil {
		return err
	}
	t, err := q.s.table(ctx, nil, database, name)
	if err != nil {
		return err
	}
	if t == nil || rt.Val(t.TableType) != "VIRTUAL_VIEW" {
		if stmt.IfExists && t == nil {
			return nil
		}
		return fault.At(stmt.Pos, fault.TableNotFound, "View '%s.%s.%s' does not exist", strings.ToLower(q.is.Catalog), database, name)
	}
	_, err = q.s.peers.Glue.DeleteTable(ctx, &glueapi.DeleteTableInput{DatabaseName: &database, Name: &name})
	if awserr.Code(err) == "EntityNotFoundException" {
		return nil
	}
	return err
}
