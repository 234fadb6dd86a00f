package glue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	api "unyo/api/glue"
)

// Names are folded; a second database of a name is refused; an update keeps the instant of creation.
func TestDatabase(t *testing.T) {
	f := setUp(t)
	f.createDatabase("Logs")
	created := f.k.Clock.Now()
	_, err := f.s.CreateDatabase(f.call(), &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: new("LOGS")}})
	wantCode(t, err, "AlreadyExistsException")
	f.advance(time.Hour)
	ok[*api.UpdateDatabaseOutput](t)(f.s.UpdateDatabase(f.call(), &api.UpdateDatabaseInput{Name: new("logs"), DatabaseInput: &api.DatabaseInput{
		Name: new("Logs"), Description: new("of the web"), Parameters: map[string]string{"owner": "ops"},
	}}))
	d := ok[*api.GetDatabaseOutput](t)(f.s.GetDatabase(f.call(), &api.GetDatabaseInput{Name: new("lOGS"), CatalogId: new("111111111111")})).Database
	if *d.Name != "logs" || *d.Description != "of the web" || d.Parameters["owner"] != "ops" || !d.CreateTime.Equal(created) || *d.CatalogId != "111111111111" {
		t.Errorf("%+v", d)
	}
	_, err = f.s.GetDatabase(f.call(), &api.GetDatabaseInput{Name: new("other")})
	wantCode(t, err, "EntityNotFoundException")
	_, err = f.s.GetDatabase(f.call(), &api.GetDatabaseInput{Name: new("logs"), CatalogId: new("222222222222")})
	wantCode(t, err, "EntityNotFoundException")
	_, err = f.s.CreateDatabase(f.call(), &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: new("link"), TargetDatabase: &api.DatabaseIdentifier{}}})
	wantCode(t, err, "NotImplemented")
}

func TestGetDatabasesPages(t *testing.T) {
	f := setUp(t)
	for i := range 5 {
		f.createDatabase(fmt.Sprint("db", i))
	}
	var names []string
	for in := (&api.GetDatabasesInput{MaxResults: new(int32(2))}); ; {
		out := ok[*api.GetDatabasesOutput](t)(f.s.GetDatabases(f.call(), in))
		for _, d := range out.DatabaseList {
			names = append(names, *d.Name)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(names, []string{"db0", "db1", "db2", "db3", "db4"}) {
		t.Error(names)
	}
	_, err := f.s.GetDatabases(f.call(), &api.GetDatabasesInput{NextToken: new("made up")})
	wantCode(t, err, "InvalidInputException")
}

// A deleted database takes all along at once, also out of the index, though that of a large one later; what lies in a
// database of the same name made meanwhile stays.
func TestDeleteDatabase(t *testing.T) {
	f := setUp(t)
	f.createDatabase("a")
	f.createDatabase("ab")
	f.createTable("ab", "t0", "day", "string")
	n := 2*sweepAtOnce + 50
	for i := range n {
		f.createTable("a", fmt.Sprintf("t%d", i), "day", "string")
	}
	for _, db := range []string{"a", "ab"} {
		ok[*api.CreatePartitionOutput](t)(f.s.CreatePartition(f.call(), &api.CreatePartitionInput{DatabaseName: &db, TableName: new("t0"), PartitionInput: &api.PartitionInput{Values: []string{"1"}}}))
	}
	if got := len(f.indexed("AWS::Glue::Table")); got != n+1 {
		t.Fatalf("%d tables in the index, want %d", got, n+1)
	}
	ok[*api.DeleteDatabaseOutput](t)(f.s.DeleteDatabase(f.call(), &api.DeleteDatabaseInput{Name: new("A")}))
	f.createDatabase("a")
	f.createTable("a", "t649", "day", "string")
	f.advance(0)
	want := []string{"arn:aws:glue:eu-central-1:111111111111:table/a/t649", "arn:aws:glue:eu-central-1:111111111111:table/ab/t0"}
	if got := f.indexed("AWS::Glue::Table"); !slices.Equal(got, want) {
		t.Errorf("in the index: %d, %v", len(got), got[:min(3, len(got))])
	}
	tables := ok[*api.GetTablesOutput](t)(f.s.GetTables(f.call(), &api.GetTablesInput{DatabaseName: new("a")})).TableList
	if len(tables) != 1 || *tables[0].Name != "t649" {
		t.Errorf("%d tables", len(tables))
	}
	f.createTable("a", "t0", "day", "string")
	for db, want := range map[string]int{"a": 0, "ab": 1} {
		out := ok[*api.GetPartitionsOutput](t)(f.s.GetPartitions(f.call(), &api.GetPartitionsInput{DatabaseName: &db, TableName: new("t0")}))
		if len(out.Partitions) != want {
			t.Errorf("%d partitions in %s, want %d", len(out.Partitions), db, want)
		}
	}
	_, err := f.s.DeleteDatabase(f.call(), &api.DeleteDatabaseInput{Name: new("c")})
	wantCode(t, err, "EntityNotFoundException")
}

func TestTags(t *testing.T) {
	f := setUp(t)
	ok[*api.CreateDatabaseOutput](t)(f.s.CreateDatabase(f.call(), &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: new("d")}, Tags: map[string]string{"a": "1", "b": "2"}}))
	arn := new("arn:aws:glue:eu-central-1:111111111111:database/d")
	ok[*api.TagResourceOutput](t)(f.s.TagResource(f.call(), &api.TagResourceInput{ResourceArn: arn, TagsToAdd: map[string]string{"c": "3"}}))
	ok[*api.UntagResourceOutput](t)(f.s.UntagResource(f.call(), &api.UntagResourceInput{ResourceArn: arn, TagsToRemove: []string{"a"}}))
	if got := ok[*api.GetTagsOutput](t)(f.s.GetTags(f.call(), &api.GetTagsInput{ResourceArn: arn})).Tags; fmt.Sprint(got) != "map[b:2 c:3]" {
		t.Error(got)
	}
	_, err := f.s.TagResource(f.call(), &api.TagResourceInput{ResourceArn: arn, TagsToAdd: map[string]string{"aws:x": "3"}})
	wantCode(t, err, "InvalidInputException")
	_, err = f.s.GetTags(f.call(), &api.GetTagsInput{ResourceArn: new("arn:aws:glue:eu-central-1:111111111111:database/e")})
	wantCode(t, err, "EntityNotFoundException")
	ok[*api.DeleteDatabaseOutput](t)(f.s.DeleteDatabase(f.call(), &api.DeleteDatabaseInput{Name: new("d")}))
	f.createDatabase("d")
	if got := ok[*api.GetTagsOutput](t)(f.s.GetTags(f.call(), &api.GetTagsInput{ResourceArn: arn})).Tags; len(got) != 0 {
		t.Errorf("a new database has the tags of the old: %v", got)
	}
}

