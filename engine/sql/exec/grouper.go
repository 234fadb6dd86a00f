package exec

import (
	"slices"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// grouper numbers the different rows of some columns: pairs of numbers are numbered, column by column.
type grouper struct {
	cols  []*column
	pairs []pairTable // of cols[0] and cols[1], of that and cols[2], …
	n     int
	none  []uint32 // of no columns
}

func newGrouper(ts []*types.Type) *grouper {
	g := &grouper{}
	for _, t := range ts {
		g.cols = append(g.cols, newColumn(t))
	}
	if len(ts) > 1 {
		g.pairs = make([]pairTable, len(ts)-1)
	}
	return g
}

// view is the same numbers for another goroutine that looks some up, while nobody adds any.
func (g *grouper) view() *grouper {
	v := &grouper{pairs: slices.Clone(g.pairs), n: g.n}
	for _, c := range g.cols {
		v.cols = append(v.cols, c.view())
	}
	return v
}

// number gives the group of each of n rows. Without columns all are group 0.
func (g *grouper) number(n int, cols []*vector.Vector, add bool) []uint32 {
	if len(g.cols) == 0 {
		g.none = resize(g.none, n)
		clear(g.none)
		g.n = max(g.n, min(n, 1))
		return g.none
	}
	ids := g.cols[0].number(cols[0], add)
	for k := range g.pairs {
		right := g.cols[k+1].number(cols[k+1], add)
		g.pairs[k].number(ids, right, add)
	}
	if len(g.pairs) > 0 {
		g.n = len(g.pairs[len(g.pairs)-1].left)
	} else {
		g.n = g.cols[0].values.Len
	}
	return ids
}

// keys are the columns of groups from to to.
func (g *grouper) keys(from, to int) []*vector.Vector {
	at := rowsFrom(from, to)
	out := make([]*vector.Vector, len(g.cols))
	for k := len(g.cols) - 1; k >= 1; k-- {
		index := make([]uint32, len(at))
		for i, id := range at {
			index[i] = g.pairs[k-1].right[id]
			at[i] = g.pairs[k-1].left[id]
		}
		out[k] = dictionary(g.cols[k].values, index)
	}
	if len(g.cols) > 0 {
		out[0] = dictionary(g.cols[0].values, at)
	}
	return out
}

// values are keys as they are best numbered anew, each once: laid out, but for those that are few.
func (g *grouper) values(from, to int) []*vector.Vector {
	if len(g.cols) == 1 {
		return []*vector.Vector{g.cols[0].values.Slice(from, to)}
	}
	out := g.keys(from, to)
	for k, v := range out {
		if v.Dict.Len > to-from {
			out[k] = v.Flat()
		}
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
		n += g.pairs[k].bytes()
	}
	return n
}
