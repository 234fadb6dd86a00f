package plan

import (
	"slices"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// maxSets bounds what CUBE makes; Trino's is 2048.
const maxSets = 2048

// groupSets is the sets of keys of GROUP BY; nil when there is but one, which has all of them.
func groupSets(g *syntax.GroupBy, key func(syntax.Expr) int) [][]int {
	out := [][]int{{}}
	simple := true
	for _, e := range g.Elems {
		sets := make([][]int, len(e.Sets))
		for i, s := range e.Sets {
			for _, x := range s {
				sets[i] = append(sets[i], key(x))
			}
		}
		switch e.Kind {
		case "ROLLUP":
			sets = rollup(sets)
		case "CUBE":
			if len(sets) > 11 {
				fail(e.Pos, "TOO_MANY_GROUPING_SETS", "GROUP BY has more than %d grouping sets", maxSets)
			}
			sets = cube(sets)
		}
		simple = simple && e.Kind == ""
		var next [][]int
		for _, have := range out {
			for _, s := range sets {
				next = append(next, union(have, s))
			}
		}
		if out = next; len(out) > maxSets {
			fail(g.Pos, "TOO_MANY_GROUPING_SETS", "GROUP BY has %d grouping sets but can contain at most %d", len(out), maxSets)
		}
	}
	if g.Distinct {
		var once [][]int
		for _, s := range out {
			s = slices.Sorted(slices.Values(s))
			if !slices.ContainsFunc(once, func(o []int) bool { return slices.Equal(o, s) }) {
				once = append(once, s)
			}
		}
		out = once
	}
	if len(out) == 0 {
		fail(g.Pos, fault.Syntax, "GROUP BY has no grouping set")
	}
	if simple {
		return nil
	}
	return out
}

func union(a, b []int) []int {
	out := slices.Clone(a)
	for _, k := range b {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

func rollup(list [][]int) (out [][]int) {
	for n := len(list); n >= 0; n-- {
		out = append(out, slices.Concat(list[:n]...))
	}
	return out
}

func cube(list [][]int) (out [][]int) {
	for bits := 1<<len(list) - 1; bits >= 0; bits-- {
		var s []int
		for i := range list {
			if bits&(1<<(len(list)-1-i)) != 0 {
				s = append(s, list[i]...)
			}
		}
		out = append(out, s)
	}
	return out
}
