package reference

import (
	"fmt"
	"math/big"
	"slices"

	"unyo/engine/sql/plan"
)

func (m *machine) aggregate(n *plan.Aggregate) (out []Row) {
	sets := n.Sets
	if sets == nil {
		sets = [][]int{nil}
		for i := range n.Keys {
			sets[0] = append(sets[0], i)
		}
	}
	in := m.rows(n.In)
	for s, set := range sets {
		groups, order := map[string][]Row{}, []string{}
		for _, r := range in {
			key := Row{}
			for _, k := range set {
				key = append(key, r[n.Keys[k]])
			}
			if _, ok := groups[Key(key)]; !ok {
				order = append(order, Key(key))
			}
			groups[Key(key)] = append(groups[Key(key)], r)
		}
		if len(set) == 0 && len(in) == 0 {
			order = []string{""}
		}
		for _, key := range order {
			rows := groups[key]
			row := make(Row, len(n.Keys))
			for _, k := range set {
				row[k] = rows[0][n.Keys[k]]
			}
			for _, a := range n.Aggs {
				row = append(row, fold(a, rows))
			}
			if n.Sets != nil {
				row = append(row, int64(s))
			}
			out = append(out, row)
		}
	}
	return out
}

// fold is an aggregate of some rows.
func fold(a plan.Agg, rows []Row) any {
	var values []any
	seen := map[string]bool{}
	for _, r := range rows {
		if a.Filter >= 0 && r[a.Filter] != true {
			continue
		}
		var x any = true // count(*)
		if len(a.Args) > 0 {
			x = r[a.Args[0]]
		}
		if x == nil || a.Distinct && seen[Key(Row{x})] {
			continue
		}
		seen[Key(Row{x})] = true
		values = append(values, x)
	}
	if a.F.Name == "count" {
		return int64(len(values))
	}
	if len(values) == 0 {
		return nil
	}
	switch a.F.Name {
	case "min":
		return slices.MinFunc(values, compare)
	case "max":
		return slices.MaxFunc(values, compare)
	case "sum", "avg":
		return total(values, a.F.Name == "avg")
	}
	panic("reference: no aggregate " + a.F.Name)
}

func total(values []any, mean bool) any {
	n := float64(len(values))
	switch values[0].(type) {
	case int64:
		s := int64(0)
		for _, x := range values {
			s += x.(int64)
		}
		if mean {
			return float64(s) / n
		}
		return s
	case float64:
		s := 0.0
		for _, x := range values {
			s += x.(float64)
		}
		if mean {
			s /= n
		}
		return s
	case *big.Int:
		s := new(big.Int)
		for _, x := range values {
			s.Add(s, x.(*big.Int))
		}
		if mean {
			return halfUp(s, big.NewInt(int64(len(values))))
		}
		return s
	}
	panic(fmt.Sprintf("reference: no sum of %T", values[0]))
}

// window knows the ranks, and aggregates over the whole partition or up to the row and its peers.
func (m *machine) window(n *plan.Window) []Row {
	rows := m.rows(n.In)
	out := make([]Row, len(rows))
	for i, r := range rows {
		var before, peers, all []Row
		for j, o := range rows {
			same := true
			for _, p := range n.Partition {
				same = same && Key(Row{r[p]}) == Key(Row{o[p]})
			}
			if !same {
				continue
			}
			all = append(all, o)
			switch c := order(n.Order, o, r); {
			case c < 0:
				before = append(before, o)
			case c == 0 && (j < i || len(n.Order) > 0):
				peers = append(peers, o)
			}
		}
		out[i] = slices.Clone(r)
		for _, f := range n.Funcs {
			switch f.Name {
			case "rank":
				out[i] = append(out[i], int64(len(before)+1))
			default:
				frame := append(before[:len(before):len(before)], peers...)
				if f.Frame.End == "UNBOUNDED FOLLOWING" || len(n.Order) == 0 {
					frame = all
				}
				out[i] = append(out[i], fold(plan.Agg{F: f.Agg, Args: f.Args, Filter: f.Filter}, frame))
			}
		}
	}
	return out
}
