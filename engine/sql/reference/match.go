package reference

import (
	"slices"

	"unyo/engine/sql/plan"
)

// match is rows with the labels they have got, within a partition.
type match struct {
	m      *machine
	n      *plan.Match
	rows   []Row
	start  int
	labels []int
	hidden []bool // by row of the match, whether it is excluded
	number int64
}

// recognise looks for a pattern by calling itself: whatever a part of the pattern matches, the rest is tried behind it.
func (m *machine) recognise(n *plan.Match) (out []Row) {
	all := m.rows(n.In)
	var keys []plan.Key
	for _, p := range n.Partition {
		keys = append(keys, plan.Key{Column: p})
	}
	both := append(slices.Clone(keys), n.Order...)
	slices.SortStableFunc(all, func(a, b Row) int { return order(both, a, b) })
	for len(all) > 0 {
		to := 1
		for to < len(all) && order(keys, all[0], all[to]) == 0 {
			to++
		}
		out = append(out, (&match{m: m, n: n, rows: all[:to]}).all()...)
		all = all[to:]
	}
	return out
}

func (r *match) all() (out []Row) {
	covered := 0
	for at := 0; at < len(r.rows); {
		r.start, r.labels, r.hidden = at, nil, nil
		r.number++
		if !r.try([]*plan.Pattern{r.n.Pattern}, false, func() bool { return true }) {
			r.number--
			if r.n.Unmatched && at >= covered {
				out = append(out, r.row(at, -1, true))
			}
			at++
			continue
		}
		n := len(r.labels)
		switch {
		case n == 0 && !(r.n.All && r.n.Omit):
			out = append(out, r.row(at, -1, false))
		case n > 0 && !r.n.All:
			out = append(out, r.row(at, n-1, false))
		default:
			for i := range n {
				if !r.hidden[i] {
					out = append(out, r.row(at+i, i, false))
				}
			}
		}
		covered = max(covered, at+n)
		at += r.skip(n)
	}
	return out
}

func (r *match) skip(n int) int {
	switch {
	case n == 0 || r.n.Skip.To == "NEXT ROW":
		return 1
	case r.n.Skip.To == "PAST LAST ROW":
		return n
	}
	found := -1
	for i, l := range r.labels {
		if slices.Contains(r.n.Skip.Labels, l) && (found < 0 || r.n.Skip.To == "LAST") {
			found = i
		}
	}
	if found <= 0 {
		panic(problem{"AFTER MATCH SKIP failed"})
	}
	return found
}

// try matches patterns one after another, and then what else there is to match.
func (r *match) try(list []*plan.Pattern, hidden bool, then func() bool) bool {
	if len(list) == 0 {
		return then()
	}
	p := list[0]
	rest := func() bool { return r.try(list[1:], hidden, then) }
	switch p.Op {
	case "LABEL":
		n := len(r.labels)
		if r.start+n == len(r.rows) {
			return false
		}
		r.labels, r.hidden = append(r.labels, p.Label), append(r.hidden, hidden)
		if d := r.n.Defines[p.Label]; (d == nil || r.see(*d, n) == true) && rest() {
			return true
		}
		r.labels, r.hidden = r.labels[:n], r.hidden[:n]
		return false
	case "SEQUENCE":
		return r.try(p.Sub, hidden, rest)
	case "EXCLUDE":
		return r.try(p.Sub, true, rest)
	case "ANY":
		for _, s := range p.Sub {
			if r.try([]*plan.Pattern{s}, hidden, rest) {
				return true
			}
		}
		return false
	case "^":
		return r.start+len(r.labels) == 0 && rest()
	case "$":
		return r.start+len(r.labels) == len(r.rows) && rest()
	}
	return r.repeat(p, 0, hidden, rest)
}

// repeat is p once more or no more; where there is no bound, nothing is not repeated.
func (r *match) repeat(p *plan.Pattern, times int, hidden bool, rest func() bool) bool {
	more := func() bool {
		n := len(r.labels)
		return r.try(p.Sub, hidden, func() bool {
			if p.Max < 0 && times >= p.Min && len(r.labels) == n {
				return false
			}
			return r.repeat(p, times+1, hidden, rest)
		})
	}
	switch {
	case times < p.Min:
		return more()
	case times == p.Max:
		return rest()
	case p.Lazy:
		return rest() || more()
	}
	return more() || rest()
}

// row is what is given of a row.
func (r *match) row(at, i int, blank bool) (out Row) {
	for _, c := range r.n.Before {
		out = append(out, r.rows[at][c])
	}
	for _, s := range r.n.Measures {
		if blank {
			out = append(out, nil)
		} else {
			out = append(out, r.see(s, i))
		}
	}
	for _, c := range r.n.After {
		out = append(out, r.rows[at][c])
	}
	return out
}

// see is an expression as it is seen from the match's row i.
func (r *match) see(s plan.Sight, i int) any {
	var values Row
	for _, l := range s.Looks {
		values = append(values, r.look(l, i))
	}
	return r.m.eval(s.X, values)
}

func (r *match) look(l plan.Look, i int) any {
	if l.Final {
		i = len(r.labels) - 1
	}
	var seen []int
	for k := 0; k <= i; k++ {
		if l.Labels == nil || slices.Contains(l.Labels, r.labels[k]) {
			seen = append(seen, k)
		}
	}
	name := func(k int) any { return r.n.Labels[r.labels[k]] }
	switch l.Kind {
	case "NUMBER":
		return r.number
	case "AGGREGATE":
		var rows []Row
		var args []int
		for _, k := range seen {
			in := append(slices.Clone(r.rows[r.start+k]), name(k), r.number)
			rows = append(rows, r.m.row(l.Args, in))
		}
		for k := range l.Args {
			args = append(args, k)
		}
		return fold(plan.Agg{F: l.Agg, Args: args, Filter: -1}, rows)
	}
	at := l.Offset
	if !l.First {
		at = len(seen) - 1 - l.Offset
	}
	if at < 0 || at >= len(seen) {
		return nil
	}
	k := seen[at] + l.Shift
	switch {
	case l.Kind == "CLASSIFIER" && k >= 0 && k < len(r.labels):
		return name(k)
	case l.Kind == "COLUMN" && r.start+k >= 0 && r.start+k < len(r.rows):
		return r.rows[r.start+k][l.Column]
	}
	return nil
}
