package columnar

import "encoding/binary"

// compactOut writes Thrift's compact protocol; fields of a structure must be in ascending order.
type compactOut struct {
	b     []byte
	last  int // field of the structure begun
	above []int
}

func (t *compactOut) field(id int, kind byte) {
	if delta := id - t.last; delta > 0 && delta < 16 {
		t.b = append(t.b, byte(delta)<<4|kind)
	} else {
		t.b = binary.AppendUvarint(append(t.b, kind), zigzag(int64(id)))
	}
	t.last = id
}

func (t *compactOut) int32(id int, v int64) {
	t.field(id, thriftByte+2)
	t.number(v)
}

func (t *compactOut) int64(id int, v int64) {
	t.field(id, thriftI64)
	t.number(v)
}

func (t *compactOut) number(v int64) { t.b = binary.AppendUvarint(t.b, zigzag(v)) }

func (t *compactOut) truth(id int, v bool) {
	kind := byte(thriftFalse)
	if v {
		kind = thriftTrue
	}
	t.field(id, kind)
}

func (t *compactOut) binary(id int, v []byte) {
	t.field(id, thriftBinary)
	t.text(v)
}

// text is a text within a list.
func (t *compactOut) text(v []byte) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(v))), v...)
}

// list begins a list of n elements.
func (t *compactOut) list(id, n int, of byte) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|of)
	} else {
		t.b = binary.AppendUvarint(append(t.b, 0xF0|of), uint64(n))
	}
}

// begin begins a structure as a field; open one within a list.
func (t *compactOut) begin(id int) {
	t.field(id, thriftStruct)
	t.open()
}

func (t *compactOut) open() {
	t.above = append(t.above, t.last)
	t.last = 0
}

// end ends the structure begun last; the outermost too.
func (t *compactOut) end() {
	t.b = append(t.b, 0)
	if n := len(t.above) - 1; n >= 0 {
		t.last, t.above = t.above[n], t.above[:n]
	}
}
