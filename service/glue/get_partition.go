package glue

import (
	"context"
	"fmt"
	"hash/fnv"
	"iter"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// GetPartition describes a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartition.html
func (s *Service) GetPartition(ctx context.Context, in *api.GetPartitionInput) (*api.GetPartitionOutput, error) {
	out := &api.GetPartitionOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		p, _, err := s.partition(tx, db, &row, in.PartitionValues)
		if err != nil {
			return err
		}
		out.Partition = p.shape(tx.Scope(), db, name)
		return nil
	})
}

// partition finds a partition that must be there.
func (s *Service) partition(tx *store.Tx, db string, row *table, values []string) (partition, string, error) {
	key, err := partitionKey(db, row, values)
	if err != nil {
		return partition{}, "", err
	}
	p, ok := s.partitions.Get(tx, key)
	if !ok {
		return p, key, api.NewEntityNotFoundException("Cannot find partition.")
	}
	return p, key, nil
}

// BatchGetPartition describes those of the partitions that are there.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html
func (s *Service) BatchGetPartition(ctx context.Context, in *api.BatchGetPartitionInput) (*api.BatchGetPartitionOutput, error) {
	out := &api.BatchGetPartitionOutput{Partitions: []api.Partition{}, UnprocessedKeys: []api.PartitionValueList{}}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		for _, want := range in.PartitionsToGet {
			key, err := partitionKey(db, &row, want.Values)
			if err != nil {
				return err
			}
			if p, ok := s.partitions.Get(tx, key); ok {
				out.Partitions = append(out.Partitions, *p.shape(tx.Scope(), db, name))
			}
		}
		return nil
	})
}

// GetPartitions lists a table's partitions: all, or those for which Expression is true; all of them, or one of up to ten
// segments, into which their values part them.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
func (s *Service) GetPartitions(ctx context.Context, in *api.GetPartitionsInput) (*api.GetPartitionsOutput, error) {
	err := refuse(member{"QueryAsOfTime", in.QueryAsOfTime != nil}, member{"TransactionId", in.TransactionId != nil})
	if err != nil {
		return nil, err
	}
	db, name := fold(in.DatabaseName), fold(in.TableName)
	query := "partitions\x00" + db + "\x00" + name + "\x00" + rt.Val(in.Expression)
	if g := in.Segment; g != nil {
		if *g.SegmentNumber >= *g.TotalSegments {
			return nil, invalid("SegmentNumber must be less than TotalSegments.")
		}
		query += fmt.Sprintf("\x00%d/%d", *g.SegmentNumber, *g.TotalSegments)
	}
	out := &api.GetPartitionsOutput{Partitions: []api.Partition{}}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		filter, err := parseExpression(rt.Val(in.Expression), row.Is.V.PartitionKeys)
		if err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, partition] {
			return s.partitions.Prefix(tx, store.Key(db, name, ""), after)
		}
		out.Partitions, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 1000), rows, func(key string, p partition) (api.Partition, bool) {
			if !inSegment(in.Segment, key) || !filter.holds(p.Is.V.Values) {
				return api.Partition{}, false
			}
			shape := p.shape(tx.Scope(), db, name)
			if rt.Val(in.ExcludeColumnSchema) && shape.StorageDescriptor != nil {
				shape.StorageDescriptor.Columns = nil
			}
			return *shape, true
		})
		return err
	})
}

// inSegment tells whether the partition of that key is in a segment: each is in one.
func inSegment(g *api.Segment, key string) bool {
	if g == nil {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(key))
	return int32(h.Sum32()%uint32(*g.TotalSegments)) == *g.SegmentNumber
}
