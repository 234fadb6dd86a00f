package columnar

import (
	"errors"
	"fmt"
)

// parquetNode is a column of a file that is read.
type parquetNode struct {
	typ      *Type
	column   int // the first leaf
	leaves   int
	def, rep int // levels at which it is there; of a list, def is that of the list and rep that of its items
	parts    []*parquetNode
	scale    int64 // what a timestamp's unit is in nanoseconds; 0 for INT96

	leaf *element
	bad  error // why a leaf cannot be read
}

// parquetTree makes a file's elements columns.
type parquetTree struct{ leaves int }

func (p *parquetTree) group(e *element, def, rep int) (*parquetNode, error) {
	n := &parquetNode{typ: &Type{Kind: Struct}, column: p.leaves, def: def, rep: rep}
	for _, f := range e.parts {
		part, err := p.node(f, def, rep)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		n.parts = append(n.parts, part)
		n.typ.Fields = append(n.typ.Fields, Field{f.name, part.typ})
	}
	n.leaves = p.leaves - n.column
	if n.leaves == 0 {
		return nil, errors.Join(ErrUnsupported, errors.New("a struct without members"))
	}
	return n, nil
}

// node is a column that stands below levels def and rep.
func (p *parquetTree) node(e *element, def, rep int) (*parquetNode, error) {
	if e.repeated() { // without LIST around it
		item, err := p.within(e, def+1, rep+1)
		if err != nil {
			return nil, err
		}
		return p.list(def, rep+1, item), nil
	}
	if e.optional() {
		def++
	}
	return p.within(e, def, rep)
}

func (p *parquetTree) list(def, rep int, item *parquetNode) *parquetNode {
	return &parquetNode{typ: &Type{Kind: Array, Fields: []Field{{Type: item.typ}}}, column: item.column, leaves: item.leaves, def: def, rep: rep, parts: []*parquetNode{item}}
}

// within is a column by what it holds; its own repetition has been counted.
func (p *parquetTree) within(e *element, def, rep int) (*parquetNode, error) {
	if e.leaf {
		n := &parquetNode{column: p.leaves, leaves: 1, def: def, rep: rep, leaf: e, scale: e.meaning.unit}
		p.leaves++
		n.typ, n.bad = leafType(e)
		return n, nil
	}
	if len(e.parts) == 1 && e.parts[0].repeated() {
		inner := e.parts[0]
		switch {
		case e.meaning.logical == logicalList:
			item, err := p.item(inner, def+1, rep+1)
			if err != nil {
				return nil, err
			}
			return p.list(def, rep+1, item), nil
		case e.meaning.logical == logicalMap && len(inner.parts) == 2:
			entry, err := p.group(inner, def+1, rep+1)
			if err != nil {
				return nil, err
			}
			return &parquetNode{
				typ:    &Type{Kind: Map, Fields: []Field{{Type: entry.parts[0].typ}, {Type: entry.parts[1].typ}}},
				column: entry.column, leaves: entry.leaves, def: def, rep: rep + 1, parts: entry.parts,
			}, nil
		}
	}
	return p.group(e, def, rep)
}

// item is what a list holds: the one member of its repeated group, or, as older writers had it, the repeated itself.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#backward-compatibility-rules
func (p *parquetTree) item(e *element, def, rep int) (*parquetNode, error) {
	if len(e.parts) == 1 && e.name != "array" {
		return p.node(e.parts[0], def, rep)
	}
	return p.within(e, def, rep)
}

// leafType is what a leaf holds, in Hive's types, or why it cannot be read.
func leafType(e *element) (*Type, error) {
	m := e.meaning
	switch m.logical {
	case logicalNone:
		return &Type{Kind: [...]Kind{Boolean, Int, Bigint, Timestamp, Float, Double, Binary, Binary}[e.kept]}, nil
	case logicalString, logicalEnum, logicalJSON:
		return &Type{Kind: String}, nil
	case logicalDate:
		return &Type{Kind: Date}, nil
	case logicalTimestamp:
		if m.unit > 0 {
			return &Type{Kind: Timestamp}, nil
		}
	case logicalDecimal:
		if m.precision >= 1 && m.precision <= maxDecimal && m.scale >= 0 && m.scale <= m.precision {
			return &Type{Kind: Decimal, Precision: int(m.precision), Scale: int(m.scale)}, nil
		}
	case logicalInteger:
		kinds := map[int64]Kind{8: Tinyint, 16: Smallint, 32: Int, 64: Bigint}
		if m.unsigned { // the next wider type holds it, but for the widest
			kinds = map[int64]Kind{8: Smallint, 16: Int, 32: Bigint, 64: Bigint}
		}
		if k, ok := kinds[m.bits]; ok {
			return &Type{Kind: k}, nil
		}
	}
	return &Type{Kind: Binary}, errors.Join(ErrUnsupported, fmt.Errorf("a column of type %s", e.describe()))
}
