package functions

import (
	"encoding/json"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/json.html
func init() {
	p := page("json")
	p.rows("json_parse(varchar) json", func(r *Row) {
		tree, err := jsontext.Whole(r.Bytes(0))
		if err != nil {
			r.Invalid("Cannot convert value to JSON: '%s'", r.Text(0))
			return
		}
		r.PutBytes(encodeJSON(nil, tree))
	})
	p.rows("json_format(json) varchar", func(r *Row) { r.PutBytes(r.Bytes(0)) })
	p.rows("is_json_scalar(json) boolean", scalarJSON)
	p.rows("is_json_scalar(varchar) boolean", scalarJSON)
	for _, in := range []string{"json", "varchar"} {
		at := func(text string, f func(r *Row, found any)) {
			p.kernel(text, func(args []*types.Type, result *types.Type) Kernel {
				return remembering(args, result, jsonPaths, func(r *Row, path func(r *Row, i int) []string) {
					steps := path(r, 1)
					if r.err != nil {
						return
					}
					tree, err := jsontext.Whole(r.Bytes(0))
					if err != nil {
						return // what is no JSON has nothing in it
					}
					if found, ok := follow(tree, steps); ok {
						f(r, found)
					}
				})
			})
		}
		at("json_extract("+in+",varchar) json", func(r *Row, x any) { r.PutBytes(encodeJSON(nil, x)) })
		at("json_extract_scalar("+in+",varchar) varchar", putScalar)
		at("json_size("+in+",varchar) bigint", func(r *Row, x any) {
			switch x := x.(type) {
			case []any:
				r.PutInt(int64(len(x)))
			case *jsontext.Object:
				r.PutInt(int64(len(x.Keys)))
			default:
				r.PutInt(0)
			}
		})
		p.rows("json_array_length("+in+") bigint", func(r *Row) {
			if list, ok := jsonList(r); ok {
				r.PutInt(int64(len(list)))
			}
		})
		p.rows("json_array_get("+in+",bigint) json", func(r *Row) {
			list, ok := jsonList(r)
			n := r.Int(1)
			if n < 0 {
				n += int64(len(list))
			}
			if ok && n >= 0 && n < int64(len(list)) {
				r.PutBytes(encodeJSON(nil, list[n]))
			}
		})
		for _, t := range []string{"boolean", "bigint", "double", "varchar"} {
			p.rows("json_array_contains("+in+","+t+") boolean", func(r *Row) {
				list, ok := jsonList(r)
				if !ok {
					return
				}
				for _, x := range list {
					if jsonEquals(r, x, t) {
						r.PutBool(true)
						return
					}
				}
				r.PutBool(false)
			})
		}
	}
}

func scalarJSON(r *Row) {
	tree, err := jsontext.Whole(r.Bytes(0))
	if err != nil {
		r.Invalid("Invalid JSON value: %s", r.Text(0))
		return
	}
	switch tree.(type) {
	case []any, *jsontext.Object:
		r.PutBool(false)
	default:
		r.PutBool(true)
	}
}

func jsonList(r *Row) ([]any, bool) {
	tree, err := jsontext.Whole(r.Bytes(0))
	if err != nil {
		return nil, false
	}
	list, ok := tree.([]any)
	return list, ok
}

func jsonEquals(r *Row, x any, t string) bool {
	switch x := x.(type) {
	case bool:
		return t == "boolean" && r.Bool(1) == x
	case string:
		return t == "varchar" && r.Text(1) == x
	case json.Number:
		if t == "bigint" {
			n, err := strconv.ParseInt(x.String(), 10, 64)
			return err == nil && n == r.Int(1)
		}
		f, err := x.Float64()
		return t == "double" && err == nil && f == r.Float(1)
	}
	return false
}

func putScalar(r *Row, x any) {
	switch x := x.(type) {
	case string:
		r.PutText(x)
	case bool:
		r.PutText(strconv.FormatBool(x))
	case json.Number:
		r.PutText(x.String())
	}
}

// jsonPaths remembers the path that was last met.
func jsonPaths() func(r *Row, i int) []string {
	last, steps := "", []string(nil)
	return func(r *Row, i int) []string {
		if s := r.Text(i); s != last {
			var ok bool
			if steps, ok = parsePath(s); !ok {
				r.Invalid("Invalid JSON path: '%s'", s)
				return nil
			}
			last = s
		}
		return steps
	}
}

// parsePath reads $.store.book[0]["title"].
func parsePath(s string) (steps []string, ok bool) {
	if !strings.HasPrefix(s, "$") {
		s = "$." + s // what Trino accepts too
	}
	for s = s[1:]; s != ""; {
		switch {
		case s[0] == '.':
			n := strings.IndexAny(s[1:], ".[")
			if n < 0 {
				n = len(s) - 1
			}
			if n == 0 || strings.ContainsAny(s[1:1+n], "*?@()") {
				return nil, false
			}
			steps, s = append(steps, s[1:1+n]), s[1+n:]
		case strings.HasPrefix(s, `["`):
			end := strings.Index(s[2:], `"]`)
			if end < 0 {
				return nil, false
			}
			steps, s = append(steps, strings.ReplaceAll(s[2:2+end], `\"`, `"`)), s[end+4:]
		case s[0] == '[':
			end := strings.IndexByte(s, ']')
			if end < 2 {
				return nil, false
			}
			step := strings.Trim(s[1:end], "'")
			if step == "*" {
				return nil, false
			}
			steps, s = append(steps, step), s[end+1:]
		default:
			return nil, false
		}
	}
	return steps, true
}

func follow(x any, steps []string) (any, bool) {
	for _, step := range steps {
		switch v := x.(type) {
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(v) {
				return nil, false
			}
			x = v[n]
		case *jsontext.Object:
			found := false
			for i, k := range v.Keys {
				if k == step {
					x, found = v.Values[i], true
					break
				}
			}
			if !found {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return x, true
}
