package plan

import (
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

const invalidLabel = "INVALID_LABEL"

// recogniser plans MATCH_RECOGNIZE. https://trino.io/docs/current/sql/match-recognize.html
type recogniser struct {
	b     *block
	in    relation
	node  *Match
	union map[string][]int // labels that a name stands for
}

func (b *block) recognise(s *syntax.Match, left *relation) relation {
	if left != nil && beside(s.X) {
		fail(s.Pos, fault.NotSupported, "MATCH_RECOGNIZE of rows that depend on what stands before them is not supported")
	}
	in := visible(b.relation(s.X, left))
	r := &recogniser{b: b, in: in, union: map[string][]int{}, node: &Match{In: in.node, All: s.All, Omit: s.Rows == "OMIT EMPTY", Unmatched: s.Rows == "WITH UNMATCHED"}}
	at := b.at(in)
	for _, e := range s.Partition {
		r.node.Partition = append(r.node.Partition, at.matchColumn(e))
	}
	for _, o := range s.OrderBy {
		c := at.matchColumn(o.X)
		if t := in.node.Schema()[c].T; !t.Orderable() {
			fail(o.X.Place(), fault.TypeMismatch, "%s is not orderable, and therefore cannot be used in pattern recognition ORDER BY", t)
		}
		r.node.Order = append(r.node.Order, Key{c, o.Desc, o.NullsFirst})
	}
	r.node.Pattern = r.pattern(s.Pattern, r.node.Unmatched)
	r.names(s)
	return r.relation(s)
}

// matchColumn is a column by which a pattern's rows are parted or ordered.
func (b *block) matchColumn(e syntax.Expr) int {
	c, ok := b.expr(e).(*expr.Column)
	if !ok {
		fail(e.Place(), "INVALID_COLUMN_REFERENCE", "Expected column reference")
	}
	return c.Index
}

// label is a variable's number, or -1.
func (r *recogniser) label(name string) int { return slices.Index(r.node.Labels, name) }

// names learns what variables there are, and plans what is said of them.
func (r *recogniser) names(s *syntax.Match) {
	for i, l := range r.node.Labels {
		r.union[l] = []int{i}
	}
	for _, u := range s.Subsets {
		if r.union[u.Name] != nil {
			fail(u.Pos, invalidLabel, "union pattern variable name: %s is a duplicate of another pattern variable's name", u.Name)
		}
		for _, name := range u.Of {
			i := r.label(name)
			if i < 0 {
				fail(u.Pos, invalidLabel, "subset element: %s is not a primary pattern variable", name)
			}
			r.union[u.Name] = append(r.union[u.Name], i)
		}
	}
	if r.node.Skip.To = s.Skip.To; s.Skip.Label != "" {
		if r.node.Skip.Labels = r.union[s.Skip.Label]; r.node.Skip.Labels == nil {
			fail(s.Skip.Pos, invalidLabel, "%s is not a primary or union pattern variable", s.Skip.Label)
		}
	}
	r.node.Defines = make([]*Sight, len(r.node.Labels))
	for _, d := range s.Defines {
		i := r.label(d.Label)
		if i < 0 {
			fail(d.Pos, invalidLabel, "defined variable: %s is not a primary pattern variable", d.Label)
		}
		if r.node.Defines[i] != nil {
			fail(d.Pos, invalidLabel, "pattern variable with name: %s is defined twice", d.Label)
		}
		sight := r.sight(d.X, true)
		if k := sight.X.Type().Kind; k != types.Boolean && k != types.Unknown {
			fail(d.X.Place(), fault.TypeMismatch, "Expression defining a label must be boolean (actual type: %s)", sight.X.Type())
		}
		sight.X = r.b.p.coerce(sight.X, types.Bool)
		r.node.Defines[i] = &sight
	}
}

// relation is the names of what is given: of a match's one row the columns that rows are parted by, and the measures; of all its rows the others too.
func (r *recogniser) relation(s *syntax.Match) relation {
	out := relation{node: r.node}
	give := func(name string, t *types.Type) {
		out.fields = append(out.fields, field{name: name, column: len(r.node.Cols), t: t})
		r.node.Cols = append(r.node.Cols, Col{name, t})
	}
	field := func(c int) string {
		at := slices.IndexFunc(r.in.fields, func(f field) bool { return f.column == c })
		return r.in.fields[at].name
	}
	before := slices.Clone(r.node.Partition)
	if s.All {
		for _, k := range r.node.Order {
			if !slices.Contains(before, k.Column) {
				before = append(before, k.Column)
			}
		}
	}
	schema := r.in.node.Schema()
	for _, c := range before {
		give(field(c), schema[c].T)
	}
	r.node.Before = before
	for _, m := range s.Measures {
		sight := r.sight(m.X, false)
		r.node.Measures = append(r.node.Measures, sight)
		give(m.Name, sight.X.Type())
	}
	if s.All {
		for _, f := range r.in.fields {
			if !f.hidden && !slices.Contains(before, f.column) {
				r.node.After = append(r.node.After, f.column)
				give(f.name, f.t)
			}
		}
	}
	return out
}

// maxPermutations bounds what PERMUTE is written out to.
const maxPermutations = 5040

// pattern is a pattern with its labels numbered as they are met.
func (r *recogniser) pattern(p *syntax.Pattern, whole bool) *Pattern {
	out := &Pattern{Op: p.Op, Min: p.Min, Max: p.Max, Lazy: p.Lazy}
	switch p.Op {
	case "LABEL":
		if out.Label = r.label(p.Label); out.Label < 0 {
			out.Label = len(r.node.Labels)
			r.node.Labels = append(r.node.Labels, p.Label)
		}
	case "EXCLUDE":
		if whole {
			fail(p.Pos, "INVALID_ROW_PATTERN", "Pattern exclusion syntax is not allowed when ALL ROWS PER MATCH WITH UNMATCHED ROWS is specified")
		}
	}
	for _, s := range p.Sub {
		out.Sub = append(out.Sub, r.pattern(s, whole))
	}
	if p.Op == "PERMUTE" {
		n := 1
		for i := range out.Sub {
			if n *= i + 1; n > maxPermutations {
				fail(p.Pos, fault.NotSupported, "PERMUTE of %d patterns is not supported", len(out.Sub))
			}
		}
		return &Pattern{Op: "ANY", Sub: permuted(nil, out.Sub)}
	}
	return out
}

// permuted is the sequences that begin with some patterns and go on with the others in every order, the first in theirs.
func permuted(begun, rest []*Pattern) (out []*Pattern) {
	if len(rest) == 0 {
		return []*Pattern{{Op: "SEQUENCE", Sub: slices.Clone(begun)}}
	}
	for i, x := range rest {
		others := append(slices.Clone(rest[:i]), rest[i+1:]...)
		out = append(out, permuted(append(begun, x), others)...)
	}
	return out
}

// matchName is a variable as Trino keeps it.
func (r *recogniser) matchName(name string) []int {
	if l := r.union[name]; l != nil {
		return l
	}
	return r.union[strings.ToUpper(name)]
}
