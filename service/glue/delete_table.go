package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// DeleteTable deletes a table with its versions and partitions.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTable.html
func (s *Service) DeleteTable(ctx context.Context, in *api.DeleteTableInput) (*api.DeleteTableOutput, error) {
	if err := refuse(member{"TransactionId", in.TransactionId != nil}); err != nil {
		return nil, err
	}
	return &api.DeleteTableOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		return s.dropTable(tx, fold(in.DatabaseName), fold(in.Name))
	})
}

// BatchDeleteTable deletes tables, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTable.html
func (s *Service) BatchDeleteTable(ctx context.Context, in *api.BatchDeleteTableInput) (*api.BatchDeleteTableOutput, error) {
	if err := refuse(member{"TransactionId", in.TransactionId != nil}); err != nil {
		return nil, err
	}
	out := &api.BatchDeleteTableOutput{}
	return out, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.Errors = []api.TableError{}
		db := fold(in.DatabaseName)
		if _, err := s.inDatabase(tx, db); err != nil {
			return err
		}
		for i := range in.TablesToDelete {
			if err := s.dropTable(tx, db, fold(&in.TablesToDelete[i])); err != nil {
				d, err := detail(err)
				if err != nil {
					return err
				}
				out.Errors = append(out.Errors, api.TableError{TableName: &in.TablesToDelete[i], ErrorDetail: d})
			}
		}
		return nil
	})
}

func (s *Service) dropTable(tx *store.Tx, db, name string) error {
	if _, err := s.inTable(tx, db, name); err != nil {
		return err
	}
	lo, hi := below(db, name)
	s.versions.Erase(tx, lo, hi)
	s.partitions.Erase(tx, lo, hi)
	s.indexes.Erase(tx, lo, hi)
	s.statistics.Erase(tx, lo, hi)
	s.tables.Delete(tx, store.Key(db, name))
	s.k.Resources.Delete(tx, s.arn(tx.Scope(), "table/"+db+"/"+name))
	return nil
}
