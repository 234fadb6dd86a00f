package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// UpdatePartition defines a partition anew, perhaps with other values.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html
func (s *Service) UpdatePartition(ctx context.Context, in *api.UpdatePartitionInput) (*api.UpdatePartitionOutput, error) {
	return &api.UpdatePartitionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db := fold(in.DatabaseName)
		row, err := s.inTable(tx, db, fold(in.TableName))
		if err != nil {
			return err
		}
		return s.changePartition(tx, db, &row, in.PartitionValueList, in.PartitionInput)
	})
}

// BatchUpdatePartition defines partitions anew, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html
func (s *Service) BatchUpdatePartition(ctx context.Context, in *api.BatchUpdatePartitionInput) (*api.BatchUpdatePartitionOutput, error) {
	out := &api.BatchUpdatePartitionOutput{}
	return out, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.Errors = []api.BatchUpdatePartitionFailureEntry{}
		db := fold(in.DatabaseName)
		row, err := s.inTable(tx, db, fold(in.TableName))
		if err != nil {
			return err
		}
		for _, e := range in.Entries {
			if err := s.changePartition(tx, db, &row, e.PartitionValueList, e.PartitionInput); err != nil {
				d, err := detail(err)
				if err != nil {
					return err
				}
				out.Errors = append(out.Errors, api.BatchUpdatePartitionFailureEntry{PartitionValueList: e.PartitionValueList, ErrorDetail: d})
			}
		}
		return nil
	})
}

func (s *Service) changePartition(tx *store.Tx, db string, row *table, values []string, in *api.PartitionInput) error {
	p, key, err := s.partition(tx, db, row, values)
	if err != nil {
		return err
	}
	next := *in
	if len(next.Values) == 0 {
		next.Values = values
	}
	to, err := partitionKey(db, row, next.Values)
	if err != nil {
		return err
	}
	if to != key {
		if s.partitions.Has(tx, to) {
			return api.NewAlreadyExistsException("Partition already exists.")
		}
		s.partitions.Delete(tx, key)
		s.dropStatistics(tx, db, *row.Is.V.Name, values)
	}
	s.partitions.Put(tx, to, partition{lean[api.PartitionInput]{next}, p.CreatedAt})
	return nil
}
