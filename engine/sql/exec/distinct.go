package exec

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// newDistinct numbers the arguments that groups have had; where there is but one group, its number is left out.
func newDistinct(groups bool, args []*types.Type) *grouper {
	if groups {
		args = append([]*types.Type{types.Big}, args...)
	}
	return newGrouper(args)
}

// once is those of rows whose values a group has not had yet.
func once(g *grouper, args []*vector.Vector, ids, rows []uint32, n int) []uint32 {
	if rows != nil {
		n = len(rows)
	}
	if ids != nil {
		group := &vector.Vector{Kind: vector.Int, Len: n, Ints: make([]int64, n)}
		for j, id := range ids[:n] {
			group.Ints[j] = int64(id)
		}
		args = append([]*vector.Vector{group}, args...)
	}
	next := uint32(g.n)
	out := []uint32{}
	for j, id := range g.number(n, args, true) {
		if id != next {
			continue
		}
		next++
		if rows != nil {
			out = append(out, rows[j])
		} else {
			out = append(out, uint32(j))
		}
	}
	return out
}
