package columnar

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrMismatch is a record that is JSON but does not fit the schema.
var ErrMismatch = errors.New("data does not match the schema")

// JSON says how records are read. The zero value is OpenX's deserializer as Firehose sets it up.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_OpenXJsonSerDe.html
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_HiveJsonSerDe.html
type JSON struct {
	Hive          bool              // Hive's deserializer: numbers must be numbers, and texts texts
	CaseSensitive bool              // OpenX: keys are not folded to lower case first
	Keys          map[string]string // OpenX: JSON key by column, where they differ
	Underscores   bool              // OpenX: dots in keys are underscores
	Formats       []string          // Hive: Joda patterns of timestamps, or millis; without any, yyyy-[m]m-[d]d hh:mm:ss[.f…]
}

// Decoder reads records of a schema.
type Decoder struct {
	json    JSON
	row     *plan
	formats []joda
}

// plan is a type with the places of its members by JSON key.
type plan struct {
	typ   *Type
	place map[string]int
	keys  []string // of the members
	next  int      // the member that comes next if objects have them in the order of the type
	parts []*plan
}

// NewDecoder prepares to read records of a schema.
func NewDecoder(j JSON, schema Schema) (*Decoder, error) {
	d := &Decoder{json: j}
	for _, pattern := range j.Formats {
		f, err := parseJoda(pattern)
		if err != nil {
			return nil, err
		}
		d.formats = append(d.formats, f)
	}
	d.row = d.plan(schema.row())
	return d, nil
}

func (d *Decoder) plan(t *Type) *plan {
	p := &plan{typ: t}
	if t.Kind == Struct {
		p.place = map[string]int{}
	}
	for i, f := range t.Fields {
		p.parts = append(p.parts, d.plan(f.Type))
		if t.Kind == Struct {
			name := f.Name
			if key, ok := d.json.Keys[name]; ok {
				name = key
			}
			name = d.key(name)
			p.place[name] = i
			p.keys = append(p.keys, name)
		}
	}
	return p
}

// key is a JSON key as it is looked up.
func (d *Decoder) key(k string) string {
	if d.json.Underscores {
		k = strings.ReplaceAll(k, ".", "_")
	}
	if !d.json.CaseSensitive {
		k = strings.ToLower(k)
	}
	return k
}

func orMismatch(err error, t *Type, raw []byte) error {
	if err == nil {
		err = mismatch(t, string(raw))
	}
	return err
}

func mismatch(t *Type, text string) error {
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return fmt.Errorf("%w: %q is no %s", ErrMismatch, strings.ToValidUTF8(text, "�"), t)
}

// convert reads a value of a type from its text.
func (d *Decoder) convert(t *Type, text string, isText bool) (v Value, err error) {
	v.Valid = true
	ok := true
	switch t.Kind {
	case Boolean:
		v.Int = 1
		if ok = strings.EqualFold(text, "true"); !ok {
			v.Int, ok = 0, strings.EqualFold(text, "false")
		}
	case Tinyint, Smallint, Int, Bigint:
		v.Int, err = strconv.ParseInt(text, 10, 64)
		ok = err == nil && t.Kind.fits(v.Int)
	case Float, Double:
		bits := 64
		if t.Kind == Float {
			bits = 32
		}
		v.Float, err = strconv.ParseFloat(text, bits)
		ok = err == nil && !strings.ContainsAny(text, "xX_")
	case Decimal:
		v.Big, ok = parseDecimal(t, text)
	case String, Binary:
		v.Bytes = []byte(text)
	case Varchar, Char:
		v.Bytes = cut(t, text)
	case Date:
		v.Int, ok = d.date(text)
	case Timestamp:
		v.Int, v.Nanos, ok = d.timestamp(text, isText)
	default:
		ok = false
	}
	if !ok {
		return Value{}, mismatch(t, text)
	}
	return v, nil
}

// cut is a text as varchar and char keep it: of so many characters at most, and char without the blanks it ends with.
func cut(t *Type, text string) []byte {
	if utf8.RuneCountInString(text) > t.Length {
		n := 0
		for i := range text {
			if n == t.Length {
				text = text[:i]
				break
			}
			n++
		}
	}
	if t.Kind == Char {
		text = strings.TrimRight(text, " ")
	}
	return []byte(text)
}

// ParseDecimal is the digits of a number, with or without exponent, as a decimal type keeps them: rounded half up to its
// scale. A number of too many digits is none.
func ParseDecimal(t *Type, text string) (*big.Int, bool) { return parseDecimal(t, text) }

// parseDecimal reads a number with or without exponent, rounded half up to the type's scale as Hive does.
func parseDecimal(t *Type, text string) (*big.Int, bool) {
	mantissa, exponent, found := strings.Cut(strings.ToLower(text), "e")
	e := 0
	if found {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > 1000 || n < -1000 {
			return nil, false
		}
		e = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(whole)+len(fraction) > 1000 || strings.ContainsAny(fraction, "+-_") || strings.Contains(whole, "_") {
		return nil, false
	}
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return nil, false
	}
	n = rescale(n, len(fraction)-e, t.Scale)
	return n, n.CmpAbs(bigPower[t.Precision]) < 0
}

// rescale moves a number from one scale to another.
func rescale(n *big.Int, from, to int) *big.Int {
	if to >= from {
		return n.Mul(n, ten(to-from))
	}
	unit := ten(from - to)
	half := new(big.Int).Rsh(unit, 1)
	sign := n.Sign()
	n.Abs(n).Add(n, half).Quo(n, unit)
	if sign < 0 {
		n.Neg(n)
	}
	return n
}
