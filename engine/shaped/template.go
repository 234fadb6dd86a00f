package shaped

import (
	"bytes"
	"slices"
)

// Verdict is whether something is so in all lines of a shape.
type Verdict int8

const (
	No    Verdict = iota // in none
	Yes                  // in all
	Maybe                // it depends on the fields, or nobody has found out
)

// Template is a shape in cells: each byte of its text is one, and each field. So what a place in it is does not depend on how long fields are.
type Template struct {
	Cells  []byte  // of a field a digit, which stands for any
	fields []Field // with their cells as At
	nth    []int32 // by cell: which field it is, or -1
}

// Set makes t the template of a shape.
func (t *Template) Set(s *Shape) {
	t.Cells, t.fields, t.nth = t.Cells[:0], append(t.fields[:0], s.Fields...), t.nth[:0]
	from := 0
	for i := range t.fields {
		f := &t.fields[i]
		t.text(s.Text[from:f.At])
		from, f.At = int(f.At), uint32(len(t.Cells))
		t.Cells, t.nth = append(t.Cells, '0'), append(t.nth, int32(i))
	}
	t.text(s.Text[from:])
}

func (t *Template) text(b []byte) {
	t.Cells = append(t.Cells, b...)
	for range b {
		t.nth = append(t.nth, -1)
	}
}

// Field is which field a cell is, or -1, and its kinds of bytes.
func (t *Template) Field(cell int) (nth int, kinds uint8) {
	if nth = int(t.nth[cell]); nth >= 0 {
		kinds = t.fields[nth].Kinds
	}
	return nth, kinds
}

// Fields are the cells that are fields, among those from one to before another: which they are, and where.
func (t *Template) Fields(from, to int) func(yield func(nth, cell int) bool) {
	at := func(f Field, cell int) int { return int(f.At) - cell }
	first, _ := slices.BinarySearchFunc(t.fields, from, at)
	return func(yield func(nth, cell int) bool) {
		for i := first; i < len(t.fields) && int(t.fields[i].At) < to; i++ {
			if !yield(i, int(t.fields[i].At)) {
				return
			}
		}
	}
}

// At tells whether a text stands at a cell, or, where that is a field, anywhere from within it on. If so, none of the cells that it takes is a field.
func (t *Template) At(cell int, text []byte) Verdict {
	for i, c := range text {
		if cell+i >= len(t.Cells) {
			return No
		}
		if t.nth[cell+i] >= 0 {
			return t.through(cell+i, text[i:], i == 0)
		}
		if t.Cells[cell+i] != c {
			return No
		}
	}
	return Yes
}

// maxThrough bounds how much of a text is looked for in one field.
const maxThrough = 16

// through tells whether a text may begin with a field, or, within, with the end of one: whether it may end in it, or go on behind it.
func (t *Template) through(cell int, text []byte, within bool) Verdict {
	kinds := t.fields[t.nth[cell]].Kinds
	for n, c := range text {
		if KindOf[c]&kinds == 0 {
			return No
		}
		if n == len(text)-1 || n == maxThrough {
			break
		}
		if within = within || KindOf[c] == Digit; within && t.At(cell+1, text[n+1:]) != No {
			break
		}
	}
	return Maybe
}

// Index finds the first place of a text from a cell on. When it is Maybe there, anything may be true of what follows.
func (t *Template) Index(cell int, text []byte) (int, Verdict) {
	for _, field := range t.Fields(cell, len(t.Cells)) {
		if i := bytes.Index(t.Cells[cell:field], text); i >= 0 {
			return cell + i, Yes
		}
		for cell = max(cell, field-len(text)+1); cell <= field; cell++ { // it may go into the field
			if v := t.At(cell, text); v != No {
				return cell, v
			}
		}
	}
	if i := bytes.Index(t.Cells[cell:], text); i >= 0 {
		return cell + i, Yes
	}
	return -1, No
}
