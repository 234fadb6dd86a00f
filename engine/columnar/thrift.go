package columnar

import (
	"bufio"
	"errors"
	"io"
)

// compact reads Thrift's compact protocol, field by field. Nothing that a length says makes room.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
type compact struct {
	in   *bufio.Reader
	most int64 // bytes there are, at most
	read int64
	err  error
}

// Types of fields.
const (
	thriftTrue, thriftFalse, thriftByte   = 1, 2, 3
	thriftI64, thriftDouble, thriftBinary = 6, 7, 8
	thriftList, thriftSet, thriftMap      = 9, 10, 11
	thriftStruct                          = 12
	deepestThrift                         = 20
)

// failure is the error that reading ended with: bytes that are missing or wrong are the file's fault.
func (t *compact) failure() error {
	if errors.Is(t.err, io.EOF) || errors.Is(t.err, io.ErrUnexpectedEOF) {
		return corrupt("the file ends too early")
	}
	return t.err
}

func (t *compact) byte() byte {
	if t.err != nil {
		return 0
	}
	b, err := t.in.ReadByte()
	if t.err = err; err != nil {
		return 0
	}
	t.read++
	return b
}

func (t *compact) varint() (v uint64) {
	for shift := 0; shift < 64; shift += 7 {
		b := t.byte()
		v |= uint64(b&0x7F) << shift
		if b < 0x80 {
			return v
		}
	}
	t.fail()
	return 0
}

func (t *compact) fail() {
	if t.err == nil {
		t.err = corrupt("bad metadata")
	}
}

// structure visits the fields of a structure; visit takes each field's value.
func (t *compact) structure(depth int, visit func(field int, kind byte)) {
	if depth > deepestThrift {
		t.fail()
	}
	for field := 0; t.err == nil; {
		b := t.byte()
		if b == 0 {
			return
		}
		if delta := int(b >> 4); delta != 0 {
			field += delta
		} else {
			field = int(int16(unzigzag(t.varint())))
		}
		visit(field, b&15)
	}
}

func (t *compact) nested(kind byte, visit func(field int, kind byte)) {
	if kind != thriftStruct {
		t.fail()
		return
	}
	t.structure(1, visit)
}

func (t *compact) integer(kind byte) int64 {
	if kind < thriftByte || kind > thriftI64 {
		t.fail()
		return 0
	}
	if kind == thriftByte {
		return int64(int8(t.byte()))
	}
	return unzigzag(t.varint())
}

// list visits the elements of a list; visit takes each.
func (t *compact) list(kind byte, visit func(kind byte)) {
	if kind != thriftList && kind != thriftSet {
		t.fail()
		return
	}
	for n, of := t.head(); n > 0 && t.err == nil; n-- {
		visit(of)
	}
}

// head reads how many elements a list has, and of what type.
func (t *compact) head() (n uint64, of byte) {
	b := t.byte()
	if n, of = uint64(b>>4), b&15; n == 15 {
		n = t.varint()
	}
	return n, of
}

// binary reads bytes: no more than there are.
func (t *compact) binary(kind byte) []byte {
	if kind != thriftBinary {
		t.fail()
		return nil
	}
	n := t.varint()
	if t.err != nil || n > uint64(max(0, t.most-t.read)) {
		t.fail()
		return nil
	}
	b := make([]byte, n)
	have, err := io.ReadFull(t.in, b)
	t.read += int64(have)
	t.err = err
	return b
}

// skip passes over a value.
func (t *compact) skip(kind byte, depth int) {
	if depth > deepestThrift {
		t.fail()
	}
	if t.err != nil {
		return
	}
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte:
		t.byte()
	case thriftByte + 1, thriftByte + 2, thriftI64:
		t.varint()
	case thriftDouble:
		t.discard(8)
	case thriftBinary:
		t.discard(t.varint())
	case thriftList, thriftSet:
		for n, of := t.head(); n > 0 && t.err == nil; n-- {
			t.skipOne(of, depth+1)
		}
	case thriftMap:
		n := t.varint()
		if n == 0 {
			return
		}
		kinds := t.byte()
		for ; n > 0 && t.err == nil; n-- {
			t.skipOne(kinds>>4, depth+1)
			t.skipOne(kinds&15, depth+1)
		}
	case thriftStruct:
		t.structure(depth+1, func(_ int, kind byte) { t.skip(kind, depth+1) })
	default:
		t.fail()
	}
}

// skipOne passes over an element of a list or a map, where truths take a byte each.
func (t *compact) skipOne(kind byte, depth int) {
	if kind <= thriftFalse {
		t.byte()
		return
	}
	t.skip(kind, depth)
}

func (t *compact) discard(n uint64) {
	if t.err != nil {
		return
	}
	if n > mostPageBytes {
		t.fail()
		return
	}
	skipped, err := t.in.Discard(int(n))
	t.read += int64(skipped)
	t.err = err
}
