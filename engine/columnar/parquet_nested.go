package columnar

import (
	"bytes"
	"io"

	"unyo/engine/vector"
)

// parquetNested is a column of lists, maps or structs: what its leaves hold is put together by their levels.
type parquetNested struct {
	top    *nestedPart
	leaves []*nestedLeaf
	row    int64
}

// nestedPart is a type with the node of the file that it is read from.
type nestedPart struct {
	typ   *Type
	node  *parquetNode
	parts []*nestedPart // of a struct nil where the file has no such member
	leaf  *nestedLeaf   // that tells the levels; of a plain type its own
}

// nestedLeaf holds what has been read of a leaf and not yet been handed out.
type nestedLeaf struct {
	*parquetLeaf
	defs, reps []byte
	values     *vector.Vector // flat, in room that is used again for the next batch
	end        bool
	from, upTo int // the entries of the rows that are put together
	used       int // values before them
}

func (s *parquetScan) nested(c Field, n *parquetNode) (parquetColumn, error) {
	out := &parquetNested{}
	var err error
	if out.top, err = s.part(out, c.Name, c.Type, n); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *parquetScan) part(c *parquetNested, name string, t *Type, n *parquetNode) (*nestedPart, error) {
	p := &nestedPart{typ: t, node: n}
	if t.Kind < Array {
		leaf, err := s.leaf(name, t, n)
		if err != nil {
			return nil, err
		}
		p.leaf = c.add(leaf)
		return p, nil
	}
	if n.typ.Kind != t.Kind || t.Kind != Struct && len(n.parts) != len(t.Fields) {
		return nil, &MismatchError{name, describeLeaf(n), t.String()}
	}
	for i, f := range t.Fields {
		at := i
		if t.Kind == Struct {
			if at = findField(n.typ.Fields, f.Name); at < 0 {
				p.parts = append(p.parts, nil)
				continue
			}
		}
		below, err := s.part(c, name, f.Type, n.parts[at])
		if err != nil {
			return nil, err
		}
		if p.leaf == nil {
			p.leaf = below.leaf
		}
		p.parts = append(p.parts, below)
	}
	if p.leaf == nil { // no member is asked for: any leaf tells what there is
		leaf := n
		for len(leaf.parts) > 0 {
			leaf = leaf.parts[0]
		}
		p.leaf = c.add(&parquetLeaf{file: s, node: leaf, typ: leaf.typ, maxDef: leaf.def, maxRep: leaf.rep})
	}
	return p, nil
}

func (c *parquetNested) add(l *parquetLeaf) *nestedLeaf {
	n := &nestedLeaf{parquetLeaf: l}
	c.leaves = append(c.leaves, n)
	return n
}

func (c *parquetNested) open(g *rowGroup) error {
	c.row = 0
	for _, l := range c.leaves {
		l.defs, l.reps, l.end, l.upTo, l.used = l.defs[:0], l.reps[:0], false, 0, 0
		l.values = vector.New(KindOf(l.typ))
		if err := l.open(&g.columns[l.node.column]); err != nil {
			return err
		}
	}
	return nil
}

func (c *parquetNested) seek(row int64) (int64, error) {
	for c.row < row {
		n := min(row-c.row, vector.BatchRows)
		if _, err := c.take(int(n)); err != nil {
			return 0, err
		}
	}
	return vector.BatchRows, nil
}

func (c *parquetNested) take(n int) (*vector.Vector, error) {
	for _, l := range c.leaves {
		if err := l.rows(n); err != nil {
			return nil, err
		}
	}
	c.row += int64(n)
	v := c.top.build(0, 0)
	for _, l := range c.leaves {
		l.used += bytes.Count(l.defs[l.from:l.upTo], []byte{byte(l.maxDef)})
	}
	if err := v.Check(); err != nil || v.Len != n { // leaves whose levels disagree
		return nil, corrupt("%d rows, not %d: %v", v.Len, n, err)
	}
	return v, nil
}

// rows makes the entries of the next n rows those that are put together.
func (l *nestedLeaf) rows(n int) error {
	l.from = l.upTo
	at := l.from
	for rows := 0; ; at++ {
		if at == len(l.defs) {
			if l.end && rows == n {
				break
			}
			drop := l.from
			if err := l.more(); err != nil {
				return err
			}
			at -= drop
			if at == len(l.defs) && l.end {
				if rows < n {
					return corrupt("a column has too few values")
				}
				break
			}
		}
		if l.maxRep == 0 || l.reps[at] == 0 {
			if rows == n {
				break
			}
			rows++
		}
	}
	l.upTo = at
	return nil
}

