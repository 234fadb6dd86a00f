package plan

import (
	"fmt"
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/types"
)

// Explain writes a plan as a tree.
func Explain(n Node) string { return ExplainWith(n, nil) }

// ExplainWith writes a plan as a tree, with what is to be said of each node on a line below it.
func ExplainWith(n Node, say func(n Node) string) string {
	var b strings.Builder
	explain(&b, n, say, "")
	return b.String()
}

func explain(b *strings.Builder, n Node, say func(n Node) string, indent string) {
	fmt.Fprintf(b, "%s- %s\n", indent, line(n))
	indent += "    "
	if say != nil {
		fmt.Fprintf(b, "%s%s\n", indent, say(n))
	}
	for _, in := range Inputs(n) {
		explain(b, in, say, indent)
	}
}

// Inputs are the nodes that a node reads.
func Inputs(n Node) []Node {
	switch n := n.(type) {
	case *Filter:
		return []Node{n.In}
	case *Project:
		return []Node{n.In}
	case *Aggregate:
		return []Node{n.In}
	case *Window:
		return []Node{n.In}
	case *Match:
		return []Node{n.In}
	case *Join:
		return []Node{n.L, n.R}
	case *Sort:
		return []Node{n.In}
	case *Limit:
		return []Node{n.In}
	case *Union:
		return n.Ins
	case *SetOp:
		return []Node{n.L, n.R}
	case *Unnest:
		return []Node{n.In}
	case *Apply:
		return []Node{n.In, n.Sub}
	case *Lateral:
		return []Node{n.In, n.Sub}
	case *Sample:
		return []Node{n.In}
	case *Recurse:
		return []Node{n.Base, n.Step}
	}
	return nil
}

func line(n Node) string {
	switch n := n.(type) {
	case *Read:
		return "TableScan[" + n.Name + "] " + columnList(n.Schema()) + n.domains()
	case *Values:
		return fmt.Sprintf("Values %s %d rows", columnList(n.Cols), len(n.Rows))
	case *Filter:
		return "Filter[" + exprList(n.Conds, " AND ") + "]"
	case *Project:
		return "Project[" + exprList(n.Exprs, ", ") + "]"
	case *Aggregate:
		in, list := n.In.Schema(), []string{}
		for _, k := range n.Keys {
			list = append(list, in[k].Name)
		}
		for _, a := range n.Aggs {
			list = append(list, a.F.Name+places(a.Args))
		}
		return "Aggregate[" + strings.Join(list, ", ") + "]"
	case *Window:
		list := []string{}
		for _, f := range n.Funcs {
			list = append(list, f.Name+places(f.Args))
		}
		return fmt.Sprintf("Window[partition by %s order by %s: %s]", places(n.Partition), keyList(n.Order), strings.Join(list, ", "))
	case *Match:
		return fmt.Sprintf("PatternRecognition[partition by %s order by %s: %s]", places(n.Partition), keyList(n.Order), strings.Join(n.Labels, ", "))
	case *Join:
		on := []string{}
		for i := range n.LKeys {
			on = append(on, expr.String(n.LKeys[i])+" = "+expr.String(n.RKeys[i]))
		}
		if len(n.Conds) > 0 {
			on = append(on, exprList(n.Conds, " AND "))
		}
		return n.Kind + "Join[" + strings.Join(on, " AND ") + "]"
	case *Sort:
		if n.Limit >= 0 {
			return fmt.Sprintf("TopN[%d by %s]", n.Limit, keyList(n.Keys))
		}
		return "Sort[" + keyList(n.Keys) + "]"
	case *Limit:
		return fmt.Sprintf("Limit[%d offset %d]", n.N, n.Offset)
	case *Recurse:
		return fmt.Sprintf("Recurse[%d steps] %s", n.Depth, columnList(n.Schema()))
	case *Apply:
		return fmt.Sprintf("Subquery[%s of %d columns]", n.Kind, len(n.Slots))
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan.")
}

func columnList(cols []Col) string {
	list := make([]string, len(cols))
	for i, c := range cols {
		list[i] = c.Name + " " + c.T.String()
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func exprList(list []expr.Expr, sep string) string {
	s := make([]string, len(list))
	for i, e := range list {
		s[i] = expr.String(e)
	}
	return strings.Join(s, sep)
}

func places(list []int) string {
	s := make([]string, len(list))
	for i, c := range list {
		s[i] = fmt.Sprintf("#%d", c)
	}
	return "(" + strings.Join(s, ", ") + ")"
}

func keyList(keys []Key) string {
	s := make([]string, len(keys))
	for i, k := range keys {
		s[i] = fmt.Sprintf("#%d", k.Column)
		if k.Desc {
			s[i] += " DESC"
		}
	}
	return strings.Join(s, ", ")
}

// domains tells what a scan leaves out.
func (n *Read) domains() string {
	var list []string
	for c, d := range n.Domains {
		s := n.Table.Columns[c].Name + " in "
		if d.Values != nil {
			v := []string{}
			for i := range d.Values.Len {
				v = append(v, types.Format(d.Type, d.Values, i))
			}
			s += "{" + strings.Join(v, ", ") + "}"
		} else {
			open, from, to, shut := "(", "-∞", "∞", ")"
			if d.Low != nil {
				from = types.Format(d.Type, d.Low, 0)
				if !d.LowOpen {
					open = "["
				}
			}
			if d.High != nil {
				to = types.Format(d.Type, d.High, 0)
				if !d.HighOpen {
					shut = "]"
				}
			}
			s += open + from + ", " + to + shut
		}
		list = append(list, s)
	}
	if list == nil {
		return ""
	}
	slices.Sort(list)
	return " where " + strings.Join(list, ", ")
}
