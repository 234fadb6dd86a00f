package plan

import (
	"fmt"
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/jsonpath"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// jsonTable plans JSON_TABLE: an array of rows is computed over what stands before it, and its elements are laid out.
// https://trino.io/docs/current/functions/json.html#json-table
func (b *block) jsonTable(t *syntax.JSONTable, left *relation) relation {
	if left == nil {
		left = &relation{node: &Values{Rows: [][]expr.Expr{{}}}}
	}
	at := b.at(*left)
	table := &jsonpath.Table{Strict: t.Strict}
	d := &jsonDefaults{b: at}
	for i, s := range append([]syntax.JSONArg{t.Input}, t.Passing...) {
		x, arg := at.jsonArg(s, i == 0)
		d.args, table.Args = append(d.args, x), append(table.Args, arg)
	}
	row := &types.Type{Kind: types.Row}
	table.Root = at.jsonColumns(t, t.Path, t.Columns, d, table.Args[1:], row, at.jsonRoot(t))
	call := &expr.Call{F: table.Bind(fmt.Sprintf("json_table[%d:%d]", t.Line, t.Column), row, d.types), Args: d.args}
	return unnested(at, left, &Unnest{Lists: []expr.Expr{call}})
}

// jsonColumns is the columns of a path, and those of the paths within.
func (b *block) jsonColumns(t *syntax.JSONTable, path *syntax.Text, list []syntax.JSONColumn, d *jsonDefaults, passed []jsonpath.Arg, row *types.Type, plan *syntax.JSONPlan) *jsonpath.Columns {
	out := &jsonpath.Columns{Path: b.p.jsonPath(path, passed)}
	within := &jsonWithin{}
	for _, c := range list {
		if c.Nested != nil {
			inner := plan
			if !plan.Default {
				inner = within.plan(plan, c)
			}
			within.add(c.As, b.jsonColumns(t, c.Path, c.Nested, d, passed, row, inner))
			continue
		}
		for _, f := range row.Fields {
			if f.Name == c.Name {
				fail(c.Pos, fault.DuplicateColumn, "Column name '%s' specified more than once", c.Name)
			}
		}
		at := len(row.Fields)
		if c.Type == nil {
			row.Fields = append(row.Fields, types.Field{Name: c.Name, Type: types.Big})
			out.Ordinals = append(out.Ordinals, at)
			continue
		}
		row.Fields = append(row.Fields, types.Field{Name: c.Name, Type: c.Type})
		a := &jsonpath.Ask{Kind: "VALUE", Path: b.p.jsonPath(c.Path, passed), Returning: c.Type, Wrapper: c.Wrapper, OmitQuotes: c.Omit}
		if c.Format {
			a.Kind = "QUERY"
			b.jsonReturning(c.Pos, syntax.JSONOutput{Type: c.Type}, "JSON_TABLE")
		} else if len(c.Type.Fields) > 0 {
			fail(c.Pos, fault.TypeMismatch, "Invalid return type of function JSON_VALUE: %s", c.Type)
		}
		if c.OnError.Kind == "" && t.Strict {
			c.OnError.Kind = "ERROR"
		}
		a.OnEmpty, a.OnError = d.behaviour(c.OnEmpty, c.Type), d.behaviour(c.OnError, c.Type)
		out.Asks = append(out.Asks, jsonpath.ColumnAsk{At: at, Ask: a})
	}
	if len(within.paths) > 0 {
		out.Within, out.Inner = within.joined(plan), plan.Inner
	} else if len(plan.Of) > 0 {
		fail(plan.Pos, "INVALID_PLAN", "JSON_TABLE plan should contain all JSON paths available at each level of nesting, and no others")
	}
	return out
}

// jsonRoot is the plan of the root's path.
func (b *block) jsonRoot(t *syntax.JSONTable) *syntax.JSONPlan {
	switch {
	case t.Plan == nil:
		return &syntax.JSONPlan{Default: true}
	case t.Plan.Default:
		return t.Plan
	case t.Name == "":
		fail(t.Path.Pos, "MISSING_PATH_NAME", "All JSON paths must be named when specific plan is given")
	case t.Plan.Path != t.Name:
		fail(t.Plan.Pos, "INVALID_PLAN", "JSON_TABLE plan should be either a single root path or a path with children, beginning with the root path")
	}
	return t.Plan
}

// jsonWithin is the paths within a path.
type jsonWithin struct {
	names []string
	paths []*jsonpath.Columns
}

func (w *jsonWithin) add(name string, c *jsonpath.Columns) {
	w.names, w.paths = append(w.names, name), append(w.paths, c)
}

// plan is what a specific plan says of a path within.
func (w *jsonWithin) plan(around *syntax.JSONPlan, c syntax.JSONColumn) *syntax.JSONPlan {
	if c.As == "" {
		fail(c.Pos, "MISSING_PATH_NAME", "All JSON paths must be named when specific plan is given")
	}
	var find func(list []*syntax.JSONPlan) *syntax.JSONPlan
	find = func(list []*syntax.JSONPlan) *syntax.JSONPlan {
		for _, p := range list {
			if p.Path == c.As {
				return p
			}
			if p.Path == "" {
				if found := find(p.Of); found != nil {
					return found
				}
			}
		}
		return nil
	}
	p := find(around.Of)
	if p == nil || slices.Contains(w.names, c.As) {
		fail(c.Pos, "INVALID_PLAN", "JSON_TABLE plan should contain all JSON paths available at each level of nesting. Paths not included: %s", c.As)
	}
	return p
}

// joined is the paths as a plan joins them.
func (w *jsonWithin) joined(plan *syntax.JSONPlan) *jsonpath.Within {
	if plan.Default {
		out := &jsonpath.Within{Cross: plan.Cross}
		for _, c := range w.paths {
			out.Of = append(out.Of, &jsonpath.Within{Columns: c})
		}
		return out
	}
	used := 0
	var join func(p *syntax.JSONPlan) *jsonpath.Within
	join = func(p *syntax.JSONPlan) *jsonpath.Within {
		if p.Path != "" {
			i := slices.Index(w.names, p.Path)
			if used++; i < 0 || used > len(w.names) {
				fail(p.Pos, "INVALID_PLAN", "JSON_TABLE plan contains a path that is not there, or twice: %s", p.Path)
			}
			return &jsonpath.Within{Columns: w.paths[i]}
		}
		out := &jsonpath.Within{Cross: p.Cross}
		for _, o := range p.Of {
			out.Of = append(out.Of, join(o))
		}
		return out
	}
	return join(plan.Of[0])
}
