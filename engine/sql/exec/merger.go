package exec

import (
	"io"

	"unyo/engine/vector"
)

// merger gives runs as one: equal rows in the order of the runs.
type merger struct {
	o     *sorter
	at    []int     // of each run
	heads []int     // runs that have rows left, a heap: the one that is next first
	ints  [][]int64 // of each run the only key, if it is integers without nulls
	left  int64     // rows; negative: all
	run   []uint32  // of the batch's rows the run,
	row   []uint32  // and the row of that
}

func newMerger(o *sorter) *merger {
	m := &merger{o: o, at: make([]int, len(o.runs)), left: o.node.Limit}
	if k := o.node.Keys[0].Column; len(o.node.Keys) == 1 {
		for _, s := range o.runs {
			if v := s.buf.rows.Columns[k]; v.Kind == vector.Int && !v.HasNulls() {
				m.ints = append(m.ints, v.Ints)
			}
		}
	}
	if len(m.ints) < len(o.runs) {
		m.ints = nil
	}
	for w, s := range o.runs {
		if len(s.order) > 0 {
			m.heads = append(m.heads, w)
		}
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m
}

// before tells whether run v is next before run w.
func (m *merger) before(v, w int) bool {
	a, b := m.o.runs[v], m.o.runs[w]
	i, j := a.order[m.at[v]], b.order[m.at[w]]
	c := 0
	if m.ints != nil {
		if x, y := m.ints[v][i], m.ints[w][j]; x != y {
			return (x < y) != m.o.node.Keys[0].Desc
		}
	} else {
		c = compareRows(m.o.cols, m.o.node.Keys, a.buf.rows, int(i), b.buf.rows, int(j))
	}
	return c < 0 || c == 0 && v < w
}

// sink puts head i where it belongs.
func (m *merger) sink(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(m.heads); c++ {
			if m.before(m.heads[c], m.heads[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		m.heads[i], m.heads[least] = m.heads[least], m.heads[i]
		i = least
	}
}

func (m *merger) next() (*vector.Batch, error) {
	if len(m.heads) == 1 {
		return m.last()
	}
	m.run, m.row = m.run[:0], m.row[:0]
	for len(m.heads) > 0 && len(m.row) < vector.BatchRows && m.left != 0 {
		w := m.heads[0]
		m.run, m.row = append(m.run, uint32(w)), append(m.row, m.o.runs[w].order[m.at[w]])
		m.left--
		if m.at[w]++; m.at[w] == len(m.o.runs[w].order) {
			m.heads[0] = m.heads[len(m.heads)-1]
			m.heads = m.heads[:len(m.heads)-1]
		}
		m.sink(0)
	}
	if len(m.row) == 0 {
		return nil, io.EOF
	}
	out := &vector.Batch{Len: len(m.row)}
	for c := range m.o.cols {
		out.Columns = append(out.Columns, m.column(c))
	}
	return out, nil
}

// last gives rows of the only run that has any.
func (m *merger) last() (*vector.Batch, error) {
	w := m.heads[0]
	s := m.o.runs[w]
	n := min(vector.BatchRows, len(s.order)-m.at[w])
	if m.left >= 0 {
		n = min(n, int(m.left))
		m.left -= int64(n)
	}
	if n == 0 {
		return nil, io.EOF
	}
	m.at[w] += n
	return s.buf.rows.Pick(s.order[m.at[w]-n : m.at[w]]), nil
}

// column is the batch's values of a column.
func (m *merger) column(c int) *vector.Vector {
	out := m.o.cols[c].T.New()
	out.Grow(len(m.row))
	from := make([]*vector.Vector, len(m.o.runs))
	plain := true
	for w, s := range m.o.runs {
		from[w] = s.buf.rows.Columns[c]
		plain = plain && !from[w].HasNulls()
	}
	switch {
	case plain && out.Kind == vector.Int:
		for i, r := range m.row {
			out.Ints = append(out.Ints, from[m.run[i]].Ints[r])
		}
		out.Len = len(m.row)
	case plain && out.Kind == vector.Float:
		for i, r := range m.row {
			out.Floats = append(out.Floats, from[m.run[i]].Floats[r])
		}
		out.Len = len(m.row)
	default:
		for i, r := range m.row {
			out.Append(from[m.run[i]], int(r))
		}
	}
	return out
}
