package avro

import (
	"encoding/binary"
	"math"

	"unyo/engine/vector"
)

// decoder goes through a block. What is wrong with it panics with a failure, which Reader hands out.
type decoder struct {
	b     []byte
	at    int
	depth int
	items int   // of arrays and maps in this block
	empty int   // fields in it that took no bytes
	given int64 // bytes of defaults in the batch
}

type failure struct{ err error }

func fail(format string, args ...any) { panic(failure{corrupt(format, args...)}) }

func (d *decoder) long() int64 {
	u, n := binary.Uvarint(d.b[d.at:])
	if n <= 0 {
		fail("a number is not whole")
	}
	d.at += n
	return int64(u>>1) ^ -int64(u&1)
}

func (d *decoder) take(n int64) []byte {
	if n < 0 || n > int64(len(d.b)-d.at) {
		fail("a value of %d bytes, where %d are left", n, len(d.b)-d.at)
	}
	d.at += int(n)
	return d.b[d.at-int(n) : d.at]
}

func (d *decoder) text() []byte { return d.take(d.long()) }

func (d *decoder) float() float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(d.take(4))))
}

func (d *decoder) double() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(d.take(8)))
}

// boolean reads a byte, of which only the lowest bit may be set.
func (d *decoder) boolean() bool {
	b := d.take(1)[0]
	if b > 1 {
		fail("a boolean is %d", b)
	}
	return b == 1
}

// branch is which of a union's types follows.
func (d *decoder) branch(n int) int {
	i := d.long()
	if i < 0 || i >= int64(n) {
		fail("branch %d of a union of %d", i, n)
	}
	return int(i)
}

// maxNothing is how many elements, or records, may take no bytes: there would be no end of them.
const maxNothing = 1 << 20

// each calls f for every element of an array or a map.
func (d *decoder) each(f func()) {
	for {
		n := d.long()
		if n == 0 {
			return
		}
		if n < 0 {
			d.long()
			n = -n
		}
		if n < 0 || n > vector.MaxValues || d.items+int(n) > len(d.b)+maxNothing {
			fail("a list of %d elements in a block of %d bytes", n, len(d.b))
		}
		d.items += int(n)
		for ; n > 0; n-- {
			f()
		}
	}
}

// past counts a field that began at from, if it took no bytes: a record of records, each twice the one before, has no end of them in no bytes at all.
func (d *decoder) past(from int) {
	if d.at == from {
		if d.empty++; d.empty > 16*len(d.b)+maxNothing {
			fail("%d values without bytes in a block of %d", d.empty, len(d.b))
		}
	}
}

// deeper counts a level of what holds itself; call what it returns to leave it.
func (d *decoder) deeper() func() {
	if d.depth++; d.depth > 10*maxDepth {
		fail("values lie too deep in each other")
	}
	return func() { d.depth-- }
}

// skip passes over a value.
func (s *Schema) skip(d *decoder) {
	switch s.Kind {
	case "null":
	case "boolean":
		d.take(1)
	case "int", "long", "enum":
		d.long()
	case "float":
		d.take(4)
	case "double":
		d.take(8)
	case "bytes", "string":
		d.text()
	case "fixed":
		d.take(int64(s.Size))
	case "union":
		s.Branches[d.branch(len(s.Branches))].skip(d)
	case "array":
		defer d.deeper()()
		d.each(func() { s.Items.skip(d) })
	case "map":
		defer d.deeper()()
		d.each(func() {
			d.text()
			s.Items.skip(d)
		})
	case "record":
		defer d.deeper()()
		for i := range s.Fields {
			from := d.at
			s.Fields[i].Type.skip(d)
			d.past(from)
		}
	}
}
