package jsonpath

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/base/regex"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Value is an SQL value, as parameters and arithmetic give them: the only one of its vector. Texts and booleans are string and bool instead.
type Value struct {
	T *types.Type
	V *vector.Vector
}

// Of is value i of a column as an item: nil for null.
func Of(t *types.Type, v *vector.Vector, i int) any {
	if v, i = v.At(i); v.IsNull(i) {
		return nil
	}
	switch t.Kind {
	case types.Boolean:
		return v.Bools[i]
	case types.Varchar, types.Char:
		return types.Format(t, v, i)
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint, types.Real, types.Double, types.Decimal, types.Date, types.Time, types.TimeZone, types.Timestamp, types.TimestampZone:
		one := t.New()
		one.Append(v, i)
		return Value{t, one}
	}
	return types.Format(t, v, i)
}

func whole(n int64) Value {
	t := types.Big
	if n == int64(int32(n)) {
		t = types.Int
	}
	v := t.New()
	v.AppendInt(n)
	return Value{t, v}
}

func double(f float64) Value {
	v := types.Float.New()
	v.AppendFloat(f)
	return Value{types.Float, v}
}

// number is a number as it is written: an integer as small as it can be, a decimal where it has no room in 64 bits, else a double. In a path, as
// in SQL, what has a point is a decimal too.
func number(s string, sql bool) (v Value, ok bool) {
	if strings.ContainsAny(s, "eE") || !sql && strings.Contains(s, ".") {
		f, err := strconv.ParseFloat(s, 64)
		return double(f), err == nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return whole(n), true
	}
	n, scale, ok := functions.ParseDecimal(s)
	if !ok || len(new(big.Int).Abs(n).String()) > 38 || scale > 38 {
		return v, false
	}
	t := types.DecimalOf(max(len(new(big.Int).Abs(n).String()), scale, 1), scale)
	one := t.New()
	if one.Kind == vector.Int {
		one.AppendInt(n.Int64())
	} else {
		w, _ := types.WideOfBig(n)
		one.AppendWide(w)
	}
	return Value{t, one}, true
}

// valueOf is an item as an SQL value, if it is a number, a date or a time.
func valueOf(x any) (v Value, ok bool) {
	switch x := x.(type) {
	case Value:
		return x, true
	case json.Number:
		return number(x.String(), false)
	}
	return v, false
}

// numberOf is an item as a number.
func numberOf(x any) (v Value, ok bool) {
	v, ok = valueOf(x)
	return v, ok && v.T.IsNumber()
}

// index is a number as an integer, cut off behind its point.
func (v Value) index() (int64, bool) {
	switch {
	case v.T.IsInteger():
		return v.V.Ints[0], true
	case v.V.Kind == vector.Float:
		f := v.V.Floats[0]
		return int64(f), f > -1e15 && f < 1e15
	}
	s, _, _ := strings.Cut(types.Format(v.T, v.V, 0), ".")
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// tree is an item as JSON; false when it is a value for which JSON has nothing.
func tree(x any) (any, bool) {
	switch x := x.(type) {
	case Value:
		if !x.T.IsNumber() {
			return nil, false
		}
		s := types.Format(x.T, x.V, 0)
		return json.Number(s), json.Valid([]byte(s))
	case json.Number: // as a double writes it
		v, ok := number(x.String(), false)
		if !ok {
			return nil, false
		}
		return json.Number(types.Format(v.T, v.V, 0)), true
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			var ok bool
			if out[i], ok = tree(e); !ok {
				return nil, false
			}
		}
		return out, true
	case *jsontext.Object:
		out := &jsontext.Object{Keys: x.Keys, Values: make([]any, len(x.Values))}
		for i, e := range x.Values {
			var ok bool
			if out.Values[i], ok = tree(e); !ok {
				return nil, false
			}
		}
		return out, true
	}
	return x, true
}

// kindOf is what an item is, in Trino's words.
func kindOf(x any) string {
	switch x := x.(type) {
	case nil:
		return "NULL"
	case bool:
		return "BOOLEAN"
	case string:
		return "STRING"
	case json.Number:
		return "NUMBER"
	case []any:
		return "ARRAY"
	case *jsontext.Object:
		return "OBJECT"
	case Value:
		return x.T.String()
	}
	return "?"
}

// typeOf is what .type() tells.
func typeOf(x any) string {
	v, ok := x.(Value)
	if !ok {
		return strings.ToLower(kindOf(x))
	}
	switch v.T.Kind {
	case types.Date:
		return "date"
	case types.Time:
		return "time without time zone"
	case types.TimeZone:
		return "time with time zone"
	case types.Timestamp:
		return "timestamp without time zone"
	case types.TimestampZone:
		return "timestamp with time zone"
	}
	return "number"
}

// mostSteps bounds a match.
const mostSteps = 1 << 31

// compile reads what like_regex looks for.
func compile(text, flags string) (*regex.Regexp, error) {
	prefix := ""
	for _, f := range flags {
		switch f {
		case 'i', 'm', 's':
			prefix += string(f)
		case 'q':
			text = regexp.QuoteMeta(text)
		default:
			return nil, fmt.Errorf("the flag '%c' of like_regex is not supported", f)
		}
	}
	if prefix != "" {
		text = "(?" + prefix + ")" + text
	}
	re, err := regex.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("invalid like_regex pattern: %v", err)
	}
	return re, nil
}
