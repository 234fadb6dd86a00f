package wire

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// head is the beginning of a data item. For indefinite lengths arg is 0 and indefinite true.
type head struct {
	major      byte
	info       byte
	arg        uint64
	indefinite bool
}

// head reads the next item's head, skipping tags; tagged is the innermost of them, or -1.
func (d *cborDecoder) head() (h head, tagged int64, err error) {
	tagged = -1
	for range maxDepth {
		if h, err = d.rawHead(); err != nil || h.major != cborTag {
			return h, tagged, err
		}
		tagged = int64(min(h.arg, math.MaxInt64))
	}
	return h, tagged, serialization(errTooDeep)
}

func (d *cborDecoder) rawHead() (h head, err error) {
	if d.pos >= len(d.src) {
		return h, errCBOR()
	}
	c := d.src[d.pos]
	d.pos++
	h.major, h.info = c>>5, c&31
	size := 0
	switch {
	case h.info < 24:
		h.arg = uint64(h.info)
		return h, nil
	case h.info <= 27:
		size = 1 << (h.info - 24)
	case h.info == 31 && h.major >= cborBytes && h.major <= cborMap:
		h.indefinite = true
		return h, nil
	default:
		return h, errCBOR()
	}
	if len(d.src)-d.pos < size {
		return h, errCBOR()
	}
	b := d.src[d.pos:]
	d.pos += size
	switch size {
	case 1:
		h.arg = uint64(b[0])
	case 2:
		h.arg = uint64(binary.BigEndian.Uint16(b))
	case 4:
		h.arg = uint64(binary.BigEndian.Uint32(b))
	case 8:
		h.arg = binary.BigEndian.Uint64(b)
	}
	return h, nil
}

// null consumes null or undefined if it is next.
func (d *cborDecoder) null() bool {
	if d.pos < len(d.src) && (d.src[d.pos] == cborSimple<<5|cborNull || d.src[d.pos] == cborSimple<<5|cborUndefined) {
		d.pos++
		return true
	}
	return false
}

// more reports whether item i of a collection follows, and consumes the break that ends an indefinite one.
func (d *cborDecoder) more(h head, i uint64) bool {
	if !h.indefinite {
		return i < h.arg
	}
	if d.pos < len(d.src) && d.src[d.pos] == cborBreak {
		d.pos++
		return false
	}
	return true
}

// bytes reads the content of a string whose head was h. Definite strings are parts of src.
func (d *cborDecoder) bytes(h head) ([]byte, error) {
	if !h.indefinite {
		if h.arg > uint64(len(d.src)-d.pos) {
			return nil, errCBOR()
		}
		b := d.src[d.pos : d.pos+int(h.arg) : d.pos+int(h.arg)]
		d.pos += int(h.arg)
		return b, nil
	}
	out := []byte{}
	for d.more(h, 0) {
		chunk, err := d.rawHead()
		if err != nil {
			return nil, err
		}
		if chunk.major != h.major || chunk.indefinite {
			return nil, errCBOR()
		}
		b, err := d.bytes(chunk)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

func (d *cborDecoder) text() (string, error) {
	h, _, err := d.head()
	if err != nil {
		return "", err
	}
	if h.major != cborText {
		return "", serialization("%s can not be converted to a String", h.name())
	}
	b, err := d.bytes(h)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", serialization(errNotUTF8)
	}
	return alias(b), nil
}

// name is what refusals call an item.
func (h head) name() string {
	switch h.major {
	case cborUint, cborNegative:
		return "NUMBER_VALUE"
	case cborBytes:
		return "BLOB_VALUE"
	case cborText:
		return "STRING_VALUE"
	case cborArray:
		return "LIST_VALUE"
	case cborMap:
		return "STRUCTURE_VALUE"
	}
	switch {
	case h.info == cborFalse:
		return "FALSE_VALUE"
	case h.info == cborTrue:
		return "TRUE_VALUE"
	case h.info == cborNull || h.info == cborUndefined:
		return "NULL_VALUE"
	}
	return "NUMBER_VALUE"
}

// open reads the head of a collection.
func (d *cborDecoder) open(major byte, wrong string, depth int) (head, error) {
	h, _, err := d.head()
	switch {
	case err != nil:
		return h, err
	case h.major != major:
		return h, serialization(wrong)
	case depth >= maxDepth:
		return h, serialization(errTooDeep)
	case d.slab.over():
		return h, serialization(errTooLarge)
	}
	return h, nil
}

func (h head) integer() (int64, bool) {
	switch {
	case h.major == cborUint && h.arg <= math.MaxInt64:
		return int64(h.arg), true
	case h.major == cborNegative && h.arg <= math.MaxInt64:
		return -1 - int64(h.arg), true
	}
	return 0, false
}

// float reads a float of any width, or an integer.
func (h head) float() (float64, bool) {
	switch {
	case h.major == cborUint:
		return float64(h.arg), true
	case h.major == cborNegative:
		return -1 - float64(h.arg), true
	case h.major != cborSimple:
		return 0, false
	}
	switch h.info {
	case 25:
		return halfFloat(uint16(h.arg)), true
	case 26:
		return float64(math.Float32frombits(uint32(h.arg))), true
	case 27:
		return math.Float64frombits(h.arg), true
	}
	return 0, false
}

// halfFloat widens an IEEE 754 binary16.
func halfFloat(b uint16) float64 {
	exp, frac := int(b>>10&31), float64(b&1023)
	var f float64
	switch exp {
	case 0:
		f = math.Ldexp(frac, -24)
	case 31:
		if f = math.Inf(1); frac != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(frac+1024, exp-25)
	}
	if b>>15 == 1 {
		f = -f
	}
	return f
}
