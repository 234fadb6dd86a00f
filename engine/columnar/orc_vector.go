package columnar

import (
	"unyo/engine/vector"
)

// orcVector reads a column of the stripe that is open, some rows at a time.
type orcVector struct {
	source *orcSource
	typ    *Type // as what it is read
	parts  []*orcVector

	present *bitStream
	bits    bitStream
	bytes   byteStream
	data    []byte
	first   *intStream // integers, lengths, places, seconds
	second  *intStream // scales, nanoseconds
	dict    *vector.Vector
	orNull  *vector.Vector

	defs   []byte
	room   []byte
	ints   []int64
	more   []int64
	index  []uint32
	spread []uint32
	dense  vector.Vector
	laid   vector.Vector
}

// open begins with the streams of a stripe.
func (v *orcVector) open(zone string) error {
	c := v.source
	v.present, v.dict, v.orNull, v.data = nil, nil, nil, c.streams[streamData]
	if b := c.streams[streamPresent]; b != nil {
		v.present = &bitStream{bytes: byteStream{b: b}}
	}
	switch c.typ.Kind {
	case Boolean:
		v.bits = bitStream{bytes: byteStream{b: v.data}}
	case Tinyint:
		v.bytes = byteStream{b: v.data}
	case Smallint, Int, Bigint, Date:
		v.first = newIntStream(v.data, c.encoding, true)
	case Decimal:
		v.second = newIntStream(c.streams[streamSecondary], c.encoding, true)
	case Timestamp:
		v.first, v.second = newIntStream(v.data, c.encoding, true), newIntStream(c.streams[streamSecondary], c.encoding, false)
		if err := c.writtenIn(zone); err != nil {
			return err
		}
	case Array, Map:
		v.first = newIntStream(c.streams[streamLength], c.encoding, false)
	case String, Varchar, Char, Binary:
		if c.encoding == encodingDictionary || c.encoding == encodingDictionaryV2 {
			v.first = newIntStream(v.data, c.encoding, false)
			return v.dictionary()
		}
		v.first = newIntStream(c.streams[streamLength], c.encoding, false)
	}
	for _, p := range v.parts {
		if p != nil {
			if err := p.open(zone); err != nil {
				return err
			}
		}
	}
	return nil
}

// dictionary reads the stripe's distinct texts.
func (v *orcVector) dictionary() error {
	c := v.source
	if c.keys > mostPageValues {
		return corrupt("a dictionary of %d", c.keys)
	}
	b := c.streams[streamDictionary]
	var err error
	var lengths []int64
	if c.encoding >= encodingDirectV2 {
		lengths, err = decodeRunsV2(c.streams[streamLength], int(c.keys), false)
	} else {
		lengths, err = decodeRunsV1(c.streams[streamLength], int(c.keys), false)
	}
	if err != nil {
		return err
	}
	if _, err := sum(lengths, len(b)); err != nil {
		return err
	}
	d := &vector.Vector{Kind: vector.Bytes, Len: len(lengths), Data: b, Offsets: make([]uint32, 1, len(lengths)+1)}
	at := uint32(0)
	for _, n := range lengths {
		at += uint32(n)
		d.Offsets = append(d.Offsets, at)
	}
	v.dict = d
	if v.typ.Kind == Varchar || v.typ.Kind == Char {
		v.dict = cutTexts(v.typ, d)
	}
	return nil
}

// read is the next n values.
func (v *orcVector) read(n int) (out *vector.Vector, err error) {
	there := n
	if v.present != nil {
		if v.defs, err = v.present.read(v.defs, n); err != nil {
			return nil, err
		}
		there = 0
		for _, d := range v.defs {
			there += int(d)
		}
	}
	if v.dict != nil {
		return v.places(n, there)
	}
	switch v.typ.Kind {
	case Struct:
		return v.members(n, there)
	case Array, Map:
		out, err = v.spans(there)
	default:
		v.dense.Len, v.dense.Nulls = there, v.dense.Nulls[:0]
		out, err = v.values(there)
	}
	if err != nil || there == n {
		return out, err
	}
	if out.Kind == vector.List || out.Kind == vector.Map {
		return layOutSpans(out, v.defs), nil
	}
	return layOut(&v.laid, out, v.defs, 1), nil
}

func (v *orcVector) places(n, there int) (*vector.Vector, error) {
	var err error
	if v.ints, err = v.first.read(v.ints, there); err != nil {
		return nil, err
	}
	v.index = resized(v.index, there)
	for i, k := range v.ints {
		if k < 0 || k >= int64(v.dict.Len) {
			return nil, corrupt("bad dictionary")
		}
		v.index[i] = uint32(k)
	}
	if there == n {
		return &vector.Vector{Kind: vector.Bytes, Len: n, Dict: v.dict, Index: v.index}, nil
	}
	if v.orNull == nil {
		v.orNull = withNull(v.dict)
	}
	v.spread = spreadPlaces(v.spread, v.index, v.defs, 1, uint32(v.dict.Len))
	return &vector.Vector{Kind: vector.Bytes, Len: n, Dict: v.orNull, Index: v.spread}, nil
}

// members reads the members of n structs, of which some are there.
func (v *orcVector) members(n, there int) (*vector.Vector, error) {
	out := &vector.Vector{Kind: vector.Row, Len: n}
	for i, p := range v.parts {
		if p == nil {
			out.Elems = append(out.Elems, nothing(v.typ.Fields[i].Type, n))
			continue
		}
		m, err := p.read(there)
		if err != nil {
			return nil, err
		}
		if there < n {
			some := NewVector(v.typ.Fields[i].Type)
			at := 0
			for _, d := range v.defs {
				if d == 0 {
					some.AppendNull()
					continue
				}
				some.Append(m, at)
				at++
			}
			m = some
		}
		out.Elems = append(out.Elems, m)
	}
	if there < n {
		for i, d := range v.defs {
			if d == 0 {
				out.Nulls.Set(i)
			}
		}
	}
	return out, nil
}

// spans reads n lists or maps that are there.
func (v *orcVector) spans(n int) (out *vector.Vector, err error) {
	if v.ints, err = v.first.read(v.ints, n); err != nil {
		return nil, err
	}
	all, err := sum(v.ints, mostPageValues)
	if err != nil {
		return nil, err
	}
	out = vector.New(KindOf(v.typ))
	out.Len = n
	at := uint32(0)
	for _, l := range v.ints {
		at += uint32(l)
		out.Offsets = append(out.Offsets, at)
	}
	for _, p := range v.parts {
		e, err := p.read(all)
		if err != nil {
			return nil, err
		}
		out.Elems = append(out.Elems, e)
	}
	return out, nil
}
