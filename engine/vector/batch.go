package vector

import (
	"context"
	"io"
)

// BatchRows is how many rows a Reader's batch has at most, and about how many it should have.
const BatchRows = 8192

// Batch is some rows of a table: a vector for each column, each of Len values.
type Batch struct {
	Len     int
	Columns []*Vector
}

// Reader reads rows in batches.
type Reader interface {
	// Next is the next batch, of at least one row; at the end, io.EOF. It is valid until Next is called again.
	Next(ctx context.Context) (*Batch, error)
	// Scanned is how many bytes have been read so far of what is stored, as they are stored: what a query pays for.
	Scanned() int64
	io.Closer
}

// Pick is the rows of b at the given places, in that order.
func (b *Batch) Pick(rows []uint32) *Batch {
	out := &Batch{Len: len(rows), Columns: make([]*Vector, len(b.Columns))}
	for i, c := range b.Columns {
		out.Columns[i] = c.Pick(rows)
	}
	return out
}
