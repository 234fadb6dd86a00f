package columnar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"unyo/engine/vector"
)

// all decodes n values into a flat vector of the type asked for.
func (l *parquetLeaf) all(e encoding, body []byte, n int) (*vector.Vector, error) {
	v := &l.dense
	v.Len, v.Nulls = n, v.Nulls[:0]
	if err := l.raw(v, e, body, n); err != nil {
		return nil, err
	}
	return l.convert(v)
}

func unsupportedEncoding(e encoding) error {
	return errors.Join(ErrUnsupported, fmt.Errorf("encoding %d", e))
}

// raw decodes n values as they are kept.
func (l *parquetLeaf) raw(v *vector.Vector, e encoding, body []byte, n int) (err error) {
	kind := l.node.leaf.kept
	width := kind.width()
	switch kind {
	case keptBoolean:
		return l.booleans(v, e, body, n)
	case keptBytes, keptFixed:
		return l.byteStrings(v, e, body, n)
	}
	switch e {
	case asPlain:
	case asSplit:
		if l.scratch, err = joined(l.scratch, body, n, width); err != nil {
			return err
		}
		body = l.scratch
	case asDeltas:
		if kind != keptInt32 && kind != keptInt64 {
			return unsupportedEncoding(e)
		}
		if l.ints, _, err = packedDeltas(l.ints, body, n); err != nil || len(l.ints) < n {
			return errors.Join(errShort, err)
		}
		if v.Kind, v.Ints = vector.Int, l.ints; kind == keptInt32 {
			for i, x := range v.Ints {
				v.Ints[i] = int64(int32(x))
			}
		}
		return nil
	default:
		return unsupportedEncoding(e)
	}
	if n > len(body)/width {
		return errShort
	}
	l.numbers(v, kind, body, n)
	return nil
}

// numbers reads n numbers of fixed width.
func (l *parquetLeaf) numbers(v *vector.Vector, kind physical, body []byte, n int) {
	if kind == keptFloat || kind == keptDouble {
		v.Kind, v.Floats = vector.Float, resized(v.Floats, n)
	} else {
		v.Kind, v.Ints = vector.Int, resized(v.Ints, n)
	}
	switch kind {
	case keptInt32:
		body = body[:4*n]
		for i := range v.Ints {
			v.Ints[i] = int64(int32(binary.LittleEndian.Uint32(body[4*i:])))
		}
	case keptInt64:
		if !asInMemory(v.Ints, body) {
			for i := range v.Ints {
				v.Ints[i] = int64(binary.LittleEndian.Uint64(body[8*i:]))
			}
		}
	case keptInt96:
		for i := range v.Ints {
			nanos := int64(binary.LittleEndian.Uint64(body[12*i:]))
			day := int64(int32(binary.LittleEndian.Uint32(body[12*i+8:])))
			v.Ints[i] = (day-julian)*daySeconds*1e6 + floorDiv(nanos, 1000)
		}
	case keptFloat:
		for i := range v.Floats {
			v.Floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:])))
		}
	default:
		if !asInMemory(v.Floats, body) {
			for i := range v.Floats {
				v.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[8*i:]))
			}
		}
	}
}

// littleEndian tells whether this machine keeps numbers as Parquet does.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// asInMemory fills dst with numbers of eight bytes, on machines where they are the same in memory.
func asInMemory[T int64 | float64](dst []T, body []byte) bool {
	if littleEndian && len(dst) > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&dst[0])), 8*len(dst)), body)
	}
	return littleEndian
}

func (l *parquetLeaf) booleans(v *vector.Vector, e encoding, body []byte, n int) (err error) {
	v.Kind, v.Bools = vector.Bool, resized(v.Bools, n)
	switch e {
	case asPlain:
		if n > 8*len(body) {
			return errShort
		}
		for i := range v.Bools {
			v.Bools[i] = body[i>>3]>>(i&7)&1 == 1
		}
	case asRuns:
		if n == 0 {
			return nil
		}
		if len(body) < 4 {
			return errShort
		}
		if l.scratch, err = hybrid(l.scratch, body[4:], 1, n); err != nil {
			return err
		}
		for i, b := range l.scratch {
			v.Bools[i] = b == 1
		}
	default:
		return unsupportedEncoding(e)
	}
	return nil
}

func (l *parquetLeaf) byteStrings(v *vector.Vector, e encoding, body []byte, n int) (err error) {
	fixed := l.node.leaf.kept == keptFixed
	width := 0
	if fixed {
		width = int(l.node.leaf.width)
	}
	switch e {
	case asPlain:
		if fixed {
			err = l.texts.fixed(body, n, width)
		} else {
			l.texts.data = resized(l.texts.data, max(0, len(body)-4*n)) // no more than they are
			_, err = l.texts.plain(body, n)
		}
	case asDeltaLengths:
		err = l.texts.lengths(body, n)
	case asSharedPrefixes:
		err = l.texts.prefixed(body, n)
	case asSplit:
		if l.scratch, err = joined(l.scratch, body, n, width); err == nil {
			err = l.texts.fixed(l.scratch, n, width)
		}
	default:
		err = unsupportedEncoding(e)
	}
	v.Kind, v.Data, v.Offsets = vector.Bytes, l.texts.data, l.texts.offsets
	return err
}