// more forgets what has been handed out and reads another page.
func (l *nestedLeaf) more() error {
	if l.from > 0 {
		l.defs = append(l.defs[:0], l.defs[l.from:]...)
		if l.maxRep > 0 {
			l.reps = append(l.reps[:0], l.reps[l.from:]...)
		}
		l.values.Drop(l.used)
		l.from, l.used = 0, 0
	}
	if l.left == 0 {
		err := l.page()
		if err == io.EOF {
			l.end = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	p, err := l.part(int(min(l.together(), vector.BatchRows)))
	if err != nil {
		return err
	}
	if len(l.defs) > mostPageValues {
		return corrupt("a row of too many values")
	}
	if p.defs == nil { // all are there
		l.defs = append(l.defs, bytes.Repeat([]byte{byte(l.maxDef)}, p.n)...)
	}
	l.defs, l.reps = append(l.defs, p.defs...), append(l.reps, p.reps...)
	from := p.dense
	if p.index != nil {
		from = &vector.Vector{Kind: l.dict.Kind, Len: p.there, Dict: l.dict, Index: p.index}
	}
	l.values.AppendAll(from)
	return nil
}

// build puts together the values that stand within an element at level def of the list at level rep. An entry of the leaf is
// a value of such a type if it begins an element (no deeper list goes on with it), and if the element is there.
func (p *nestedPart) build(def, rep int) *vector.Vector {
	if p.typ.Kind < Array {
		return p.plain(def, rep)
	}
	l := p.leaf
	out := NewVector(p.typ)
	if p.typ.Kind != Struct {
		p.spans(out, def, rep)
	} else {
		for i := l.from; i < l.upTo; i++ {
			d := int(l.defs[i])
			if d < def || l.maxRep > 0 && int(l.reps[i]) > rep {
				continue
			}
			if d < p.node.def {
				out.Nulls.Set(out.Len)
			}
			out.Len++
		}
	}
	for i, f := range p.typ.Fields {
		switch {
		case p.typ.Kind != Struct:
			out.Elems[i] = p.parts[i].build(p.node.def+1, p.node.rep)
		case p.parts[i] == nil:
			out.Elems[i] = nothing(f.Type, out.Len)
		default:
			out.Elems[i] = p.parts[i].build(def, rep)
		}
	}
	return out
}

// plain is build of a plain type: the values as they lie, unless nulls stand among them.
func (p *nestedPart) plain(def, rep int) *vector.Vector {
	l := p.leaf
	there, nulls := 0, 0
	for i, d := range l.defs[l.from:l.upTo] {
		if int(d) < def || l.maxRep > 0 && int(l.reps[l.from+i]) > rep {
			continue
		}
		if int(d) < p.node.def {
			nulls++
		} else {
			there++
		}
	}
	if l.used+there > l.values.Len {
		panic(errShort) // levels that are deeper than the leaf
	}
	if nulls == 0 {
		return l.values.Slice(l.used, l.used+there)
	}
	out := NewVector(p.typ)
	out.Grow(there + nulls)
	next := l.used
	for i := l.from; i < l.upTo; i++ {
		d := int(l.defs[i])
		switch {
		case d < def || l.maxRep > 0 && int(l.reps[i]) > rep:
		case d < p.node.def:
			out.AppendNull()
		default:
			out.Append(l.values, next)
			next++
		}
	}
	return out
}

// spans tells of lists and maps which are null and how many elements each has: those that follow up to the next entry of a level that is no deeper.
func (p *nestedPart) spans(out *vector.Vector, def, rep int) {
	l := p.leaf
	end, open := uint32(0), false
	for i := l.from; i < l.upTo; i++ {
		d, r := int(l.defs[i]), int(l.reps[i])
		if r <= rep {
			if out.Len > 0 {
				out.Offsets[out.Len] = end
			}
			if open = d >= def; !open {
				continue
			}
			if d < p.node.def {
				out.Nulls.Set(out.Len)
			}
			out.Offsets = append(out.Offsets, end)
			out.Len++
			r = p.node.rep
		}
		if open && d > p.node.def && r == p.node.rep {
			end++
		}
	}
	out.Offsets[out.Len] = end
}
