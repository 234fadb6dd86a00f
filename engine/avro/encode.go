package avro

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// encode appends a value of a column.
type encode func(b []byte, v *vector.Vector, i int) ([]byte, error)

// encoder finds how a column's values are written as a schema has them.
func encoder(column string, s *Schema, t *columnar.Type, depth int) (encode, error) {
	mismatch := errors.Join(columnar.ErrUnsupported, fmt.Errorf("column %s of type %s cannot be written as Avro's %s", column, t, s.Kind))
	if depth > maxDepth {
		return nil, mismatch
	}
	switch {
	case s.Kind == "union":
		return encodeUnion(column, s, t, depth)
	case s.Kind == "record" && t.Kind == columnar.Struct:
		list, err := encodeFields(column, s, t.Fields, depth)
		return func(b []byte, v *vector.Vector, i int) (_ []byte, err error) {
			for _, f := range list {
				if b, err = f(b, v, i); err != nil {
					return b, err
				}
			}
			return b, nil
		}, err
	case s.Kind == "array" && t.Kind == columnar.Array:
		item, err := encoder(column, s.Items, t.Fields[0].Type, depth+1)
		return encodeMany(func(b []byte, v *vector.Vector, i int) ([]byte, error) { return item(b, v.Elems[0], i) }), err
	case s.Kind == "map" && t.Kind == columnar.Map:
		key, value := t.Fields[0].Type.Kind, t.Fields[1].Type
		if key != columnar.String && key != columnar.Varchar && key != columnar.Char {
			return nil, mismatch
		}
		item, err := encoder(column, s.Items, value, depth+1)
		return encodeMany(func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			if v.Elems[0].IsNull(i) {
				return b, fmt.Errorf("a map of column %s has no key", column)
			}
			return item(text8(b, v.Elems[0], i), v.Elems[1], i)
		}), err
	}
	f := encodePlain(s, t)
	if f == nil {
		return nil, mismatch
	}
	return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
		if v, i = v.At(i); v.IsNull(i) {
			return b, fmt.Errorf("column %s is null, which its schema has no room for", column)
		}
		return f(b, v, i)
	}, nil
}

// encodeUnion writes null, or the one other type that the column can be.
func encodeUnion(column string, s *Schema, t *columnar.Type, depth int) (encode, error) {
	null, some := -1, -1
	var f encode
	var last error
	for i, branch := range s.Branches {
		if branch.Kind == "null" {
			null = i
		} else if some < 0 {
			if f, last = encoder(column, branch, t, depth+1); last == nil {
				some = i
			}
		}
	}
	if some < 0 {
		return nil, errors.Join(columnar.ErrUnsupported, fmt.Errorf("column %s of type %s has no type in its union", column, t), last)
	}
	return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
		if v.IsNull(i) && null >= 0 {
			return binary.AppendVarint(b, int64(null)), nil
		}
		return f(binary.AppendVarint(b, int64(some)), v, i)
	}, nil
}

// encodeFields are the members of a record, from the vectors of a row's. One that the row has not is null.
func encodeFields(column string, s *Schema, fields []columnar.Field, depth int) (list []encode, err error) {
	used := 0
	for _, f := range s.Fields {
		at := slices.IndexFunc(fields, func(c columnar.Field) bool { return strings.EqualFold(f.Name, c.Name) })
		if at < 0 {
			null := slices.IndexFunc(f.Type.Branches, func(b *Schema) bool { return b.Kind == "null" })
			if null < 0 {
				return nil, errors.Join(columnar.ErrUnsupported, fmt.Errorf("the schema's field %s is no column, and cannot be null", f.Name))
			}
			list = append(list, func(b []byte, _ *vector.Vector, _ int) ([]byte, error) {
				return binary.AppendVarint(b, int64(null)), nil
			})
			continue
		}
		used++
		one, err := encoder(strings.TrimPrefix(column+"."+f.Name, "."), f.Type, fields[at].Type, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			v, i = v.At(i)
			return one(b, v.Elems[at], i)
		})
	}
	if used < len(fields) {
		return nil, errors.Join(columnar.ErrUnsupported, errors.New("the schema has not all columns"))
	}
	return list, nil
}

// encodeMany writes elements in one block.
func encodeMany(item encode) encode {
	return func(b []byte, v *vector.Vector, i int) (_ []byte, err error) {
		v, i = v.At(i)
		from, to := v.Span(i)
		if from < to {
			b = binary.AppendVarint(b, int64(to-from))
		}
		for ; from < to; from++ {
			if b, err = item(b, v, from); err != nil {
				return b, err
			}
		}
		return append(b, 0), nil
	}
}

