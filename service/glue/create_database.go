package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// maxFunctions is the quota of a database's functions. AWS's quotas of databases and tables are those of an
// account that may ask for more, and are not counted here.
// https://docs.aws.amazon.com/general/latest/gr/glue.html
const maxFunctions = 100

// CreateDatabase makes a database.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDatabase.html
func (s *Service) CreateDatabase(ctx context.Context, in *api.CreateDatabaseInput) (*api.CreateDatabaseOutput, error) {
	row, err := newDatabase(ctx, in.DatabaseInput)
	if err != nil {
		return nil, err
	}
	name := *row.Is.V.Name
	row.CreatedAt = s.k.Clock.Now()
	return &api.CreateDatabaseOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		if s.databases.Has(tx, name) {
			return api.NewAlreadyExistsException("Database already exists.")
		}
		s.databases.Put(tx, name, row)
		s.list(tx, "AWS::Glue::Database", "database/"+name, name, row.CreatedAt)
		return mapTags(s.k.Tags.Set(tx, s.arn(tx.Scope(), "database/"+name), tags.Sorted(in.Tags)...))
	})
}

// newDatabase is the row of a definition.
func newDatabase(ctx context.Context, in *api.DatabaseInput) (database, error) {
	row := database{Is: lean[api.DatabaseInput]{*in}}
	row.Is.V.Name = new(fold(in.Name))
	if in.CreateTableDefaultPermissions == nil { // so AWS answers, for accounts that do not use Lake Formation
		row.Is.V.CreateTableDefaultPermissions = []api.PrincipalPermissions{{
			Principal: &api.DataLakePrincipal{DataLakePrincipalIdentifier: new("IAM_ALLOWED_PRINCIPALS")}, Permissions: []string{api.PermissionAll},
		}}
	}
	return row, refuse(member{"FederatedDatabase", in.FederatedDatabase != nil}, member{"TargetDatabase", in.TargetDatabase != nil})
}

func (row *database) shape(c call.Scope) *api.Database {
	is := &row.Is.V
	return &api.Database{
		CatalogId: &c.Account, Name: is.Name, Description: is.Description, LocationUri: is.LocationUri, Parameters: is.Parameters,
		CreateTableDefaultPermissions: is.CreateTableDefaultPermissions, CreateTime: &row.CreatedAt,
	}
}
