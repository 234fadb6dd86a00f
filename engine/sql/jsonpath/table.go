package jsonpath

import (
	"errors"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Table is a call of JSON_TABLE.
type Table struct {
	Args   []Arg // the input, then the parameters
	Root   *Columns
	Strict bool // what is wrong with the input or the root's path is an error, and not a table without rows
}

// Columns is a row for each item of a path: its number, what is asked of it, and the rows that the paths within make of it. Where they make none,
// there is one without them, or none if Inner.
type Columns struct {
	Path     *Path
	Ordinals []int
	Asks     []ColumnAsk
	Within   *Within
	Inner    bool
}

// Within is the rows of a path, or of several: one after another, or each of one with each of the next.
type Within struct {
	Columns *Columns
	Of      []*Within
	Cross   bool
}

// ColumnAsk is a column and where it stands.
type ColumnAsk struct {
	At  int
	Ask *Ask
}

// maxTableRows bounds the rows of one input.
const maxTableRows = 1 << 20

// Bind is the call as a function that gives an array of rows.
func (t *Table) Bind(name string, row *types.Type, defaults []*types.Type) *functions.Bound {
	b := (&Ask{Args: t.Args, Returning: types.ArrayOf(row)}).Bind(name, defaults)
	b.Kernel = func(c *functions.Context, n int, in []functions.Arg) (*vector.Vector, error) {
		w := &tableWork{work: work{ask: &Ask{Args: t.Args}, c: c, in: in, inputs: make([]input, len(t.Args))}, table: t, row: row}
		out := b.Result.New()
		for w.work.row = range n {
			if in[0].IsNull(w.work.row) {
				out.AppendNull()
				continue
			}
			rows, err := w.rows()
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				for i, v := range r {
					if v == nil {
						out.Elems[0].Elems[i].AppendNull()
					} else {
						out.Elems[0].Elems[i].Append(v, 0)
					}
				}
				out.Elems[0].Len++
			}
			out.EndSpan()
			if out.Elems[0].Len > maxTableRows*8 {
				return nil, vector.ErrTooLarge
			}
		}
		return out, nil
	}
	return b
}

// tableWork is a table being computed. A row is a value for each column, nil for null.
type tableWork struct {
	work
	table *Table
	row   *types.Type
	made  int
}

func (w *tableWork) rows() ([][]*vector.Vector, error) {
	w.made = 0
	r, err := w.run()
	if err == nil {
		var rows [][]*vector.Vector
		if rows, err = w.of(r, w.table.Root, make([]*vector.Vector, len(w.row.Fields))); err == nil {
			return rows, nil
		}
	}
	if failed := (*Failed)(nil); errors.As(err, &failed) {
		err = outcome("PATH_EVALUATION_ERROR", "%v", failed)
	} else if !fault.Named(err, "JSON_INPUT_CONVERSION_ERROR") {
		return nil, err
	}
	if w.table.Strict {
		return nil, err
	}
	return nil, nil
}

// of is the rows that a path's items make, with what stands around them.
func (w *tableWork) of(r Run, c *Columns, around []*vector.Vector) (rows [][]*vector.Vector, err error) {
	seq, err := c.Path.Eval(r)
	if err != nil {
		return nil, err
	}
	for i, x := range seq {
		if w.made++; w.made > maxTableRows {
			return nil, fault.New(fault.ExceededMemory, "JSON_TABLE gives more than %d rows", maxTableRows)
		}
		if w.made%256 == 0 && w.c.Context != nil && w.c.Err() != nil {
			return nil, w.c.Err()
		}
		row := append([]*vector.Vector{}, around...)
		for _, at := range c.Ordinals {
			row[at] = whole(int64(i + 1)).V
		}
		r.Input = x
		for _, a := range c.Asks {
			one := work{ask: a.Ask, c: w.c, in: w.in, row: w.work.row, out: a.Ask.Returning.New()}
			if err := one.answer(r, nil); err != nil {
				return nil, err
			}
			row[a.At] = one.out
		}
		var more [][]*vector.Vector
		if c.Within != nil {
			if more, err = w.within(r, c.Within, row); err != nil {
				return nil, err
			}
		}
		if len(more) == 0 && !c.Inner {
			more = append(more, row)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// within is the rows that paths within make, with what stands around them.
func (w *tableWork) within(r Run, in *Within, around []*vector.Vector) (rows [][]*vector.Vector, err error) {
	if in.Columns != nil {
		rows, err = w.of(r, in.Columns, around)
		if failed := (*Failed)(nil); errors.As(err, &failed) && !w.table.Strict {
			return nil, nil
		}
		return rows, err
	}
	if in.Cross {
		rows = [][]*vector.Vector{around}
	}
	for _, part := range in.Of {
		beside := [][]*vector.Vector{around}
		if in.Cross {
			beside, rows = rows, nil
		}
		for _, row := range beside {
			more, err := w.within(r, part, row)
			if err != nil {
				return nil, err
			}
			rows = append(rows, more...)
		}
	}
	return rows, nil
}
