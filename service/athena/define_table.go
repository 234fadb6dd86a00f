package athena

import (
	"context"
	"maps"
	"strconv"

	glueapi "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/engine/columnar"
	"unyo/engine/sql/syntax"
)

// createTable does CREATE EXTERNAL TABLE: it describes what lies in S3, and touches nothing of it.
// https://docs.aws.amazon.com/athena/latest/ug/create-table.html
func (q *query) createTable(ctx context.Context, stmt *syntax.CreateTable) error {
	database, name, err := q.named(ctx, stmt.Name)
	if err != nil {
		return err
	}
	if !stmt.External {
		return unsupported("CREATE TABLE of what is no external table: Iceberg")
	}
	if err := checkColumns(stmt.Columns, stmt.PartitionedBy); err != nil {
		return err
	}
	for _, list := range [][]syntax.ColumnDef{stmt.Columns, stmt.PartitionedBy} {
		for _, d := range list {
			if _, err := columnar.ParseType(d.Type); err != nil {
				return failed("ParseException line %d:%d cannot recognize input near '%s' '%s' in column type", d.Line, d.Column, d.Name, d.Type)
			}
		}
	}
	if stmt.Location == "" {
		return failed("SemanticException No location was specified for table. An S3 location must be specified")
	}
	if _, _, ok := place(stmt.Location); !ok {
		return failed("SemanticException The specified location is not a valid S3 path: %s", stmt.Location)
	}
	d, err := storage(stmt)
	if err != nil {
		return err
	}
	in := &glueapi.TableInput{
		Name: &name, TableType: new("EXTERNAL_TABLE"), Owner: new("hadoop"), Retention: new(int32(0)), StorageDescriptor: d, PartitionKeys: glueColumns(stmt.PartitionedBy),
		Parameters: properties(stmt.Properties),
	}
	in.Parameters["EXTERNAL"] = "TRUE"
	in.Parameters["transient_lastDdlTime"] = strconv.FormatInt(q.is.Started.Unix(), 10)
	if stmt.Comment != nil {
		in.Parameters["comment"] = *stmt.Comment
	}
	return q.newTable(ctx, database, in, stmt.IfNotExists)
}

// newTable describes a new table in the catalogue.
func (q *query) newTable(ctx context.Context, database string, in *glueapi.TableInput, unlessThere bool) error {
	_, err := q.s.peers.Glue.CreateTable(ctx, &glueapi.CreateTableInput{DatabaseName: &database, TableInput: in})
	switch awserr.Code(err) {
	case "AlreadyExistsException":
		if unlessThere {
			return nil
		}
		return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. AlreadyExistsException(message:Table %s already exists)", *in.Name)
	case "EntityNotFoundException":
		return failed("SemanticException [Error 10072]: Database does not exist: %s", database)
	}
	return hive(err)
}

// dropTable does DROP TABLE: the description goes, the data stay.
// https://docs.aws.amazon.com/athena/latest/ug/drop-table.html
func (q *query) dropTable(ctx context.Context, stmt *syntax.DropTable) error {
	database, name, err := q.named(ctx, stmt.Name)
	if err != nil {
		return err
	}
	_, err = q.s.peers.Glue.DeleteTable(ctx, &glueapi.DeleteTableInput{DatabaseName: &database, Name: &name})
	if awserr.Code(err) == "EntityNotFoundException" {
		if stmt.IfExists {
			return nil
		}
		return failed("SemanticException [Error 10001]: Table not found %s", name)
	}
	return hive(err)
}

// existing finds a table that must be there, to be changed.
func (q *query) existing(ctx context.Context, n syntax.Name) (*glueapi.Table, error) {
	if _, _, err := q.named(ctx, n); err != nil {
		return nil, err
	}
	return q.seen(ctx, n)
}

// seen finds a table that must be there, also in the catalog of another account.
func (q *query) seen(ctx context.Context, n syntax.Name) (*glueapi.Table, error) {
	id, database, name, err := q.place(ctx, n)
	if err != nil {
		return nil, err
	}
	got, err := q.s.peers.Glue.GetTable(ctx, &glueapi.GetTableInput{CatalogId: id, DatabaseName: &database, Name: &name})
	if awserr.Code(err) == "EntityNotFoundException" {
		return nil, failed("SemanticException [Error 10001]: Table not found %s", name)
	}
	if err != nil {
		return nil, hive(err)
	}
	return got.Table, nil
}

// update describes a table anew: change works on what it is.
func (q *query) update(ctx context.Context, t *glueapi.Table, change func(in *glueapi.TableInput) error) error {
	in := &glueapi.TableInput{
		Name: t.Name, Description: t.Description, Owner: t.Owner, Parameters: map[string]string{}, PartitionKeys: t.PartitionKeys, Retention: t.Retention,
		StorageDescriptor: t.StorageDescriptor, TableType: t.TableType, ViewExpandedText: t.ViewExpandedText, ViewOriginalText: t.ViewOriginalText,
		LastAccessTime: t.LastAccessTime, LastAnalyzedTime: t.LastAnalyzedTime,
	}
	maps.Copy(in.Parameters, t.Parameters)
	if err := change(in); err != nil {
		return err
	}
	in.Parameters["transient_lastDdlTime"] = strconv.FormatInt(q.is.Started.Unix(), 10)
	_, err := q.s.peers.Glue.UpdateTable(ctx, &glueapi.UpdateTableInput{DatabaseName: t.DatabaseName, TableInput: in})
	return hive(err)
}
