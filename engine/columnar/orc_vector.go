package columnar

import (
	"encoding/binary"
	"math"

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
	if c.keys > math.MaxInt32 {
		return corrupt("bad dictionary")
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

// values reads n values of a plain type that are there.
func (v *orcVector) values(n int) (out *vector.Vector, err error) {
	out = &v.dense
	switch v.source.typ.Kind {
	case Boolean:
		v.room, err = v.bits.read(v.room, n)
		out.Kind, out.Bools = vector.Bool, resized(out.Bools, n)
		for i, b := range v.room {
			out.Bools[i] = b == 1
		}
		return out, err
	case Tinyint:
		v.room, err = v.bytes.read(v.room, n)
		out.Kind, out.Ints = vector.Int, resized(out.Ints, n)
		for i, b := range v.room {
			out.Ints[i] = int64(int8(b))
		}
	case Smallint, Int, Bigint, Date:
		out.Kind = vector.Int
		out.Ints, err = v.first.read(out.Ints, n)
	case Float, Double:
		return v.floats(n)
	case Decimal:
		return v.decimals(n)
	case Timestamp:
		return v.instants(n)
	default:
		return v.texts(n)
	}
	if err != nil {
		return nil, err
	}
	switch v.typ.Kind {
	case Float, Double:
		return toFloat(out), nil
	case Decimal:
		whole := &vector.Vector{Kind: KindOf(v.typ)}
		for _, n := range out.Ints {
			appendDecimal(whole, vector.Int128{Hi: n >> 63, Lo: uint64(n)}, 0, v.typ)
		}
		return whole, nil
	}
	return out, nil
}

func (v *orcVector) floats(n int) (*vector.Vector, error) {
	out := &v.dense
	width := 4 + 4*int(v.source.typ.Kind-Float)
	if len(v.data)/width < n {
		return nil, corrupt("a column ends too early")
	}
	out.Kind, out.Floats = vector.Float, resized(out.Floats, n)
	for i := range out.Floats {
		if width == 4 {
			out.Floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(v.data[4*i:])))
		} else {
			out.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(v.data[8*i:]))
		}
	}
	v.data = v.data[n*width:]
	return out, nil
}

func (v *orcVector) decimals(n int) (out *vector.Vector, err error) {
	if v.more, err = v.second.read(v.more, n); err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Len, out.Ints, out.Wides = KindOf(v.typ), 0, out.Ints[:0], out.Wides[:0]
	for _, scale := range v.more {
		var n vector.Int128
		if u, size := binary.Uvarint(v.data); size > 0 {
			i := unzigzag(u)
			n, v.data = vector.Int128{Hi: i >> 63, Lo: uint64(i)}, v.data[size:]
		} else {
			b, size := bigVarint(v.data)
			if size == 0 || b.BitLen() > 127 {
				return nil, corrupt("bad decimal")
			}
			n, v.data = WideOf(b), v.data[size:]
		}
		if scale < 0 || scale > 100 {
			return nil, corrupt("bad decimal")
		}
		appendDecimal(out, n, int(scale), v.typ)
	}
	return out, nil
}

func (v *orcVector) instants(n int) (out *vector.Vector, err error) {
	if v.ints, err = v.first.read(v.ints, n); err != nil {
		return nil, err
	}
	if v.more, err = v.second.read(v.more, n); err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Ints = vector.Int, resized(out.Ints, n)
	for i, s := range v.ints {
		seconds, nanos := v.source.timestamp(s, v.more[i])
		out.Ints[i] = seconds*1e6 + int64(nanos)/1000
	}
	return out, nil
}

func (v *orcVector) texts(n int) (out *vector.Vector, err error) {
	if v.ints, err = v.first.read(v.ints, n); err != nil {
		return nil, err
	}
	all, err := sum(v.ints, len(v.data))
	if err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Data, out.Offsets = vector.Bytes, v.data[:all:all], append(resized(out.Offsets, n+1)[:0], 0)
	v.data = v.data[all:]
	at := uint32(0)
	for _, l := range v.ints {
		at += uint32(l)
		out.Offsets = append(out.Offsets, at)
	}
	if v.typ.Kind == Varchar || v.typ.Kind == Char {
		return cutTexts(v.typ, out), nil
	}
	return out, nil
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

// layOutSpans gives each list or map that is there its place among nulls.
func layOutSpans(dense *vector.Vector, defs []byte) *vector.Vector {
	out := &vector.Vector{Kind: dense.Kind, Len: len(defs), Elems: dense.Elems, Offsets: make([]uint32, 0, len(defs)+1)}
	at := 0
	for i, d := range defs {
		out.Offsets = append(out.Offsets, dense.Offsets[at])
		if d == 0 {
			out.Nulls.Set(i)
		} else {
			at++
		}
	}
	out.Offsets = append(out.Offsets, dense.Offsets[at])
	return out
}
