package columnar

import (
	"fmt"
	"strings"

	"unyo/engine/vector"
)

// Projection is which columns of a file are read, and as what.
type Projection struct {
	// Columns are what the vectors are, in their order. A column that the file does not have is null.
	Columns Schema
	// Places are where the columns are in the file; without them, columns are found by name, in any case.
	Places []int
	// Domains tell for each column which values are wanted; nil wants all.
	Domains []*vector.Domain
	// Row groups and stripes that begin in [From, To) of the file are read; all of them if To is 0.
	From, To int64
	// Hold, unless nil, is told how many bytes more, or fewer, the reader holds; its error is the reader's.
	Hold func(bytes int64) error
}

// part tells whether what begins at a byte of the file is to be read.
func (p *Projection) part(at int64) bool { return p.To == 0 || at >= p.From && at < p.To }

// find is the place of column i among a file's.
func (p *Projection) find(i int, file []Field) int {
	if p.Places != nil {
		if at := p.Places[i]; at >= 0 && at < len(file) {
			return at
		}
		return -1
	}
	return findField(file, p.Columns[i].Name)
}

func findField(list []Field, name string) int {
	for i := range list {
		if list[i].Name == name {
			return i
		}
	}
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return i
		}
	}
	return -1
}

func (p *Projection) domain(i int) *vector.Domain {
	if i < len(p.Domains) {
		return p.Domains[i]
	}
	return nil
}

// MismatchError is a column whose type in the table is none that the file's can be read as.
type MismatchError struct {
	Column, File, Table string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the column %s is declared as type %s, but the file has type %s", e.Column, e.Table, e.File)
}

// KindOf is how the values of a type lie in a vector.
func KindOf(t *Type) vector.Kind {
	switch t.Kind {
	case Boolean:
		return vector.Bool
	case Tinyint, Smallint, Int, Bigint, Date, Timestamp:
		return vector.Int
	case Float, Double:
		return vector.Float
	case Decimal:
		if t.Precision > 18 {
			return vector.Wide
		}
		return vector.Int
	case Array:
		return vector.List
	case Map:
		return vector.Map
	case Struct:
		return vector.Row
	}
	return vector.Bytes
}

// NewVector is an empty flat vector for values of a type.
func NewVector(t *Type) *vector.Vector {
	v := vector.New(KindOf(t))
	for _, f := range t.Fields {
		v.Elems = append(v.Elems, NewVector(f.Type))
	}
	return v
}

// nothing is n nulls of a type.
func nothing(t *Type, n int) *vector.Vector {
	one := NewVector(t)
	one.AppendNull()
	return vector.Constant(one, n)
}

// coerces tells whether a column of a file may be read as one of the table, for plain types. Integers and floating
// point may become wider, texts of any kind are texts.
// https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
func coerces(file, table *Type) bool {
	f, t := file.Kind, table.Kind
	switch t {
	case Boolean, Date, Timestamp:
		return f == t || t == Date && f == Int
	case Tinyint, Smallint, Int:
		return f >= Tinyint && f <= Int
	case Bigint:
		return f >= Tinyint && f <= Bigint
	case Float:
		return f == Float || f >= Tinyint && f <= Int
	case Double:
		return f >= Tinyint && f <= Double
	case Decimal:
		return f == Decimal || f >= Tinyint && f <= Bigint
	case String, Varchar, Char, Binary:
		return f >= String && f <= Binary
	}
	return false
}
