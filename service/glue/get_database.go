package glue

import (
	"context"
	"iter"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// GetDatabase describes a database.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabase.html
func (s *Service) GetDatabase(ctx context.Context, in *api.GetDatabaseInput) (*api.GetDatabaseOutput, error) {
	out := &api.GetDatabaseOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		row, err := s.inDatabase(tx, fold(in.Name))
		if err != nil {
			return err
		}
		out.Database = row.shape(tx.Scope())
		return nil
	})
}

// GetDatabases lists the account's databases by name: none is shared with it, and none linked.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html
func (s *Service) GetDatabases(ctx context.Context, in *api.GetDatabasesInput) (*api.GetDatabasesOutput, error) {
	out := &api.GetDatabasesOutput{DatabaseList: []api.Database{}}
	if t := rt.Val(in.ResourceShareType); t == api.ResourceShareTypeForeign || t == api.ResourceShareTypeFederated {
		return out, s.view(ctx, in.CatalogId, func(*store.Tx) error { return nil })
	}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, database] { return s.databases.From(tx, after) }
		out.DatabaseList, out.NextToken, err = listed("databases", in.NextToken, limitOf(in.MaxResults, 100), rows, func(_ string, row database) (api.Database, bool) {
			return *row.only(tx.Scope(), in.AttributesToGet), true
		})
		return err
	})
}

// only is the database's shape, or of it the attributes that are asked for.
func (row *database) only(c call.Scope, attributes []string) *api.Database {
	if len(attributes) == 0 {
		return row.shape(c)
	}
	for _, a := range attributes {
		if a != api.DatabaseAttributesName {
			return row.shape(c)
		}
	}
	return &api.Database{Name: row.Is.V.Name}
}
