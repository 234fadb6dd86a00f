package athena

import (
	"context"
	"maps"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/blocks"
	"unyo/engine/columnar"
	"unyo/engine/serde"
	"unyo/engine/serde/projection"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/vector"
)

// source is where a table's rows are.
type source struct {
	q       *query
	table   *glueapi.Table
	columns []sql.Column // data, partition keys, the path
	data    int          // how many are data
}

// piece is a partition of a table, or all of one that has none.
type piece struct {
	values   []*vector.Vector // of the partition keys: one value each
	location string
	storage  *glueapi.StorageDescriptor
}

// scan gives a reader for each object that may hold rows of use, in the order of partitions and keys.
func (s *source) scan(ctx context.Context, want sql.Scan) (readers []vector.Reader, err error) {
	schema, err := s.schema()
	if err != nil {
		return nil, err
	}
	pieces, err := s.pieces(ctx, want)
	if err != nil {
		return nil, err
	}
	for i := range pieces {
		p := &pieces[i]
		bucket, prefix, ok := place(p.location)
		if !ok {
			return nil, fault.New("HIVE_UNKNOWN_ERROR", "Table %s has no location in S3: %q", *s.table.Name, p.location)
		}
		form := formOf(s.table, p.storage, schema)
		err := s.q.s.list(ctx, bucket, prefix, func(o *s3api.Object) error {
			if visible(strings.TrimPrefix(*o.Key, prefix)) && rt.Val(o.Size) > 0 && !archived(o) {
				one := file{ctx: ctx, source: s, form: &form, piece: p, want: want, bucket: bucket, key: *o.Key, etag: o.ETag, size: *o.Size, end: blocks.Shared(1)}
				readers = one.cut(readers)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return readers, nil
}

// formOf is how the files of a table, or of one of its partitions, are read and written: what its SerDe says goes before what it says.
func formOf(t *glueapi.Table, storage *glueapi.StorageDescriptor, schema columnar.Schema) serde.Table {
	form := serde.Table{Columns: schema, Properties: map[string]string{}, InputFormat: rt.Val(storage.InputFormat)}
	maps.Copy(form.Properties, t.Parameters)
	if info := storage.SerdeInfo; info != nil {
		form.SerDe = rt.Val(info.SerializationLibrary)
		maps.Copy(form.Properties, info.Parameters)
	}
	return form
}

// visible tells whether an object below a table's location belongs to it: "files whose names begin with an underscore or a
// dot" do not, nor what stands for a folder.
// https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
func visible(below string) bool {
	for part := range strings.SplitSeq(below, "/") {
		if strings.HasPrefix(part, "_") || strings.HasPrefix(part, ".") {
			return false
		}
	}
	return !strings.HasSuffix(below, "/")
}

// archived tells whether an object must be restored before it can be read: "Athena ignores" those.
// https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html
func archived(o *s3api.Object) bool {
	c := rt.Val(o.StorageClass)
	return c == s3api.ObjectStorageClassGlacier || c == s3api.ObjectStorageClassDeepArchive
}

// schema is the table's data columns, as their files are read.
func (s *source) schema() (columnar.Schema, error) {
	schema := columnar.Schema{}
	if s.table.StorageDescriptor == nil {
		return schema, nil
	}
	for _, c := range s.table.StorageDescriptor.Columns {
		t, err := columnar.ParseType(rt.Val(c.Type))
		if err != nil {
			return nil, fault.New("HIVE_INVALID_METADATA", "Column %s has type %s: %v", *c.Name, rt.Val(c.Type), err)
		}
		schema = append(schema, columnar.Field{Name: strings.ToLower(*c.Name), Type: t})
	}
	return schema, nil
}

// pieces are the partitions that may hold rows of use, in the order of their values.
func (s *source) pieces(ctx context.Context, want sql.Scan) ([]piece, error) {
	storage := s.table.StorageDescriptor
	if storage == nil {
		return nil, fault.New("HIVE_INVALID_METADATA", "Table %s does not say where it lies", *s.table.Name)
	}
	if len(s.table.PartitionKeys) == 0 {
		return []piece{{location: rt.Val(storage.Location), storage: storage}}, nil
	}
	if projection.Enabled(s.table.Parameters) {
		return s.project(want)
	}
	var out []piece
	in := &glueapi.GetPartitionsInput{CatalogId: foreign(ctx, s.table), DatabaseName: s.table.DatabaseName, TableName: s.table.Name}
	for {
		got, err := s.q.s.peers.Glue.GetPartitions(ctx, in)
		if err != nil {
			return nil, err
		}
		for i := range got.Partitions {
			p := &got.Partitions[i]
			if p.StorageDescriptor == nil {
				p.StorageDescriptor = storage
			}
			one := piece{location: rt.Val(p.StorageDescriptor.Location), storage: p.StorageDescriptor}
			if one.values, err = s.values(p.Values); err != nil {
				return nil, err
			}
			if s.wanted(&one, want) {
				out = append(out, one)
			}
		}
		if in.NextToken = got.NextToken; in.NextToken == nil {
			return out, nil
		}
	}
}

// nullPartition is Hive's name for the partition of the rows whose key is null.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

// values reads the texts of a partition's keys.
func (s *source) values(texts []string) ([]*vector.Vector, error) {
	out := make([]*vector.Vector, len(s.table.PartitionKeys))
	for i, c := range s.table.PartitionKeys {
		t, err := columnar.ParseType(rt.Val(c.Type))
		if err != nil {
			return nil, fault.New("HIVE_INVALID_METADATA", "Partition key %s has type %s: %v", *c.Name, rt.Val(c.Type), err)
		}
		if i >= len(texts) || texts[i] == nullPartition {
			out[i] = vector.New(columnar.KindOf(t))
			out[i].AppendNull()
			continue
		}
		one, ok := serde.Value(t, texts[i])
		if !ok {
			return nil, fault.New("HIVE_INVALID_PARTITION_VALUE", "Invalid partition value '%s' for %s partition key: %s", texts[i], rt.Val(c.Type), *c.Name)
		}
		out[i] = one
	}
	return out, nil
}

// wanted tells whether a partition's values are of use.
func (s *source) wanted(p *piece, want sql.Scan) bool {
	for i, v := range p.values {
		if d, ok := want.Domains[s.data+i]; ok && !d.Has(v, 0) {
			return false
		}
	}
	return true
}