func TestFunctions(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	for i := range maxFunctions {
		ok[*api.CreateUserDefinedFunctionOutput](t)(f.s.CreateUserDefinedFunction(f.call(), &api.CreateUserDefinedFunctionInput{
			DatabaseName: new("D"), FunctionInput: &api.UserDefinedFunctionInput{FunctionName: new(fmt.Sprintf("F%d", i)), ClassName: new("c")},
		}))
	}
	_, err := f.s.CreateUserDefinedFunction(f.call(), &api.CreateUserDefinedFunctionInput{DatabaseName: new("d"), FunctionInput: &api.UserDefinedFunctionInput{FunctionName: new("g")}})
	wantCode(t, err, "ResourceNumberLimitExceededException")
	ok[*api.UpdateUserDefinedFunctionOutput](t)(f.s.UpdateUserDefinedFunction(f.call(), &api.UpdateUserDefinedFunctionInput{
		DatabaseName: new("d"), FunctionName: new("f1"), FunctionInput: &api.UserDefinedFunctionInput{ClassName: new("other")},
	}))
	if fn := ok[*api.GetUserDefinedFunctionOutput](t)(f.s.GetUserDefinedFunction(f.call(), &api.GetUserDefinedFunctionInput{DatabaseName: new("d"), FunctionName: new("F1")})).UserDefinedFunction; *fn.ClassName != "other" || *fn.FunctionName != "f1" {
		t.Errorf("%+v", fn)
	}
	ok[*api.DeleteUserDefinedFunctionOutput](t)(f.s.DeleteUserDefinedFunction(f.call(), &api.DeleteUserDefinedFunctionInput{DatabaseName: new("d"), FunctionName: new("f10")}))
	var names []string
	for _, fn := range ok[*api.GetUserDefinedFunctionsOutput](t)(f.s.GetUserDefinedFunctions(f.call(), &api.GetUserDefinedFunctionsInput{Pattern: new("f1*")})).UserDefinedFunctions {
		names = append(names, *fn.FunctionName)
	}
	if len(names) != 10 || names[0] != "f1" || names[1] != "f11" {
		t.Error(names)
	}
}
