package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// DeletePartition deletes a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartition.html
func (s *Service) DeletePartition(ctx context.Context, in *api.DeletePartitionInput) (*api.DeletePartitionOutput, error) {
	return &api.DeletePartitionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db := fold(in.DatabaseName)
		row, err := s.inTable(tx, db, fold(in.TableName))
		if err != nil {
			return err
		}
		return s.dropPartition(tx, db, &row, in.PartitionValues)
	})
}

// BatchDeletePartition deletes partitions, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html
func (s *Service) BatchDeletePartition(ctx context.Context, in *api.BatchDeletePartitionInput) (*api.BatchDeletePartitionOutput, error) {
	out := &api.BatchDeletePartitionOutput{}
	return out, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.Errors = []api.PartitionError{}
		db := fold(in.DatabaseName)
		row, err := s.inTable(tx, db, fold(in.TableName))
		if err != nil {
			return err
		}
		for _, p := range in.PartitionsToDelete {
			if out.Errors, err = failed(out.Errors, p.Values, s.dropPartition(tx, db, &row, p.Values)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) dropPartition(tx *store.Tx, db string, row *table, values []string) error {
	_, key, err := s.partition(tx, db, row, values)
	if err != nil {
		return err
	}
	s.partitions.Delete(tx, key)
	s.dropStatistics(tx, db, *row.Is.V.Name, values)
	return nil
}
