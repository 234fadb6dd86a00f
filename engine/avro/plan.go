package avro

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// read appends a value to a vector of a column's type.
type read func(d *decoder, v *vector.Vector)

// planner finds how a file's values become a column's: wrote is the file's schema, reads the table's, nil where it tells none.
type planner struct{ depth int }

func (p *planner) value(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, badSchema("column %s lies too deep", column)
	}
	defer func() { p.depth-- }()
	if reads != nil && reads.Kind == "union" {
		some := reads.some()
		if reads = nil; len(some) == 1 {
			reads = some[0]
		}
	}
	mismatch := &columnar.MismatchError{Column: column, File: strings.TrimSpace(wrote.Kind + " " + wrote.Name), Table: t.String()}
	switch {
	case wrote.Kind == "union":
		return p.union(column, wrote, reads, t)
	case wrote.Kind == "null":
		return func(_ *decoder, v *vector.Vector) { v.AppendNull() }, nil
	case t.Kind == columnar.Struct && wrote.Kind == "record":
		return p.record(column, wrote, reads, t)
	case t.Kind == columnar.Array && wrote.Kind == "array":
		item, err := p.value(column, wrote.Items, itemsOf(reads, "array"), t.Fields[0].Type)
		return func(d *decoder, v *vector.Vector) {
			d.each(func() { item(d, v.Elems[0]) })
			v.EndSpan()
		}, err
	case t.Kind == columnar.Map && wrote.Kind == "map":
		key, err := plain(&Schema{Kind: "string"}, t.Fields[0].Type), error(nil)
		if key == nil {
			return nil, mismatch
		}
		value, err := p.value(column, wrote.Items, itemsOf(reads, "map"), t.Fields[1].Type)
		return func(d *decoder, v *vector.Vector) {
			d.each(func() {
				key(d, v.Elems[0])
				value(d, v.Elems[1])
			})
			v.EndSpan()
		}, err
	}
	if f := plain(wrote, t); f != nil {
		return f, nil
	}
	return nil, mismatch
}

func itemsOf(s *Schema, kind string) *Schema {
	if s == nil || s.Kind != kind {
		return nil
	}
	return s.Items
}

// union reads whichever branch is there. One that the column cannot take is an error where it occurs, unless none can be taken.
func (p *planner) union(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	list := make([]read, len(wrote.Branches))
	var last error
	any := false
	for i, b := range wrote.Branches {
		f, err := p.value(column, b, reads, t)
		if err != nil {
			bad := err
			last, f = err, func(*decoder, *vector.Vector) { panic(failure{bad}) }
		} else if b.Kind != "null" {
			any = true
		}
		list[i] = f
	}
	if !any && last != nil {
		return nil, last
	}
	return func(d *decoder, v *vector.Vector) { list[d.branch(len(list))](d, v) }, nil
}

// part is what becomes of a field of the file: it is read into a member, or passed over when that is -1.
type part struct {
	to   int
	read read
	skip *Schema
}

func (p *planner) record(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	parts, rest, err := p.parts(column, wrote, reads, t.Fields)
	if err != nil {
		return nil, err
	}
	return func(d *decoder, v *vector.Vector) {
		for _, f := range parts {
			if f.to < 0 {
				f.skip.skip(d)
			} else {
				f.read(d, v.Elems[f.to])
			}
		}
		for _, f := range rest {
			f.read(d, v.Elems[f.to])
		}
		v.Len++
	}, nil
}

// parts is a record's fields in the order of the file, and then the members that the file has not: their defaults, or nulls.
func (p *planner) parts(column string, wrote, reads *Schema, members []columnar.Field) (parts, rest []part, err error) {
	for _, f := range wrote.Fields {
		parts = append(parts, part{to: -1, skip: f.Type})
	}
	for i, m := range members {
		name := m.Name
		if column != "" {
			name = column
		}
		at, field := find(wrote, reads, m.Name)
		switch {
		case at >= 0 && parts[at].to < 0:
			var of *Schema
			if field != nil {
				of = field.Type
			}
			f, err := p.value(name, wrote.Fields[at].Type, of, m.Type)
			if err != nil {
				return nil, nil, err
			}
			parts[at] = part{to: i, read: f}
		case at >= 0:
			return nil, nil, badSchema("two columns are the field %s", wrote.Fields[at].Name)
		case field != nil && !field.Has:
			return nil, nil, badSchema("the file has no field %s, for which the table's schema has no default", field.Name)
		default:
			one := columnar.NewVector(m.Type)
			if field == nil {
				one.AppendNull()
			} else if err := put(one, m.Type, field.Type, field.Default); err != nil {
				return nil, nil, badSchema("the default of %s: %v", field.Name, err)
			}
			rest = append(rest, part{to: i, read: func(_ *decoder, v *vector.Vector) { v.Append(one, 0) }})
		}
	}
	return parts, rest, nil
}

// find is the field of the file that a column means, or -1; and that of the table's schema, if it tells one. Names of columns know no case.
func find(wrote, reads *Schema, name string) (at int, field *Field) {
	names := []string{name}
	if reads != nil && reads.Kind == "record" {
		for i := range reads.Fields {
			if f := &reads.Fields[i]; strings.EqualFold(f.Name, name) {
				names, field = append([]string{f.Name}, f.Aliases...), f
				break
			}
		}
	}
	for _, n := range names {
		if at = slices.IndexFunc(wrote.Fields, func(f Field) bool { return f.Name == n }); at >= 0 {
			return at, field
		}
	}
	return slices.IndexFunc(wrote.Fields, func(f Field) bool { return strings.EqualFold(f.Name, names[0]) }), field
}

