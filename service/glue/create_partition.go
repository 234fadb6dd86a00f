package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreatePartition makes a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartition.html
func (s *Service) CreatePartition(ctx context.Context, in *api.CreatePartitionInput) (*api.CreatePartitionOutput, error) {
	return &api.CreatePartitionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		return s.addPartition(tx, db, &row, in.PartitionInput)
	})
}

// BatchCreatePartition makes partitions, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html
func (s *Service) BatchCreatePartition(ctx context.Context, in *api.BatchCreatePartitionInput) (*api.BatchCreatePartitionOutput, error) {
	out := &api.BatchCreatePartitionOutput{}
	return out, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.Errors = []api.PartitionError{}
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		for i := range in.PartitionInputList {
			p := &in.PartitionInputList[i]
			if out.Errors, err = failed(out.Errors, p.Values, s.addPartition(tx, db, &row, p)); err != nil {
				return err
			}
		}
		return nil
	})
}

// failed adds to a batch's errors what went wrong with the partition of these values, if anything did.
func failed(list []api.PartitionError, values []string, err error) ([]api.PartitionError, error) {
	if err == nil {
		return list, nil
	}
	d, err := detail(err)
	return append(list, api.PartitionError{PartitionValues: values, ErrorDetail: d}), err
}

func (s *Service) addPartition(tx *store.Tx, db string, row *table, in *api.PartitionInput) error {
	key, err := partitionKey(db, row, in.Values)
	if err != nil {
		return err
	}
	if s.partitions.Has(tx, key) {
		return api.NewAlreadyExistsException("Partition already exists.")
	}
	s.partitions.Put(tx, key, partition{lean[api.PartitionInput]{*in}, s.k.Clock.Now()})
	return nil
}

// partitionKey is the place of a partition.
func partitionKey(db string, row *table, values []string) (string, error) {
	if len(values) != len(row.Is.V.PartitionKeys) || len(values) == 0 {
		return "", invalid("The number of partition keys do not match the number of partition values")
	}
	key := store.Key(append([]string{db, *row.Is.V.Name}, values...)...)
	if len(key) > store.MaxKey {
		return "", invalid("The values of a partition are longer than can be kept: %d bytes.", store.MaxKey)
	}
	return key, nil
}

func (p *partition) shape(c call.Scope, db, table string) *api.Partition {
	is := &p.Is.V
	return &api.Partition{
		CatalogId: &c.Account, DatabaseName: &db, TableName: &table, Values: is.Values, Parameters: is.Parameters,
		StorageDescriptor: is.StorageDescriptor, LastAccessTime: is.LastAccessTime, LastAnalyzedTime: is.LastAnalyzedTime, CreationTime: &p.CreatedAt,
	}
}
