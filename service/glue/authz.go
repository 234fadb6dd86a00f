package glue

import (
	"context"
	"reflect"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/call"
)

// Needs: what acts on a table must be permitted on the catalog, the database and the table; what acts on a database, on the
// catalog and the database; and deleting one, on all that it takes along.
// https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	c := call.From(ctx)
	catalog, err := s.scopeOf(c.Scope, catalogOf(in))
	if err != nil {
		catalog = c.Scope // it will be refused, by whoever may ask
	}
	need := func(resources ...string) ([]rt.Need, bool) {
		n := rt.Need{Action: "glue:" + op, Resources: []string{s.arn(catalog, "catalog")}}
		for _, r := range resources {
			n.Resources = append(n.Resources, s.arn(catalog, r))
		}
		return []rt.Need{n}, true
	}
	switch in := in.(type) {
	case *api.TagResourceInput:
		return only("glue:"+op, *in.ResourceArn), true
	case *api.UntagResourceInput:
		return only("glue:"+op, *in.ResourceArn), true
	case *api.GetTagsInput:
		return only("glue:"+op, *in.ResourceArn), true
	case *api.GetCatalogImportStatusInput, *api.GetDataCatalogEncryptionSettingsInput, *api.PutDataCatalogEncryptionSettingsInput, *api.PutResourcePolicyInput,
		*api.GetResourcePolicyInput, *api.GetResourcePoliciesInput, *api.DeleteResourcePolicyInput:
		return need()
	case *api.CreateDatabaseInput:
		db := "database/" + fold(in.DatabaseInput.Name)
		needs, ok := need(db)
		if len(in.Tags) > 0 {
			needs = append(needs, only("glue:TagResource", s.arn(catalog, db))...)
		}
		return needs, ok
	case *api.GetDatabasesInput:
		return need("database/*")
	case *api.SearchTablesInput:
		return need("database/*", "table/*/*")
	case *api.DeleteDatabaseInput:
		db := fold(in.Name)
		return need("database/"+db, "table/"+db+"/*", "userDefinedFunction/"+db+"/*")
	case *api.BatchDeleteTableInput:
		db := fold(in.DatabaseName)
		resources := []string{"database/" + db}
		for i := range in.TablesToDelete {
			resources = append(resources, "table/"+db+"/"+fold(&in.TablesToDelete[i]))
		}
		return need(resources...)
	}
	if needs, ok := s.crawlerNeeds(c.Scope, op, in); ok {
		return needs, true
	}
	if below := functionOf(in); below != "" {
		db, _, _ := strings.Cut(below, "/")
		return need("database/"+db, "userDefinedFunction/"+below)
	}
	db, table := placeOf(in)
	switch {
	case db == nil:
		return nil, false // the facts tell, or nobody
	case table == nil:
		return need("database/" + fold(db))
	}
	return need("database/"+fold(db), "table/"+fold(db)+"/"+fold(table))
}

func only(action, resource string) []rt.Need {
	return []rt.Need{{Action: action, Resources: []string{resource}}}
}

// every stands for all tables of a database.
var every = new("*")

// placeOf is the database, and the table, that an operation names.
func placeOf(in any) (db, table *string) {
	switch in := in.(type) {
	case *api.GetDatabaseInput:
		return in.Name, nil
	case *api.UpdateDatabaseInput:
		return in.Name, nil
	case *api.CreateTableInput:
		if in.TableInput == nil {
			return in.DatabaseName, every
		}
		return in.DatabaseName, in.TableInput.Name
	case *api.UpdateTableInput:
		if in.TableInput == nil {
			return in.DatabaseName, every
		}
		return in.DatabaseName, in.TableInput.Name
	case *api.GetTableInput:
		return in.DatabaseName, in.Name
	case *api.GetTablesInput:
		return in.DatabaseName, every
	case *api.DeleteTableInput:
		return in.DatabaseName, in.Name
	case *api.GetTableVersionInput:
		return in.DatabaseName, in.TableName
	case *api.GetTableVersionsInput:
		return in.DatabaseName, in.TableName
	case *api.DeleteTableVersionInput:
		return in.DatabaseName, in.TableName
	case *api.BatchDeleteTableVersionInput:
		return in.DatabaseName, in.TableName
	}
	return partitionedOf(in)
}

// partitionedOf is the same of what acts on partitions.
func partitionedOf(in any) (db, table *string) {
	switch in := in.(type) {
	case *api.CreatePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.BatchCreatePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.GetPartitionInput:
		return in.DatabaseName, in.TableName
	case *api.GetPartitionsInput:
		return in.DatabaseName, in.TableName
	case *api.BatchGetPartitionInput:
		return in.DatabaseName, in.TableName
	case *api.UpdatePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.BatchUpdatePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.DeletePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.BatchDeletePartitionInput:
		return in.DatabaseName, in.TableName
	case *api.CreatePartitionIndexInput:
		return in.DatabaseName, in.TableName
	case *api.GetPartitionIndexesInput:
		return in.DatabaseName, in.TableName
	case *api.DeletePartitionIndexInput:
		return in.DatabaseName, in.TableName
	case *api.UpdateColumnStatisticsForTableInput:
		return in.DatabaseName, in.TableName
	case *api.GetColumnStatisticsForTableInput:
		return in.DatabaseName, in.TableName
	case *api.DeleteColumnStatisticsForTableInput:
		return in.DatabaseName, in.TableName
	case *api.UpdateColumnStatisticsForPartitionInput:
		return in.DatabaseName, in.TableName
	case *api.GetColumnStatisticsForPartitionInput:
		return in.DatabaseName, in.TableName
	case *api.DeleteColumnStatisticsForPartitionInput:
		return in.DatabaseName, in.TableName
	}
	return nil, nil
}

// functionOf is the database and the function that an operation names, or "".
func functionOf(in any) string {
	switch in := in.(type) {
	case *api.CreateUserDefinedFunctionInput:
		if in.FunctionInput.FunctionName == nil {
			return fold(in.DatabaseName) + "/*"
		}
		return fold(in.DatabaseName) + "/" + fold(in.FunctionInput.FunctionName)
	case *api.UpdateUserDefinedFunctionInput:
		return fold(in.DatabaseName) + "/" + fold(in.FunctionName)
	case *api.DeleteUserDefinedFunctionInput:
		return fold(in.DatabaseName) + "/" + fold(in.FunctionName)
	case *api.GetUserDefinedFunctionInput:
		return fold(in.DatabaseName) + "/" + fold(in.FunctionName)
	case *api.GetUserDefinedFunctionsInput:
		if in.DatabaseName == nil {
			return "*/*"
		}
		return fold(in.DatabaseName) + "/*"
	}
	return ""
}

// catalogOf is the catalog that an operation names.
func catalogOf(in any) *string {
	v := reflect.ValueOf(in).Elem().FieldByName("CatalogId")
	if !v.IsValid() {
		return nil
	}
	id, _ := v.Interface().(*string)
	return id
}
