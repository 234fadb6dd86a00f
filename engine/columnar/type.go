package columnar

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is what a type is.
type Kind int8

const (
	Boolean Kind = iota
	Tinyint
	Smallint
	Int
	Bigint
	Float
	Double
	Decimal
	String
	Varchar
	Char
	Binary
	Date
	Timestamp
	Array
	Map
	Struct
)

var kindNames = [...]string{"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string", "varchar", "char", "binary", "date", "timestamp", "array", "map", "struct"}

func (k Kind) String() string { return kindNames[k] }

// Type is a column's type.
type Type struct {
	Kind      Kind
	Length    int     // of varchar and char, in characters
	Precision int     // of decimal: digits in all
	Scale     int     // of decimal: digits behind the point
	Fields    []Field // of struct; of array its element, of map its key and value, without names
}

// Field is a named type: a column, or a member of a struct.
type Field struct {
	Name string
	Type *Type
}

// Schema is the columns of a table, in order.
type Schema []Field

// row is the schema as the type of a row.
func (s Schema) row() *Type { return &Type{Kind: Struct, Fields: s} }

// String writes the type as ParseType reads it.
func (t *Type) String() string {
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case Varchar, Char:
		return fmt.Sprintf("%s(%d)", t.Kind, t.Length)
	case Array, Map, Struct:
		var b strings.Builder
		b.WriteString(t.Kind.String())
		for i, f := range t.Fields {
			b.WriteByte("<,"[min(i, 1)])
			if t.Kind == Struct {
				b.WriteString(f.Name)
				b.WriteByte(':')
			}
			b.WriteString(f.Type.String())
		}
		b.WriteByte('>')
		return b.String()
	}
	return t.Kind.String()
}

// Limits of Hive's types, and of ours: how deep they nest.
// https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types
const (
	maxDecimal = 38
	maxVarchar = 65535
	maxChar    = 255
	maxNesting = 50
)

// typeParser reads types as Hive does.
type typeParser struct {
	text string
	at   int
}

// ParseType reads the text of a type.
func ParseType(text string) (*Type, error) {
	p := &typeParser{text: text}
	t, err := p.typ(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(text) {
		return nil, p.expected("end of type")
	}
	return t, nil
}

// expected words an error as Hive's parser does, which Firehose and Athena pass on.
func (p *typeParser) expected(what string) error {
	rest := p.text[p.at:]
	return fmt.Errorf("Error: %s expected at the position %d of '%s' but '%.20s' is found.", what, p.at, p.text, rest)
}

func (p *typeParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *typeParser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *typeParser) must(c byte) error {
	if !p.take(c) {
		return p.expected(string(rune(c)))
	}
	return nil
}

// word takes letters, digits and underscores.
func (p *typeParser) word() string {
	p.space()
	from := p.at
	for p.at < len(p.text) && (p.text[p.at] == '_' || isAlphanumeric(p.text[p.at])) {
		p.at++
	}
	return p.text[from:p.at]
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *typeParser) typ(depth int) (*Type, error) {
	p.space()
	from := p.at
	name := strings.ToLower(p.word())
	switch name {
	case "integer":
		name = "int"
	case "numeric":
		name = "decimal"
	}
	for k, n := range kindNames {
		if n == name {
			return p.rest(&Type{Kind: Kind(k)}, depth)
		}
	}
	p.at = from
	return nil, p.expected("type")
}

// rest reads what stands behind the name of a type.
func (p *typeParser) rest(t *Type, depth int) (*Type, error) {
	if depth > maxNesting {
		return nil, p.expected("less nesting")
	}
	switch t.Kind {
	case Decimal:
		return t, p.decimal(t)
	case Varchar, Char:
		most := maxVarchar
		if t.Kind == Char {
			most = maxChar
		}
		if err := p.must('('); err != nil {
			return nil, err
		}
		n, err := p.number(1, most)
		if err != nil {
			return nil, err
		}
		t.Length = n
		return t, p.must(')')
	case Array, Map, Struct:
		if err := p.must('<'); err != nil {
			return nil, err
		}
		if err := p.fields(t, depth); err != nil {
			return nil, err
		}
		return t, p.must('>')
	}
	return t, nil
}

// decimal reads a precision and a scale; Hive's defaults are 10 and 0.
func (p *typeParser) decimal(t *Type) (err error) {
	t.Precision = 10
	if !p.take('(') {
		return nil
	}
	if t.Precision, err = p.number(1, maxDecimal); err != nil {
		return err
	}
	if p.take(',') {
		if t.Scale, err = p.number(0, t.Precision); err != nil {
			return err
		}
	}
	return p.must(')')
}

func (p *typeParser) number(least, most int) (int, error) {
	p.space()
	from := p.at
	n, err := strconv.Atoi(p.word())
	if err != nil || n < least || n > most {
		p.at = from
		return 0, p.expected(fmt.Sprintf("number from %d to %d", least, most))
	}
	return n, nil
}

// fields reads the types within an array, a map or a struct.
func (p *typeParser) fields(t *Type, depth int) error {
	want := map[Kind]int{Array: 1, Map: 2}[t.Kind]
	for i := 0; want == 0 || i < want; i++ {
		if i > 0 && !p.take(',') {
			if t.Kind == Struct {
				return nil
			}
			return p.expected(",")
		}
		var f Field
		if t.Kind == Struct {
			p.space()
			from := p.at
			for p.at < len(p.text) && strings.IndexByte(":<>,()", p.text[p.at]) < 0 {
				p.at++
			}
			if f.Name = strings.TrimSpace(p.text[from:p.at]); f.Name == "" {
				return p.expected("name")
			}
			for _, other := range t.Fields {
				if strings.EqualFold(other.Name, f.Name) {
					p.at = from
					return p.expected("another name")
				}
			}
			if err := p.must(':'); err != nil {
				return err
			}
		}
		var err error
		if f.Type, err = p.typ(depth + 1); err != nil {
			return err
		}
		t.Fields = append(t.Fields, f)
	}
	return nil
}
