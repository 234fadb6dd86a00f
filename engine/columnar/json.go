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

// find is the member of an object that a key names; -1 if there is none.
func (d *Decoder) find(p *plan, key []byte) int {
	if p.next < len(p.keys) && p.keys[p.next] == string(key) {
		p.next++
		return p.next - 1
	}
	i, ok := p.place[string(key)]
	if !ok && !isFolded(key) {
		i, ok = p.place[d.key(string(key))]
	}
	if !ok {
		return -1
	}
	p.next = i + 1
	return i
}

// isFolded tells whether no setting makes another key of a key.
func isFolded(key []byte) bool {
	for _, c := range key {
		if c == '.' || c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// WriteRecord adds the rows of a record: one JSON object, or several one after another. "An array of JSON documents is not a valid input."
// A record that is wrong anywhere gives no row, and ErrMalformed or ErrMismatch. The decoder is one of the writer's schema.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
func (w *Writer) WriteRecord(d *Decoder, record []byte) error {
	if err := d.fill(w.rows, record); err != nil {
		return err
	}
	return w.ifFull()
}

// fill adds the rows of a record to columns.
func (d *Decoder) fill(rows *held, record []byte) (err error) {
	s := &scanner{b: record}
	begun := rows.n
	for err == nil && (s.peek() != 0 || rows.n == begun) {
		if s.peek() != '{' {
			err = s.fail("no object")
			break
		}
		err = d.object(s, d.row, rows)
	}
	if err == nil && s.at < len(s.b) { // a zero byte
		err = s.fail("no object")
	}
	for err != nil && rows.n > begun {
		rows.pop()
	}
	return err
}

// object adds a struct; of keys that are the same the last counts. With an error nothing is added, here and below.
func (d *Decoder) object(s *scanner, p *plan, h *held) error {
	n := h.n
	p.next = 0
	err := s.each(func(key []byte) error {
		i := d.find(p, key)
		if i < 0 {
			_, err := s.skip()
			return err
		}
		part := h.parts[i]
		if len(part.present) > n {
			part.pop()
		}
		err := d.value(s, p.parts[i], part)
		if err != nil && !errors.Is(err, ErrMalformed) {
			err = fmt.Errorf("%s: %w", p.typ.Fields[i].Name, err)
		}
		return err
	})
	for _, part := range h.parts {
		switch has := len(part.present) > n; {
		case err == nil && !has:
			part.putNull()
		case err != nil && has:
			part.pop()
		}
	}
	if err == nil {
		h.there(0)
	}
	return err
}

func (d *Decoder) value(s *scanner, p *plan, h *held) error {
	c := s.peek()
	switch {
	case c == 'n':
		err := s.word("null")
		if err == nil {
			h.putNull()
		}
		return err
	case p.typ.Kind == Struct && c == '{':
		return d.object(s, p, h)
	case p.typ.Kind == Map && c == '{':
		return d.entries(s, p, h)
	case p.typ.Kind == Array && c == '[':
		n := 0
		return h.list(&n, s.list('[', ']', func() error {
			err := d.value(s, p.parts[0], h.parts[0])
			if err == nil {
				n++
			}
			return err
		}))
	case p.typ.Kind >= Array || c == '{' || c == '[':
		raw, err := s.skip()
		if err == nil && p.typ.Kind == String && !d.json.Hive { // OpenX gives a text column the JSON itself
			h.putText(raw)
			return nil
		}
		return orMismatch(err, p.typ, raw)
	}
	return d.scalar(s, p.typ, c, h)
}

// list ends a list or a map of n elements, or takes them back.
func (h *held) list(n *int, err error) error {
	if err == nil {
		h.putInt(int64(*n))
		return nil
	}
	for _, p := range h.parts {
		for range *n {
			p.pop()
		}
	}
	return err
}

// entries adds an object as a map. Of keys that are the same the last counts: if there are any, the object is read again.
func (d *Decoder) entries(s *scanner, p *plan, h *held) error {
	begun := *s
	n, last := 0, map[string]int{}
	keys := 0
	read := func(wanted func(key []byte) bool) error {
		n, keys = 0, 0
		return s.each(func(key []byte) error {
			keys++
			if !wanted(key) {
				_, err := s.skip()
				return err
			}
			k, err := d.convert(p.parts[0].typ, string(key), true)
			if err != nil {
				return err
			}
			if err = d.value(s, p.parts[1], h.parts[1]); err == nil {
				h.parts[0].put(&k)
				n++
			}
			return err
		})
	}
	err := read(func(key []byte) bool { last[string(key)] = keys; return true })
	if err == nil && len(last) < n {
		for _, part := range h.parts {
			for range n {
				part.pop()
			}
		}
		*s = begun
		err = read(func(key []byte) bool { return last[string(key)] == keys })
	}
	return h.list(&n, err)
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

// scalar adds a text, a number or a truth.
func (d *Decoder) scalar(s *scanner, t *Type, c byte, h *held) (err error) {
	var text []byte
	switch c {
	case '"':
		text, err = s.text()
	case 't':
		text, err = []byte("true"), s.word("true")
	case 'f':
		text, err = []byte("false"), s.word("false")
	default:
		text, err = s.number()
	}
	if err != nil {
		return err
	}
	isText, isTruth := c == '"', c == 't' || c == 'f'
	switch {
	case t.Kind == String, t.Kind == Binary:
		h.putText(text)
		return nil
	case d.json.Hive && isText && t.Kind <= Double, isTruth && t.Kind != Boolean && t.Kind < Varchar:
		return mismatch(t, string(text))
	case d.quick(h, text, isText):
		return nil
	}
	v, err := d.convert(t, string(text), isText)
	if err == nil {
		h.put(&v)
	}
	return err
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
