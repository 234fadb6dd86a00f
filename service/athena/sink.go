package athena

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	s3api "unyo/api/s3"
	"unyo/engine/columnar"
	"unyo/engine/serde"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// maxOpen is how many partitions one statement may write.
// https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
const maxOpen = 100

// sink writes the rows of a query into files below a location, one for each partition. Their names follow from the execution's
// id, and none is there before all are written: what is run again replaces what it wrote before.
type sink struct {
	q           *query
	location    string // with a slash at its end
	form        serde.Table
	compression string        // Athena's word; "": its default
	types       []*types.Type // of all columns
	partitions  []string      // the names of the last of them

	files map[string]*part
}

// part is the file of one partition.
type part struct {
	folder string
	values []string
	object *object
	out    serde.Writer
	rows   []uint32 // of the batch at hand
}

// write runs a query and writes its rows.
func (k *sink) write(ctx context.Context, p *prepared) (err error) {
	rows, err := p.run(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	k.files = map[string]*part{}
	err = k.q.each(ctx, rows, func(b *vector.Batch) error { return k.batch(ctx, b) })
	if err == nil && len(k.files) == 0 && len(k.partitions) == 0 {
		_, err = k.open(ctx, nil) // an empty table has a file too
	}
	if err == nil {
		err = k.close(ctx)
	}
	if err != nil {
		for _, f := range k.ordered() {
			err = errors.Join(err, f.object.Abort())
		}
	}
	return err
}

// ordered are the files by the names of their folders.
func (k *sink) ordered() []*part {
	var out []*part
	for _, f := range k.files {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *part) int { return strings.Compare(a.folder, b.folder) })
	return out
}

// batch sends the rows of a batch to the files of their partitions.
func (k *sink) batch(ctx context.Context, b *vector.Batch) error {
	data := len(b.Columns) - len(k.partitions)
	columns := &vector.Batch{Len: b.Len, Columns: b.Columns[:data]}
	if len(k.partitions) == 0 {
		f, err := k.open(ctx, nil)
		if err != nil {
			return err
		}
		return f.out.Write(columns)
	}
	for _, f := range k.files {
		f.rows = f.rows[:0]
	}
	for row := range b.Len {
		values := make([]string, len(k.partitions))
		for i := range values {
			values[i] = nullPartition
			if v := b.Columns[data+i]; !v.IsNull(row) {
				values[i] = sql.Text(k.types[data+i], v, row)
			}
		}
		f, err := k.open(ctx, values)
		if err != nil {
			return err
		}
		f.rows = append(f.rows, uint32(row))
	}
	for _, f := range k.ordered() {
		if len(f.rows) == 0 {
			continue
		}
		if err := f.out.Write(columns.Pick(f.rows)); err != nil {
			return err
		}
	}
	return nil
}

// open finds or begins the file of a partition.
func (k *sink) open(ctx context.Context, values []string) (*part, error) {
	key := strings.Join(values, "\x00")
	if f := k.files[key]; f != nil {
		return f, nil
	}
	if len(k.files) == maxOpen {
		return nil, fault.New("HIVE_TOO_MANY_OPEN_PARTITIONS", "Exceeded limit of %d open writers for partitions/buckets", maxOpen)
	}
	f := &part{values: values}
	for i, v := range values {
		f.folder += folder(k.partitions[i], v)
	}
	q := k.q
	name := fmt.Sprintf("%s_%05d_%s%s", q.is.Started.Format("20060102_150405"), len(k.files), q.id, serde.Extension(k.form, k.compression))
	f.object = q.s.create(ctx, k.location+f.folder+name, nil)
	var err error
	if f.out, err = serde.Create(k.form, f.object, k.compression); err != nil {
		return nil, fault.New(fault.NotSupported, "%v", err)
	}
	k.files[key] = f
	return f, nil
}

// close ends all files, in the order of their partitions, and writes their manifest.
// https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
func (k *sink) close(ctx context.Context) error {
	list := k.ordered()
	for _, f := range list {
		if err := f.out.Close(); err != nil {
			return err
		}
	}
	k.q.is.Manifest = *k.q.is.Results.OutputLocation + "-manifest.csv"
	manifest := k.q.s.createResult(ctx, k.q.is.Manifest, &k.q.is.Results)
	for _, f := range list {
		if err := f.object.Close(); err != nil {
			return err
		}
		k.q.is.OutputBytes += f.object.size
		if _, err := fmt.Fprintf(manifest, "s3://%s/%s\n", f.object.bucket, f.object.key); err != nil {
			return err
		}
	}
	return manifest.Close()
}

// added are the partitions that were written, as Glue describes them.
func (k *sink) added(t *glueapi.Table) (list []glueapi.PartitionInput) {
	if len(k.partitions) == 0 {
		return nil
	}
	for _, f := range k.ordered() {
		list = append(list, partitionInput(t, f.values, strings.TrimSuffix(k.location+f.folder, "/")))
	}
	return list
}

// empty refuses a location that holds objects of others than this execution.
func (q *query) empty(ctx context.Context, location, words string) error {
	bucket, prefix, ok := place(location)
	if !ok {
		return fault.New("INVALID_TABLE_PROPERTY", "The location is not a valid S3 path: %s", location)
	}
	return q.s.list(ctx, bucket, prefix, func(o *s3api.Object) error {
		if strings.Contains(path.Base(*o.Key), q.id) || *o.Key == prefix {
			return nil
		}
		return fault.New("HIVE_PATH_ALREADY_EXISTS", "%s", words)
	})
}

// dataColumns are a query's as a table's: data first, the last n are partition keys.
func dataColumns(p *prepared, n int) (data, keys []glueapi.Column, schema columnar.Schema, err error) {
	for i, c := range p.columns {
		text, err := hiveType(c.Type)
		if err != nil {
			return nil, nil, nil, err
		}
		col := glueapi.Column{Name: new(strings.ToLower(c.Name)), Type: &text}
		if i >= len(p.columns)-n {
			keys = append(keys, col)
			continue
		}
		t, err := columnar.ParseType(text)
		if err != nil {
			return nil, nil, nil, fault.New(fault.NotSupported, "Unsupported Hive type: %s", c.Type)
		}
		data, schema = append(data, col), append(schema, columnar.Field{Name: *col.Name, Type: t})
	}
	return data, keys, schema, nil
}
