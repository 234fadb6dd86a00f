package exec

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// grouper numbers the different rows of some columns: pairs of numbers are numbered, column by column.
type grouper struct {
	cols  []*column
	pairs []intTable // of cols[0] and cols[1], of that and cols[2], …
	left  [][]uint32 // by a pair's number its first, and
	right [][]uint32 // its second
	ids   []uint32
	n     int
}

func newGrouper(ts []*types.Type) *grouper {
	g := &grouper{}
	for _, t := range ts {
		g.cols = append(g.cols, newColumn(t))
	}
	if len(ts) > 1 {
		g.pairs = make([]intTable, len(ts)-1)
		g.left, g.right = make([][]uint32, len(ts)-1), make([][]uint32, len(ts)-1)
	}
	return g
}

// number gives the group of each of n rows. Without columns all are group 0.
func (g *grouper) number(n int, cols []*vector.Vector, add bool) []uint32 {
	if len(g.cols) == 0 {
		g.ids = resize(g.ids, n)
		clear(g.ids)
		g.n = max(g.n, min(n, 1))
		return g.ids
	}
	ids := g.cols[0].number(cols[0], add)
	for k := range g.pairs {
		right := g.cols[k+1].number(cols[k+1], add)
		g.pair(k, ids, right, add)
	}
	if len(g.pairs) > 0 {
		g.n = g.pairs[len(g.pairs)-1].n
	} else {
		g.n = g.cols[0].values.Len
	}
	return ids
}

// pair turns ids into the numbers of pairs.
func (g *grouper) pair(k int, ids, right []uint32, add bool) {
	t := &g.pairs[k]
	for i, l := range ids {
		if l == noID || right[i] == noID {
			ids[i] = noID
			continue
		}
		id, new, ok := t.id(int64(l)<<32|int64(right[i]), add)
		if !ok {
			id = noID
		} else if new {
			g.left[k], g.right[k] = append(g.left[k], l), append(g.right[k], right[i])
		}
		ids[i] = id
	}
}

// keys are the columns of groups from to to.
func (g *grouper) keys(from, to int) []*vector.Vector {
	at := rowsFrom(from, to)
	out := make([]*vector.Vector, len(g.cols))
	for k := len(g.cols) - 1; k >= 1; k-- {
		index := make([]uint32, len(at))
		for i, id := range at {
			index[i] = g.right[k-1][id]
			at[i] = g.left[k-1][id]
		}
		out[k] = dictionary(g.cols[k].values, index)
	}
	if len(g.cols) > 0 {
		out[0] = dictionary(g.cols[0].values, at)
	}
	return out
}

func dictionary(values *vector.Vector, index []uint32) *vector.Vector {
	return &vector.Vector{Kind: values.Kind, Len: len(index), Dict: values, Index: index}
}

func (g *grouper) bytes() (n int64) {
	for _, c := range g.cols {
		n += c.bytes()
	}
	for k := range g.pairs {
		n += g.pairs[k].bytes() + 4*int64(cap(g.left[k])+cap(g.right[k]))
	}
	return n
}
