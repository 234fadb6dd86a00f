package serde

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// createLazy writes LazySimple's text, as lazy reads it.
func createLazy(t *Table, w io.Writer, compression string) (Writer, error) {
	l, err := t.lazy(nil)
	if err != nil {
		return nil, err
	}
	out, err := pack(w, compression)
	if err != nil {
		return nil, err
	}
	return &textWriter{t: t, out: out, line: func(b []byte, batch *vector.Batch, row int) []byte {
		for i, f := range t.Columns {
			if i > 0 {
				b = append(b, l.delims[0])
			}
			b = l.write(b, f.Type, batch.Columns[i], row, 1)
		}
		return b
	}}, nil
}

// write appends a value, whose parts are between the delimiters of depth.
func (l *lazy) write(b []byte, t *columnar.Type, v *vector.Vector, i, depth int) []byte {
	if v.IsNull(i) {
		return append(b, l.null...)
	}
	v, i = v.At(i)
	switch t.Kind {
	case columnar.Array, columnar.Map:
		from, to := v.Span(i)
		for at := from; at < to; at++ {
			if at > from {
				b = append(b, l.delims[min(depth, 8)])
			}
			if t.Kind == columnar.Array {
				b = l.write(b, t.Fields[0].Type, v.Elems[0], at, depth+1)
				continue
			}
			b = append(l.write(b, t.Fields[0].Type, v.Elems[0], at, depth+2), l.delims[min(depth+1, 8)])
			b = l.write(b, t.Fields[1].Type, v.Elems[1], at, depth+2)
		}
		return b
	case columnar.Struct:
		for n, f := range t.Fields {
			if n > 0 {
				b = append(b, l.delims[min(depth, 8)])
			}
			b = l.write(b, f.Type, v.Elems[n], i, depth+1)
		}
		return b
	case columnar.Binary:
		return base64.StdEncoding.AppendEncode(b, v.Text(i))
	}
	return l.escapeText(b, appendPlain(nil, t, v, i))
}

// escapeText appends a text with escapes before what would end it, if the table has an escape.
func (l *lazy) escapeText(b, text []byte) []byte {
	if !l.escaped {
		return append(b, text...)
	}
	for _, c := range text {
		switch {
		case c == '\n':
			b = append(b, l.escape, 'n')
			continue
		case c == '\r':
			b = append(b, l.escape, 'r')
			continue
		case c == l.escape || bytes.IndexByte(l.delims[:], c) >= 0:
			b = append(b, l.escape)
		}
		b = append(b, c)
	}
	return b
}

// appendPlain appends the text of a plain value that is not null; v is flat.
func appendPlain(b []byte, t *columnar.Type, v *vector.Vector, i int) []byte {
	switch t.Kind {
	case columnar.Boolean:
		return strconv.AppendBool(b, v.Bools[i])
	case columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint:
		return strconv.AppendInt(b, v.Ints[i], 10)
	case columnar.Float:
		return appendJavaFloat(b, v.Floats[i], 32)
	case columnar.Double:
		return appendJavaFloat(b, v.Floats[i], 64)
	case columnar.Decimal:
		n := big.NewInt(0)
		if v.Kind == vector.Wide {
			n = columnar.BigOf(v.Wides[i])
		} else {
			n.SetInt64(v.Ints[i])
		}
		return append(b, columnar.FormatDecimal(n, t.Scale)...)
	case columnar.Date:
		return time.Unix(v.Ints[i]*86400, 0).UTC().AppendFormat(b, "2006-01-02")
	case columnar.Timestamp:
		return time.UnixMicro(v.Ints[i]).UTC().AppendFormat(b, "2006-01-02 15:04:05.999999")
	}
	return append(b, v.Text(i)...)
}

// appendJavaFloat writes a number as Java's Double.toString does: with an exponent below 0.001 and from ten million on.
func appendJavaFloat(b []byte, f float64, bits int) []byte {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	case f == 0 || size >= 1e-3 && size < 1e7:
		from := len(b)
		if b = strconv.AppendFloat(b, f, 'f', -1, bits); bytes.IndexByte(b[from:], '.') < 0 {
			b = append(b, ".0"...)
		}
		return b
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, bits), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent) // it is one: FormatFloat wrote it
	return append(b, mantissa+"E"+strconv.Itoa(n)...)
}

// plainKeys tells whether the keys of all maps have a text.
func plainKeys(t *columnar.Type) bool {
	for _, f := range t.Fields {
		if !plainKeys(f.Type) {
			return false
		}
	}
	return t.Kind != columnar.Map || t.Fields[0].Type.Kind < columnar.Array
}

// createJSON writes an object a line. Columns that are null are written as null.
func createJSON(t *Table, w io.Writer, compression string) (Writer, error) {
	if row := (&columnar.Type{Kind: columnar.Struct, Fields: t.Columns}); !plainKeys(row) {
		return nil, errors.Join(columnar.ErrUnsupported, errors.New("JSON of maps whose keys are lists, maps or structs"))
	}
	out, err := pack(w, compression)
	if err != nil {
		return nil, err
	}
	row := &columnar.Type{Kind: columnar.Struct, Fields: t.Columns}
	return &textWriter{t: t, out: out, line: func(b []byte, batch *vector.Batch, i int) []byte {
		return appendJSON(b, row, &vector.Vector{Kind: vector.Row, Len: batch.Len, Elems: batch.Columns}, i)
	}}, nil
}

func appendJSON(b []byte, t *columnar.Type, v *vector.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(b, "null"...)
	}
	v, i = v.At(i)
	switch t.Kind {
	case columnar.Struct:
		b = append(b, '{')
		for n, f := range t.Fields {
			if n > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, []byte(f.Name)), ':')
			b = appendJSON(b, f.Type, v.Elems[n], i)
		}
		return append(b, '}')
	case columnar.Array, columnar.Map:
		sign := "[]"
		if t.Kind == columnar.Map {
			sign = "{}"
		}
		b = append(b, sign[0])
		from, to := v.Span(i)
		for at := from; at < to; at++ {
			if at > from {
				b = append(b, ',')
			}
			if t.Kind == columnar.Map {
				key, k := v.Elems[0].At(at)
				b = append(appendQuoted(b, appendPlain(nil, t.Fields[0].Type, key, k)), ':')
			}
			b = appendJSON(b, t.Fields[len(t.Fields)-1].Type, v.Elems[len(t.Fields)-1], at)
		}
		return append(b, sign[1])
	case columnar.Boolean, columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint, columnar.Decimal:
		return appendPlain(b, t, v, i)
	case columnar.Float, columnar.Double:
		if f := v.Floats[i]; !math.IsNaN(f) && !math.IsInf(f, 0) {
			return appendPlain(b, t, v, i)
		}
	case columnar.Binary:
		return appendQuoted(b, base64.StdEncoding.AppendEncode(nil, v.Text(i)))
	}
	return appendQuoted(b, appendPlain(nil, t, v, i))
}

// appendQuoted writes a JSON string.
func appendQuoted(b, text []byte) []byte {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(string(text))
			if err == nil {
				return append(b, quoted...)
			}
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
