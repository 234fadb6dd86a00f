package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// UpdateDatabase defines a database anew. Its name stays: tables lie under it.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateDatabase.html
func (s *Service) UpdateDatabase(ctx context.Context, in *api.UpdateDatabaseInput) (*api.UpdateDatabaseOutput, error) {
	row, err := newDatabase(ctx, in.DatabaseInput)
	if err != nil {
		return nil, err
	}
	name := fold(in.Name)
	if *row.Is.V.Name != name {
		return nil, unsupported("giving a database another name")
	}
	return &api.UpdateDatabaseOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		old, err := s.inDatabase(tx, name)
		if err != nil {
			return err
		}
		next := row
		next.CreatedAt = old.CreatedAt
		s.databases.Put(tx, name, next)
		return nil
	})
}