// plain is how a value that holds no others is read; nil where it cannot be.
func plain(wrote *Schema, t *columnar.Type) read {
	whole := wrote.Kind == "int" || wrote.Kind == "long"
	switch t.Kind {
	case columnar.Boolean:
		if wrote.Kind == "boolean" {
			return func(d *decoder, v *vector.Vector) { v.AppendBool(d.boolean()) }
		}
	case columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint:
		if whole {
			return integers(t)
		}
	case columnar.Float, columnar.Double:
		return floats(wrote, t)
	case columnar.String, columnar.Varchar, columnar.Char:
		return texted(wrote, t)
	case columnar.Binary:
		switch wrote.Kind {
		case "bytes", "string":
			return func(d *decoder, v *vector.Vector) { v.AppendText(d.text()) }
		case "fixed":
			return func(d *decoder, v *vector.Vector) { v.AppendText(d.take(int64(wrote.Size))) }
		}
	case columnar.Decimal:
		return decimals(wrote, t)
	case columnar.Date:
		if wrote.Kind == "int" {
			return func(d *decoder, v *vector.Vector) { v.AppendInt(int64(int32(d.long()))) }
		}
	case columnar.Timestamp:
		if unit := wrote.instant(); wrote.Kind == "long" && unit != 0 {
			return func(d *decoder, v *vector.Vector) { v.AppendInt(micros(d.long(), unit)) }
		}
	}
	return nil
}

// micros is an instant in microseconds; what has no room in them is the file's fault.
func micros(n, unit int64) int64 {
	switch {
	case unit == 1:
		return (n - ((n%1000)+1000)%1000) / 1000
	case unit == 1e6:
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			fail("an instant of %d milliseconds", n)
		}
		return n * 1000
	}
	return n
}

func integers(t *columnar.Type) read {
	bits := map[columnar.Kind]uint{columnar.Tinyint: 8, columnar.Smallint: 16, columnar.Int: 32, columnar.Bigint: 64}[t.Kind]
	return func(d *decoder, v *vector.Vector) {
		n := d.long()
		if n<<(64-bits)>>(64-bits) != n {
			fail("%d is no %s", n, t)
		}
		v.AppendInt(n)
	}
}

func floats(wrote *Schema, t *columnar.Type) read {
	round := func(f float64) float64 { return f }
	if t.Kind == columnar.Float {
		round = func(f float64) float64 { return float64(float32(f)) }
	}
	switch wrote.Kind {
	case "int", "long":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(round(float64(d.long()))) }
	case "float":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(d.float()) }
	case "double":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(round(d.double())) }
	}
	return nil
}

// texted reads texts: what is longer than a varchar is cut, and a char loses the blanks that it ends with.
func texted(wrote *Schema, t *columnar.Type) read {
	trim := func(b []byte) []byte {
		if !utf8.Valid(b) {
			return []byte(strings.ToValidUTF8(string(b), "\uFFFD"))
		}
		return b
	}
	if t.Kind != columnar.String {
		valid := trim
		trim = func(b []byte) []byte {
			b = valid(b)
			at := 0
			for n := 0; n < t.Length && at < len(b); n++ {
				_, size := utf8.DecodeRune(b[at:])
				at += size
			}
			if b = b[:at]; t.Kind == columnar.Char {
				b = []byte(strings.TrimRight(string(b), " "))
			}
			return b
		}
	}
	switch wrote.Kind {
	case "string", "bytes":
		return func(d *decoder, v *vector.Vector) { v.AppendText(trim(d.text())) }
	case "enum":
		symbols := make([][]byte, len(wrote.Symbols))
		for i, s := range wrote.Symbols {
			symbols[i] = trim([]byte(s))
		}
		return func(d *decoder, v *vector.Vector) { v.AppendText(symbols[d.branch(len(symbols))]) }
	}
	return nil
}

// decimals reads numbers that are written as bytes, the highest first, or as integers.
func decimals(wrote *Schema, t *columnar.Type) read {
	scale := wrote.Scale
	var bytesOf func(d *decoder) *big.Int
	switch {
	case wrote.Logical == "decimal" && wrote.Kind == "bytes":
		bytesOf = func(d *decoder) *big.Int { return complement(d.text()) }
	case wrote.Logical == "decimal" && wrote.Kind == "fixed":
		bytesOf = func(d *decoder) *big.Int { return complement(d.take(int64(wrote.Size))) }
	case wrote.Kind == "int" || wrote.Kind == "long":
		scale = 0
		bytesOf = func(d *decoder) *big.Int { return big.NewInt(d.long()) }
	default:
		return nil
	}
	if scale > 100 {
		return nil
	}
	up, down := big.NewInt(1), big.NewInt(1)
	if t.Scale >= scale {
		up.Exp(big.NewInt(10), big.NewInt(int64(t.Scale-scale)), nil)
	} else {
		down.Exp(big.NewInt(10), big.NewInt(int64(scale-t.Scale)), nil)
	}
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	return func(d *decoder, v *vector.Vector) {
		n := bytesOf(d)
		sign, rest := int64(n.Sign()), new(big.Int)
		n.Mul(n, up)
		if n.QuoRem(n, down, rest); rest.Abs(rest).Lsh(rest, 1).Cmp(down) >= 0 { // half away from zero
			n.Add(n, big.NewInt(sign))
		}
		if n.CmpAbs(most) >= 0 {
			fail("%v is no %s", n, t)
		}
		if v.Kind == vector.Wide {
			v.AppendWide(columnar.WideOf(n))
		} else {
			v.AppendInt(n.Int64())
		}
	}
}

// complement is a number in two's complement, the highest byte first.
func complement(b []byte) *big.Int {
	if len(b) > 64 {
		fail("a decimal of %d bytes", len(b))
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}
