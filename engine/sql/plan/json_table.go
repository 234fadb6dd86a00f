package plan

import (
	"fmt"

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
	table.Root = at.jsonColumns(t, t.Path, t.Columns, d, table.Args[1:], row)
	call := &expr.Call{F: table.Bind(fmt.Sprintf("json_table[%d:%d]", t.Line, t.Column), row, d.types), Args: d.args}
	return unnested(at, left, &Unnest{Lists: []expr.Expr{call}})
}

// jsonColumns is the columns of a path, and those of the paths within.
func (b *block) jsonColumns(t *syntax.JSONTable, path *syntax.Text, list []syntax.JSONColumn, d *jsonDefaults, passed []jsonpath.Arg, row *types.Type) *jsonpath.Columns {
	out := &jsonpath.Columns{Path: b.p.jsonPath(path, passed)}
	for _, c := range list {
		if c.Nested != nil {
			out.Nested = append(out.Nested, b.jsonColumns(t, c.Path, c.Nested, d, passed, row))
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
	return out
}
