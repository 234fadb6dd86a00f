package glue

import (
	"strings"
	"testing"

	api "unyo/api/glue"
)

// Every operation that has behaviour says what it touches.
// https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
func TestNeeds(t *testing.T) {
	f := setUp(t)
	for _, c := range []struct {
		op   string
		in   any
		want string
	}{
		{"GetDatabase", &api.GetDatabaseInput{Name: new("D")}, "catalog database/d"},
		{"GetDatabases", &api.GetDatabasesInput{}, "catalog database/*"},
		{"DeleteDatabase", &api.DeleteDatabaseInput{Name: new("d")}, "catalog database/d table/d/* userDefinedFunction/d/*"},
		{"GetTable", &api.GetTableInput{DatabaseName: new("D"), Name: new("T")}, "catalog database/d table/d/t"},
		{"GetTables", &api.GetTablesInput{DatabaseName: new("d")}, "catalog database/d table/d/*"},
		{"CreateTable", &api.CreateTableInput{DatabaseName: new("d"), TableInput: &api.TableInput{Name: new("T")}}, "catalog database/d table/d/t"},
		{"BatchDeleteTable", &api.BatchDeleteTableInput{DatabaseName: new("d"), TablesToDelete: []string{"A", "b"}}, "catalog database/d table/d/a table/d/b"},
		{"GetTableVersions", &api.GetTableVersionsInput{DatabaseName: new("d"), TableName: new("t")}, "catalog database/d table/d/t"},
		{"GetPartitions", &api.GetPartitionsInput{DatabaseName: new("d"), TableName: new("t")}, "catalog database/d table/d/t"},
		{"GetUserDefinedFunctions", &api.GetUserDefinedFunctionsInput{DatabaseName: new("d"), Pattern: new("*")}, "catalog database/d userDefinedFunction/d/*"},
	} {
		needs, known := f.s.Needs(f.call(), c.op, c.in)
		if !known || len(needs) != 1 || needs[0].Action != "glue:"+c.op {
			t.Errorf("%s: %v, %v", c.op, needs, known)
			continue
		}
		if got := strings.ReplaceAll(strings.Join(needs[0].Resources, " "), "arn:aws:glue:eu-central-1:111111111111:", ""); got != c.want {
			t.Errorf("%s: %s, want %s", c.op, got, c.want)
		}
	}
	// What lies in another account's catalog is that account's.
	for _, c := range []struct {
		op   string
		in   any
		want string
	}{
		{"GetTable", &api.GetTableInput{CatalogId: new("222222222222"), DatabaseName: new("D"), Name: new("T")}, "arn:aws:glue:eu-central-1:222222222222:catalog arn:aws:glue:eu-central-1:222222222222:database/d arn:aws:glue:eu-central-1:222222222222:table/d/t"},
		{"GetDataCatalogEncryptionSettings", &api.GetDataCatalogEncryptionSettingsInput{CatalogId: new("222222222222")}, "arn:aws:glue:eu-central-1:222222222222:catalog"},
		{"PutResourcePolicy", &api.PutResourcePolicyInput{}, "arn:aws:glue:eu-central-1:111111111111:catalog"},
	} {
		if needs, known := f.s.Needs(f.call(), c.op, c.in); !known || len(needs) != 1 || strings.Join(needs[0].Resources, " ") != c.want {
			t.Errorf("%s: %v, %v", c.op, needs, known)
		}
	}
	needs, _ := f.s.Needs(f.call(), "CreateDatabase", &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: new("d")}, Tags: map[string]string{"a": "b"}})
	if len(needs) != 2 || needs[1].Action != "glue:TagResource" {
		t.Error(needs)
	}
}
