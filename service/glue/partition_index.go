package glue

import (
	"context"
	"iter"
	"slices"
	"strings"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// maxIndexes is the quota of a table's partition indexes.
// https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html
const maxIndexes = 3

// CreatePartitionIndex makes an index, which is ACTIVE at once: every expression is answered without it as well.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartitionIndex.html
func (s *Service) CreatePartitionIndex(ctx context.Context, in *api.CreatePartitionIndexInput) (*api.CreatePartitionIndexOutput, error) {
	return &api.CreatePartitionIndexOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		if err := s.addIndex(tx, db, &row, in.PartitionIndex); err != nil {
			return err
		}
		s.tables.Put(tx, store.Key(db, name), row)
		return nil
	})
}

func (s *Service) addIndex(tx *store.Tx, db string, row *table, in *api.PartitionIndex) error {
	key := store.Key(db, *row.Is.V.Name, fold(in.IndexName))
	if s.indexes.Has(tx, key) {
		return api.NewAlreadyExistsException("Partition index %s already exists.", *in.IndexName)
	}
	if row.Indexes == maxIndexes {
		return api.NewResourceNumberLimitExceededException("A table can have at most %d partition indexes.", maxIndexes)
	}
	for i, k := range in.Keys {
		if row.keyColumn(k) == nil || slices.Contains(in.Keys[:i], k) {
			return invalid("The keys of an index must be different partition keys of the table: %s.", k)
		}
	}
	row.Indexes++
	s.indexes.Put(tx, key, index{*in.IndexName, in.Keys})
	return nil
}

// keyColumn is the partition key of that name, or nil.
func (row *table) keyColumn(name string) *api.Column {
	for i := range row.Is.V.PartitionKeys {
		if strings.EqualFold(*row.Is.V.PartitionKeys[i].Name, name) {
			return &row.Is.V.PartitionKeys[i]
		}
	}
	return nil
}

// GetPartitionIndexes lists a table's indexes.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitionIndexes.html
func (s *Service) GetPartitionIndexes(ctx context.Context, in *api.GetPartitionIndexesInput) (*api.GetPartitionIndexesOutput, error) {
	out := &api.GetPartitionIndexesOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, index] {
			return s.indexes.Prefix(tx, store.Key(db, name, ""), after)
		}
		out.PartitionIndexDescriptorList, out.NextToken, err = listed("indexes\x00"+db+"\x00"+name, in.NextToken, 100, rows, func(_ string, x index) (api.PartitionIndexDescriptor, bool) {
			d := api.PartitionIndexDescriptor{IndexName: &x.Name, IndexStatus: new(api.PartitionIndexStatusActive)}
			for _, k := range x.Keys {
				e := api.KeySchemaElement{Name: &k, Type: new("")}
				if c := row.keyColumn(k); c != nil && c.Type != nil {
					e.Type = c.Type
				}
				d.Keys = append(d.Keys, e)
			}
			return d, true
		})
		return err
	})
}

// DeletePartitionIndex deletes an index.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartitionIndex.html
func (s *Service) DeletePartitionIndex(ctx context.Context, in *api.DeletePartitionIndexInput) (*api.DeletePartitionIndexOutput, error) {
	return &api.DeletePartitionIndexOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		key := store.Key(db, name, fold(in.IndexName))
		if !s.indexes.Has(tx, key) {
			return api.NewEntityNotFoundException("Partition index %s not found.", *in.IndexName)
		}
		s.indexes.Delete(tx, key)
		row.Indexes--
		s.tables.Put(tx, store.Key(db, name), row)
		return nil
	})
}
