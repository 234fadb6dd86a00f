package columnar

import (
	"errors"

	"unyo/engine/vector"
)

// ErrUnsupported is a setting that has no behaviour here.
var ErrUnsupported = errors.New("not supported")

// Writer writes rows into a file. They are held by columns until there are enough of them to be written together.
type Writer struct {
	rows   *held
	size   int // bytes, about, that are held
	most   int
	format format
}

// format is how a file is written.
type format interface {
	// flush writes the rows held, of which there is at least one.
	flush(rows *held) error
	// finish writes what a file says of itself.
	finish() error
}

func newWriter(schema Schema, most int) *Writer {
	w := &Writer{most: most}
	w.rows = newHeld(schema.row(), &w.size)
	return w
}

// Write adds a row: a value, or null, for each column of the schema.
func (w *Writer) Write(row []Value) error {
	w.rows.put(&Value{Valid: true, Items: row})
	return w.ifFull()
}

// WriteBatch adds the rows of a batch, whose columns are those of the schema.
func (w *Writer) WriteBatch(b *vector.Batch) error {
	const some = 256 // rows that are added before it is asked whether there are enough
	for from := 0; from < b.Len; from += some {
		to := min(from+some, b.Len)
		for i, p := range w.rows.parts {
			p.putVector(b.Columns[i], from, to)
		}
		for range to - from {
			w.rows.there(0)
		}
		if err := w.ifFull(); err != nil {
			return err
		}
	}
	return nil
}

// ifFull writes the rows held if there are enough of them.
func (w *Writer) ifFull() error {
	if w.size < w.most {
		return nil
	}
	return w.flush()
}

func (w *Writer) flush() error {
	if w.rows.n == 0 {
		return nil
	}
	err := w.format.flush(w.rows)
	w.rows.reset()
	w.size = 0
	return err
}

// Close writes what is still to be written. It does not close what is below.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	return w.format.finish()
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
