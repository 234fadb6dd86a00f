package functions

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/json.html#cast-to-json and #cast-from-json

func toJSON(from *types.Type) func(r *Row) {
	if !jsonable(from) {
		return nil
	}
	return func(r *Row) {
		v, i := r.At(0)
		r.PutBytes(appendJSON(nil, from, v, i))
	}
}

func jsonable(t *types.Type) bool {
	switch t.Kind {
	case types.Map:
		k := t.Key()
		return (k.IsText() || k.IsNumber() || k.Kind == types.Boolean) && jsonable(t.Value())
	case types.Varbinary, types.HyperLogLog, types.TDigest, types.QDigest, types.SetDigest, types.Color, types.Geometry, types.SphericalGeography, types.BingTile, types.Function, types.IntervalDay, types.IntervalYear:
		return false
	}
	for _, f := range t.Fields {
		if !jsonable(f.Type) {
			return false
		}
	}
	return true
}

func appendJSON(dst []byte, t *types.Type, v *vector.Vector, i int) []byte {
	if v, i = v.At(i); v.IsNull(i) {
		return append(dst, "null"...)
	}
	switch t.Kind {
	case types.Boolean, types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Decimal:
		return types.AppendFormat(dst, t, v, i)
	case types.JSON:
		return append(dst, v.Text(i)...)
	case types.Real, types.Double:
		if f := v.Floats[i]; math.IsNaN(f) || math.IsInf(f, 0) {
			return jsontext.AppendText(dst, types.Format(t, v, i))
		}
		return types.AppendFormat(dst, t, v, i)
	case types.Array:
		from, to := v.Span(i)
		dst = append(dst, '[')
		for j := from; j < to; j++ {
			if j > from {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, t.Elem(), v.Elems[0], j)
		}
		return append(dst, ']')
	case types.Row: // as an object, by its members' names
		dst = append(dst, '{')
		for n, f := range t.Fields {
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsontext.AppendText(dst, f.Name), ':')
			dst = appendJSON(dst, f.Type, v.Elems[n], i)
		}
		return append(dst, '}')
	case types.Map: // in the order of keys
		from, to := v.Span(i)
		entries := make([]string, 0, to-from)
		for j := from; j < to; j++ {
			e := append(jsontext.AppendText(nil, types.Format(t.Key(), v.Elems[0], j)), ':')
			entries = append(entries, string(appendJSON(e, t.Value(), v.Elems[1], j)))
		}
		slices.Sort(entries)
		return append(append(append(dst, '{'), strings.Join(entries, ",")...), '}')
	}
	return jsontext.AppendText(dst, types.Format(t, v, i))
}

// fromJSON reads a JSON value into a type.
func fromJSON(to *types.Type) func(r *Row) {
	if !jsonable(to) {
		return nil
	}
	switch to.Kind {
	case types.Date, types.Time, types.Timestamp, types.TimestampZone, types.UUID, types.IPAddress, types.Char:
		return nil
	}
	return func(r *Row) {
		tree, err := jsontext.Whole(r.Bytes(0))
		if err == nil {
			if tree == nil {
				return
			}
			scratch := to.New()
			if putJSON(scratch, to, tree) {
				r.Put(scratch, 0)
				return
			}
		}
		r.Fail(errCast("Cannot cast to %s.\n%s", to, r.Text(0)))
	}
}

// putJSON appends a JSON value as a type's; false when it is none.
func putJSON(out *vector.Vector, t *types.Type, x any) bool {
	if t.Kind == types.JSON {
		out.AppendText(encodeJSON(nil, x))
		return true
	}
	if x == nil {
		out.AppendNull()
		return true
	}
	switch t.Kind {
	case types.Array:
		list, ok := x.([]any)
		for _, e := range list {
			ok = ok && putJSON(out.Elems[0], t.Elem(), e)
		}
		out.EndSpan()
		return ok
	case types.Map:
		o, ok := x.(*jsontext.Object)
		if !ok {
			return false
		}
		for i, k := range o.Keys {
			if !putJSON(out.Elems[0], t.Key(), k) || !putJSON(out.Elems[1], t.Value(), o.Values[i]) {
				return false
			}
		}
		out.EndSpan()
		return true
	case types.Row:
		return putJSONRow(out, t, x)
	}
	text, number := "", false
	switch x := x.(type) {
	case string:
		text = x
	case bool:
		text = strconv.FormatBool(x)
	case json.Number:
		text, number = x.String(), true
	default:
		return false
	}
	if number && t.IsInteger() { // 1.5 is rounded, as Trino does
		if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".eE") {
			n, ok := roundHalf(f)
			if !ok {
				return false
			}
			text = strconv.FormatInt(n, 10)
		}
	}
	if number && t.Kind == types.Boolean {
		f, _ := strconv.ParseFloat(text, 64)
		text = strconv.FormatBool(f != 0)
	}
	if b, ok := x.(bool); ok && t.IsNumber() {
		text = map[bool]string{true: "1", false: "0"}[b]
	}
	one := vector.New(vector.Bytes)
	one.AppendText([]byte(text))
	if t.Kind == types.Varchar {
		out.AppendText([]byte(text))
		return true
	}
	cast, err := Cast(types.Text, t, false)
	if err != nil {
		return false
	}
	v, err := cast.Kernel(&Context{}, 1, []Arg{{Vector: one}})
	if err == nil {
		out.Append(v, 0)
	}
	return err == nil
}

func putJSONRow(out *vector.Vector, t *types.Type, x any) bool {
	list, isList := x.([]any)
	o, isObject := x.(*jsontext.Object)
	if !isObject && (!isList || len(list) != len(t.Fields)) {
		return false
	}
	for i, f := range t.Fields {
		var member any
		if isList {
			member = list[i]
		} else if at := slices.IndexFunc(o.Keys, func(k string) bool { return strings.EqualFold(k, f.Name) }); at >= 0 {
			member = o.Values[at]
		}
		if !putJSON(out.Elems[i], f.Type, member) {
			return false
		}
	}
	out.Len++
	return true
}

// encodeJSON writes a tree as json_format does: no spaces, objects by the order of their keys.
func encodeJSON(dst []byte, x any) []byte { return jsontext.Append(dst, x, true) }
