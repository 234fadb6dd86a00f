package avro

import (
	"context"
	"io"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// Scan reads columns of a file, in the order in which they are asked for. Reads is the table's schema, nil where it has none: then columns are found by
// name, and those that the file has not are null. What it closes is in.
func Scan(in io.ReadCloser, scanned func() int64, reads *Schema, columns []columnar.Field) (vector.Reader, error) {
	f, err := Open(in)
	if err == nil && f.Schema.Kind != "record" {
		err = badSchema("a file of %s is no table", f.Schema.Kind)
	}
	if err != nil {
		in.Close()
		return nil, err
	}
	r := &reader{file: f, in: in, scanned: scanned, columns: columns}
	var distinct []columnar.Field
	at := map[string]int{}
	for _, c := range columns {
		i, ok := at[c.Name]
		if !ok {
			i = len(distinct)
			at[c.Name], distinct = i, append(distinct, c)
			r.vectors = append(r.vectors, columnar.NewVector(c.Type))
		}
		r.places = append(r.places, i)
	}
	if r.parts, r.rest, err = new(planner).parts("", f.Schema, reads, distinct); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

type reader struct {
	file        *File
	in          io.Closer
	scanned     func() int64
	columns     []columnar.Field
	vectors     []*vector.Vector // of the different columns
	places      []int            // by column asked for, its vector
	parts, rest []part

	block decoder
	left  int64 // records of the block
}

func (r *reader) Scanned() int64 { return r.scanned() }

func (r *reader) Close() error {
	r.file.Close()
	return r.in.Close()
}

// maxDefaults is of how many bytes of defaults a batch is at most, but for its last row: a file need not have them, and a long one fills the memory for nothing.
const maxDefaults = 16 << 20

// Next is the next rows, at most those of a block.
func (r *reader) Next(ctx context.Context) (*vector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for r.left == 0 {
		if r.block.at < len(r.block.b) {
			return nil, corrupt("a block has %d bytes behind its records", len(r.block.b)-r.block.at)
		}
		n, data, err := r.file.Block()
		if err != nil {
			return nil, err
		}
		r.left, r.block = n, decoder{b: data}
	}
	n := int(min(r.left, vector.BatchRows))
	for _, v := range r.vectors {
		v.Reset()
	}
	out := &vector.Batch{Len: n}
	if len(r.vectors) == 0 { // only how many there are
		if r.left -= int64(n); r.left == 0 {
			r.block = decoder{}
		}
		return out, nil
	}
	n, err := r.rows(n)
	if err != nil {
		return nil, err
	}
	out.Len = n
	r.left -= int64(n)
	for _, at := range r.places {
		out.Columns = append(out.Columns, r.vectors[at])
	}
	return out, nil
}

// rows reads at most n, and tells how many.
func (r *reader) rows(n int) (done int, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, ok := p.(failure)
			if !ok {
				panic(p)
			}
			err = f.err
		}
	}()
	r.block.given = 0
	for done < n && r.block.given < maxDefaults {
		into(&r.block, r.parts, r.rest, r.vectors)
		done++
	}
	return done, nil
}
