package athena

import (
	"context"
	"io"
	"path"

	"unyo/base/blocks"
	"unyo/engine/serde"
	"unyo/engine/sql"
	"unyo/engine/vector"
)

// file reads one object of a table; it opens it when it is first asked.
type file struct {
	ctx         context.Context
	source      *source
	form        *serde.Table
	piece       *piece
	want        sql.Scan
	bucket, key string
	etag        *string
	size        int64
	from, to    int64 // the part of it that is read, unless to is 0
	end         *blocks.Last

	reader  vector.Reader
	data    []int // which wanted columns are data, by their place in want.Columns
	counted int64
	sieves  []vector.Sieve
	sifts   bool // the reader knows the sieves
}

// cutBytes is how much of a large object one reader reads; several work beside each other.
const cutBytes = 32 << 20

// cut appends a reader for each part of the object, or one for all of it.
func (f *file) cut(readers []vector.Reader) []vector.Reader {
	if f.size < 2*cutBytes || !f.form.CanCut(path.Base(f.key)) {
		return append(readers, f)
	}
	parts := f.size / cutBytes
	f.end = blocks.Shared(int(parts))
	for i := range parts {
		one := *f
		one.from, one.to = f.size*i/parts, f.size*(i+1)/parts
		readers = append(readers, &one)
	}
	return readers
}

// open begins to read: Parquet and ORC here and there, text as a stream.
func (f *file) open() (err error) {
	var columns []int
	var domains []*vector.Domain
	for i, c := range f.want.Columns {
		if c >= f.source.data {
			continue
		}
		f.data = append(f.data, i)
		columns = append(columns, c)
		var d *vector.Domain
		if given, ok := f.want.Domains[c]; ok {
			d = given.Advice()
		}
		domains = append(domains, d)
	}
	s := f.source.q.s
	f.reader, err = serde.Open(*f.form, serde.Object{
		Name: path.Base(f.key), Size: f.size,
		At:     blocks.New(f.size, f.end, f.fetch),
		Stream: func(from int64) (io.ReadCloser, error) { return s.read(f.ctx, f.bucket, f.key, f.etag, from, -1) },
		From:   f.from, To: f.to, Hold: f.want.Hold,
	}, columns, domains)
	if err == nil {
		f.sifts = f.tell()
	}
	return err
}

// fetch reads some bytes of the object.
func (f *file) fetch(p []byte, off int64) (int, error) {
	body, err := f.source.q.s.read(f.ctx, f.bucket, f.key, f.etag, off, off+int64(len(p))-1)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	return io.ReadFull(body, p)
}

// Next is the next batch of rows that are kept.
func (f *file) Next(ctx context.Context) (b *vector.Batch, err error) {
	for b == nil && err == nil {
		if b, err = f.next(ctx); err == nil && !f.sifts {
			b, err = b.Sift(ctx, f.sieves)
		}
	}
	return b, err
}

// next is the next batch: the file's columns and, beside them, what is the same in all its rows.
func (f *file) next(ctx context.Context) (*vector.Batch, error) {
	if err := f.source.q.turns.Wait(ctx); err != nil {
		return nil, err
	}
	if f.reader == nil {
		if err := f.open(); err != nil {
			return nil, f.word(err)
		}
	}
	b, err := f.reader.Next(ctx)
	if e := f.count(b); e != nil {
		return nil, e
	}
	if err == io.EOF {
		return nil, err
	}
	if err != nil {
		return nil, f.word(err)
	}
	out := &vector.Batch{Len: b.Len, Columns: make([]*vector.Vector, len(f.want.Columns))}
	for i, at := range f.data {
		out.Columns[at] = b.Columns[i]
	}
	for i, c := range f.want.Columns {
		if out.Columns[i] == nil {
			out.Columns[i] = vector.Constant(f.same(c), b.Len)
		}
	}
	return out, nil
}

// same is the value of a column that all rows of the file share.
func (f *file) same(c int) *vector.Vector {
	if i := c - f.source.data; i < len(f.piece.values) {
		return f.piece.values[i]
	}
	v := vector.New(vector.Bytes)
	v.AppendText([]byte("s3://" + f.bucket + "/" + f.key))
	return v
}

// count adds what was read since it was last asked.
func (f *file) count(b *vector.Batch) error {
	if b != nil && !f.sifts {
		f.source.q.rows.Add(int64(b.Len))
	}
	return f.source.q.charge(f.reader, &f.counted)
}

// charge adds what r has read beyond what was counted, and stops a query that reads more than its work group allows.
// https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
func (q *query) charge(r vector.Reader, counted *int64) error {
	n := r.Scanned()
	total := q.scanned.Add(n - *counted)
	*counted = n
	if q.is.Cutoff > 0 && total > q.is.Cutoff {
		return invalid("Bytes scanned limit was exceeded")
	}
	return nil
}

// Scanned is how much of the object was read.
func (f *file) Scanned() int64 { return f.counted }

// Close ends the reading.
func (f *file) Close() error {
	f.end.Leave()
	if f.reader == nil {
		return nil
	}
	r := f.reader
	f.reader = nil // with what it holds
	return r.Close()
}
