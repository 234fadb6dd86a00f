package avro

import (
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/columnar"
	"unyo/engine/vector"
)

var errDefault = errors.New("it is none of its type")

// put appends a default, as a schema writes it in JSON, to a column.
func put(v *vector.Vector, t *columnar.Type, s *Schema, x any) error {
	if s.Kind == "union" {
		some := s.some()
		if x == nil || len(some) == 0 {
			v.AppendNull()
			return nil
		}
		s = some[0]
	}
	switch x := x.(type) {
	case nil:
		v.AppendNull()
		return nil
	case bool:
		if t.Kind == columnar.Boolean {
			v.AppendBool(x)
			return nil
		}
	case json.Number:
		return putNumber(v, t, s, x.String())
	case string:
		return putText(v, t, s, x)
	case []any:
		if t.Kind != columnar.Array || s.Kind != "array" {
			return errDefault
		}
		for _, e := range x {
			if err := put(v.Elems[0], t.Fields[0].Type, s.Items, e); err != nil {
				return err
			}
		}
		v.EndSpan()
		return nil
	case *jsontext.Object:
		return putObject(v, t, s, x)
	}
	return errDefault
}

func putNumber(v *vector.Vector, t *columnar.Type, s *Schema, text string) error {
	switch t.Kind {
	case columnar.Float, columnar.Double:
		f, err := strconv.ParseFloat(text, 64)
		if t.Kind == columnar.Float {
			f = float64(float32(f))
		}
		v.AppendFloat(f)
		return err
	case columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint, columnar.Date, columnar.Timestamp:
		n, err := strconv.ParseInt(text, 10, 64)
		if unit := s.instant(); err == nil && t.Kind == columnar.Timestamp && unit != 0 {
			n = micros(min(max(n, -1<<50), 1<<50), unit)
		}
		v.AppendInt(n)
		return err
	}
	return errDefault
}

// putText puts a text. Bytes are written as characters, each of which is one.
func putText(v *vector.Vector, t *columnar.Type, s *Schema, x string) error {
	if s.Kind != "bytes" && s.Kind != "fixed" {
		if t.Kind != columnar.String && t.Kind != columnar.Varchar && t.Kind != columnar.Char {
			return errDefault
		}
		v.AppendText([]byte(x))
		return nil
	}
	var b []byte
	for _, r := range x {
		if r > 255 {
			return errDefault
		}
		b = append(b, byte(r))
	}
	if t.Kind != columnar.Decimal {
		v.AppendText(b)
		return nil
	}
	if len(b) > 64 || t.Scale != s.Scale {
		return errDefault
	}
	n := complement(b)
	if n.CmpAbs(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)) >= 0 {
		return errDefault
	}
	if v.Kind == vector.Wide {
		v.AppendWide(columnar.WideOf(n))
	} else {
		v.AppendInt(n.Int64())
	}
	return nil
}

func putObject(v *vector.Vector, t *columnar.Type, s *Schema, o *jsontext.Object) error {
	switch {
	case t.Kind == columnar.Map && s.Kind == "map":
		for i, k := range o.Keys {
			v.Elems[0].AppendText([]byte(k))
			if err := put(v.Elems[1], t.Fields[1].Type, s.Items, o.Values[i]); err != nil {
				return err
			}
		}
		v.EndSpan()
		return nil
	case t.Kind == columnar.Struct && s.Kind == "record":
		for i, m := range t.Fields {
			var field *Field
			for j := range s.Fields {
				if strings.EqualFold(s.Fields[j].Name, m.Name) {
					field = &s.Fields[j]
				}
			}
			if field == nil {
				v.Elems[i].AppendNull()
				continue
			}
			x, ok := member(o, field.Name)
			if !ok {
				x = field.Default
			}
			if err := put(v.Elems[i], m.Type, field.Type, x); err != nil {
				return err
			}
		}
		v.Len++
		return nil
	}
	return errDefault
}
