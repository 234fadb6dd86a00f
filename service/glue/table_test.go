package glue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/glue"
)

func TestTable(t *testing.T) {
	f := setUp(t)
	_, err := f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: new("d"), TableInput: definition("t")})
	wantCode(t, err, "EntityNotFoundException")
	f.createDatabase("d")
	in := definition("Access", "day", "date")
	in.TableType, in.Parameters, in.StorageDescriptor.SerdeInfo = new("EXTERNAL_TABLE"), map[string]string{"classification": "json"}, &api.SerDeInfo{SerializationLibrary: new("org.openx.data.jsonserde.JsonSerDe")}
	ok[*api.CreateTableOutput](t)(f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: new("D"), TableInput: in}))
	_, err = f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: new("d"), TableInput: definition("ACCESS")})
	wantCode(t, err, "AlreadyExistsException")
	got := ok[*api.GetTableOutput](t)(f.s.GetTable(f.call(), &api.GetTableInput{DatabaseName: new("d"), Name: new("ACCESS")})).Table
	if *got.Name != "access" || *got.DatabaseName != "d" || *got.VersionId != "0" || *got.CreatedBy != "arn:aws:iam::111111111111:user/ann" || *got.PartitionKeys[0].Type != "date" ||
		*got.StorageDescriptor.SerdeInfo.SerializationLibrary != "org.openx.data.jsonserde.JsonSerDe" || *got.StorageDescriptor.Columns[1].Name != "path" || got.StorageDescriptor.Columns[1].Comment != nil {
		t.Errorf("%+v", got)
	}
	in.StorageDescriptor.Columns = nil
	for i := range 3000 {
		in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns, columns(fmt.Sprint("column_", i), "string")...)
	}
	in.Name = new("wide")
	_, err = f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: new("d"), TableInput: in})
	wantCode(t, err, "ResourceNumberLimitExceededException")
}

// A table's versions: what was before is kept, unless it is to be skipped; who names another version than the present one
// has been overtaken.
func TestTableVersions(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	f.createTable("d", "t")
	update := func(description string, skip bool, version *string) error {
		f.advance(time.Minute)
		in := definition("T")
		in.Description = &description
		_, err := f.s.UpdateTable(f.call(), &api.UpdateTableInput{DatabaseName: new("d"), TableInput: in, SkipArchive: &skip, VersionId: version})
		return err
	}
	for i, skip := range []bool{false, true, false} {
		if err := update(fmt.Sprint("version ", i+1), skip, nil); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, update("late", false, new("2")), "ConcurrentModificationException")
	list := func() (got []string) {
		for in := (&api.GetTableVersionsInput{DatabaseName: new("d"), TableName: new("t"), MaxResults: new(int32(1))}); ; {
			out := ok[*api.GetTableVersionsOutput](t)(f.s.GetTableVersions(f.call(), in))
			for _, v := range out.TableVersions {
				text := *v.VersionId
				if v.Table.Description != nil {
					text += " " + *v.Table.Description
				}
				got = append(got, text)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return got
			}
		}
	}
	if got := list(); !slices.Equal(got, []string{"3 version 3", "2 version 2", "0"}) {
		t.Error(got)
	}
	if v := ok[*api.GetTableVersionOutput](t)(f.s.GetTableVersion(f.call(), &api.GetTableVersionInput{DatabaseName: new("d"), TableName: new("t"), VersionId: new("2")})).TableVersion; *v.Table.Description != "version 2" || *v.Table.VersionId != "2" {
		t.Errorf("%+v", v)
	}
	if v := ok[*api.GetTableVersionOutput](t)(f.s.GetTableVersion(f.call(), &api.GetTableVersionInput{DatabaseName: new("d"), TableName: new("t")})).TableVersion; *v.VersionId != "3" {
		t.Errorf("%+v", v)
	}
	out := ok[*api.BatchDeleteTableVersionOutput](t)(f.s.BatchDeleteTableVersion(f.call(), &api.BatchDeleteTableVersionInput{DatabaseName: new("d"), TableName: new("t"), VersionIds: []string{"0", "1", "3", "x"}}))
	var errors []string
	for _, e := range out.Errors {
		errors = append(errors, *e.VersionId+" "+*e.ErrorDetail.ErrorCode)
	}
	if !slices.Equal(errors, []string{"1 EntityNotFoundException", "3 InvalidInputException", "x InvalidInputException"}) {
		t.Error(errors)
	}
	if got := list(); !slices.Equal(got, []string{"3 version 3", "2 version 2"}) {
		t.Error(got)
	}
}

// A pattern of names is Hive's: what awswrangler sends to search by prefix, suffix and part must find them.
func TestGetTables(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	for _, name := range []string{"alb", "alb_2025", "flow", "waf_alb"} {
		f.createTable("d", name)
	}
	for pattern, want := range map[string]string{
		"": "alb alb_2025 flow waf_alb", "alb*": "alb alb_2025", "*alb": "alb waf_alb", "*alb*": "alb alb_2025 waf_alb", "alb.*": "alb alb_2025",
		"alb|flow": "alb flow", "ALB": "alb", "[a-f].*": "alb alb_2025 flow", "lb": "",
	} {
		var names []string
		for _, table := range ok[*api.GetTablesOutput](t)(f.s.GetTables(f.call(), &api.GetTablesInput{DatabaseName: new("d"), Expression: &pattern})).TableList {
			names = append(names, *table.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q: %s, want %s", pattern, got, want)
		}
	}
	_, err := f.s.GetTables(f.call(), &api.GetTablesInput{DatabaseName: new("d"), Expression: new("(")})
	wantCode(t, err, "InvalidInputException")
	out := ok[*api.BatchDeleteTableOutput](t)(f.s.BatchDeleteTable(f.call(), &api.BatchDeleteTableInput{DatabaseName: new("d"), TablesToDelete: []string{"FLOW", "none"}}))
	if len(out.Errors) != 1 || *out.Errors[0].TableName != "none" || *out.Errors[0].ErrorDetail.ErrorCode != "EntityNotFoundException" {
		t.Errorf("%+v", out.Errors)
	}
	ok[*api.DeleteTableOutput](t)(f.s.DeleteTable(f.call(), &api.DeleteTableInput{DatabaseName: new("d"), Name: new("alb")}))
	if got := f.indexed("AWS::Glue::Table"); len(got) != 2 {
		t.Error(got)
	}
}
