package athena

import (
	"context"
	"maps"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/engine/sql/syntax"
)

// createDatabase does CREATE DATABASE.
// https://docs.aws.amazon.com/athena/latest/ug/create-database.html
func (q *query) createDatabase(ctx context.Context, stmt *syntax.CreateDatabase) error {
	in := &glueapi.DatabaseInput{Name: new(last(stmt.Name)), Parameters: properties(stmt.Properties)}
	if stmt.Comment != "" {
		in.Description = &stmt.Comment
	}
	if stmt.Location != "" {
		in.LocationUri = &stmt.Location
	}
	_, err := q.s.peers.Glue.CreateDatabase(ctx, &glueapi.CreateDatabaseInput{DatabaseInput: in})
	if awserr.Code(err) == "AlreadyExistsException" {
		if stmt.IfNotExists {
			return nil
		}
		return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Database %s already exists", last(stmt.Name))
	}
	return hive(err)
}

// dropDatabase does DROP DATABASE: one that holds tables only with CASCADE.
// https://docs.aws.amazon.com/athena/latest/ug/drop-database.html
func (q *query) dropDatabase(ctx context.Context, stmt *syntax.DropDatabase) error {
	name := last(stmt.Name)
	got, err := q.s.peers.Glue.GetTables(ctx, &glueapi.GetTablesInput{DatabaseName: &name, MaxResults: new(int32(1))})
	if awserr.Code(err) == "EntityNotFoundException" {
		if stmt.IfExists {
			return nil
		}
		return failed("SemanticException [Error 10072]: Database does not exist: %s", name)
	}
	if err != nil {
		return hive(err)
	}
	if len(got.TableList) > 0 && !stmt.Cascade {
		return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. InvalidOperationException(message:Database %s is not empty. One or more tables exist.)", name)
	}
	_, err = q.s.peers.Glue.DeleteDatabase(ctx, &glueapi.DeleteDatabaseInput{Name: &name})
	return hive(err)
}

// alterDatabase does ALTER DATABASE SET DBPROPERTIES: those that are not named stay.
// https://docs.aws.amazon.com/athena/latest/ug/alter-database-set-dbproperties.html
func (q *query) alterDatabase(ctx context.Context, stmt *syntax.AlterDatabase) error {
	name := last(stmt.Name)
	got, err := q.s.peers.Glue.GetDatabase(ctx, &glueapi.GetDatabaseInput{Name: &name})
	if awserr.Code(err) == "EntityNotFoundException" {
		return failed("SemanticException [Error 10072]: Database does not exist: %s", name)
	}
	if err != nil {
		return hive(err)
	}
	is := got.Database
	in := &glueapi.DatabaseInput{
		Name: is.Name, Description: is.Description, LocationUri: is.LocationUri, Parameters: map[string]string{}, CreateTableDefaultPermissions: is.CreateTableDefaultPermissions,
	}
	maps.Copy(in.Parameters, is.Parameters)
	maps.Copy(in.Parameters, properties(stmt.Properties))
	_, err = q.s.peers.Glue.UpdateDatabase(ctx, &glueapi.UpdateDatabaseInput{Name: &name, DatabaseInput: in})
	return hive(err)
}

// databases lists the names of databases, in order; pattern, unless nil, is Hive's: * for any text, | between alternatives.
func (q *query) databases(ctx context.Context, id, pattern *string) (names []string, err error) {
	in := &glueapi.GetDatabasesInput{CatalogId: id}
	for {
		got, err := q.s.peers.Glue.GetDatabases(ctx, in)
		if err != nil {
			return nil, hive(err)
		}
		for _, d := range got.DatabaseList {
			if pattern == nil || hiveLike(*pattern, *d.Name) {
				names = append(names, *d.Name)
			}
		}
		if in.NextToken = got.NextToken; in.NextToken == nil {
			return names, nil
		}
	}
}

// hiveLike matches a name with a pattern of SHOW.
// https://docs.aws.amazon.com/athena/latest/ug/show-tables.html
func hiveLike(pattern, name string) bool {
	for one := range strings.SplitSeq(strings.ToLower(pattern), "|") {
		parts := strings.Split(strings.ReplaceAll(one, ".*", "*"), "*")
		rest, ok := strings.CutPrefix(name, parts[0])
		for i, p := range parts[1:] {
			if !ok {
				break
			}
			if i == len(parts)-2 {
				ok = strings.HasSuffix(rest, p)
				rest = ""
				break
			}
			at := strings.Index(rest, p)
			if ok = at >= 0; ok {
				rest = rest[at+len(p):]
			}
		}
		if ok && rest == "" {
			return true
		}
	}
	return false
}