func text8(b []byte, v *vector.Vector, i int) []byte {
	v, i = v.At(i)
	b = binary.AppendVarint(b, int64(len(v.Text(i))))
	return append(b, v.Text(i)...)
}

// encodePlain is how a value that holds no others is written; nil where it cannot be.
func encodePlain(s *Schema, t *columnar.Type) encode {
	whole := func(b []byte, v *vector.Vector, i int) ([]byte, error) { return binary.AppendVarint(b, v.Ints[i]), nil }
	switch t.Kind {
	case columnar.Boolean:
		if s.Kind == "boolean" {
			return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
				if v.Bools[i] {
					return append(b, 1), nil
				}
				return append(b, 0), nil
			}
		}
	case columnar.Tinyint, columnar.Smallint, columnar.Int:
		if s.Kind == "int" || s.Kind == "long" {
			return whole
		}
	case columnar.Bigint:
		if s.Kind == "long" {
			return whole
		}
	case columnar.Date:
		if s.Kind == "int" {
			return whole
		}
	case columnar.Float, columnar.Double:
		return encodeFloat(s, t)
	case columnar.String, columnar.Varchar, columnar.Char, columnar.Binary:
		return encodeText(s)
	case columnar.Decimal:
		if s.Logical == "decimal" && s.Scale == t.Scale && s.Precision >= t.Precision {
			return encodeDecimal(s)
		}
	case columnar.Timestamp:
		if unit := s.instant(); s.Kind == "long" && unit != 0 {
			return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
				n, err := ofMicros(v.Ints[i], unit)
				return binary.AppendVarint(b, n), err
			}
		}
	}
	return nil
}

// ofMicros is an instant in a schema's unit, of which so many nanoseconds are one.
func ofMicros(n, unit int64) (int64, error) {
	switch {
	case unit == 1e6:
		q := n / 1000
		if n%1000 < 0 {
			q--
		}
		return q, nil
	case unit == 1:
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			return 0, fmt.Errorf("an instant of %d microseconds has no room in nanoseconds", n)
		}
		return n * 1000, nil
	}
	return n, nil
}

func encodeFloat(s *Schema, t *columnar.Type) encode {
	switch {
	case s.Kind == "double":
		return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Floats[i])), nil
		}
	case s.Kind == "float" && t.Kind == columnar.Float:
		return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v.Floats[i]))), nil
		}
	}
	return nil
}

func encodeText(s *Schema) encode {
	switch s.Kind {
	case "string", "bytes":
		if s.Logical != "decimal" {
			return func(b []byte, v *vector.Vector, i int) ([]byte, error) { return text8(b, v, i), nil }
		}
	case "enum":
		return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			n := slices.Index(s.Symbols, string(v.Text(i)))
			if n < 0 {
				return b, fmt.Errorf("%.100q is no symbol of the enum %s", v.Text(i), s.Name)
			}
			return binary.AppendVarint(b, int64(n)), nil
		}
	case "fixed":
		return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
			if len(v.Text(i)) != s.Size {
				return b, fmt.Errorf("%d bytes are no %s of %d", len(v.Text(i)), s.Name, s.Size)
			}
			return append(b, v.Text(i)...), nil
		}
	}
	return nil
}

// encodeDecimal writes a number in two's complement, the highest byte first: as few as it takes, or so many.
func encodeDecimal(s *Schema) encode {
	if s.Kind != "bytes" && s.Kind != "fixed" {
		return nil
	}
	return func(b []byte, v *vector.Vector, i int) ([]byte, error) {
		var n [16]byte
		if v.Kind == vector.Wide {
			binary.BigEndian.PutUint64(n[:], uint64(v.Wides[i].Hi))
			binary.BigEndian.PutUint64(n[8:], v.Wides[i].Lo)
		} else {
			binary.BigEndian.PutUint64(n[:], uint64(v.Ints[i]>>63))
			binary.BigEndian.PutUint64(n[8:], uint64(v.Ints[i]))
		}
		sign := byte(int8(n[0]) >> 7)
		at := 0
		for at < 15 && n[at] == sign && n[at+1]>>7 == sign&1 {
			at++
		}
		if s.Kind == "bytes" {
			return append(binary.AppendVarint(b, int64(16-at)), n[at:]...), nil
		}
		if 16-at > s.Size {
			return b, fmt.Errorf("a decimal has no room in the %d bytes of %s", s.Size, s.Name)
		}
		for range s.Size - (16 - at) {
			b = append(b, sign)
		}
		return append(b, n[at:]...), nil
	}
}
