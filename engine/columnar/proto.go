package columnar

import (
	"encoding/binary"
	"math"
)

// proto is a message of Protocol Buffers, in which ORC describes itself.
// https://protobuf.dev/programming-guides/encoding/
type proto []byte

func (p *proto) uint(field int, v uint64) {
	*p = binary.AppendUvarint(binary.AppendUvarint(*p, uint64(field)<<3), v)
}

func (p *proto) sint(field int, v int64) { p.uint(field, zigzag(v)) }

func (p *proto) double(field int, v float64) {
	*p = binary.LittleEndian.AppendUint64(binary.AppendUvarint(*p, uint64(field)<<3|1), math.Float64bits(v))
}

func (p *proto) bytes(field int, v []byte) {
	*p = append(binary.AppendUvarint(binary.AppendUvarint(*p, uint64(field)<<3|2), uint64(len(v))), v...)
}

func (p *proto) text(field int, v string) { p.bytes(field, []byte(v)) }

// packed writes numbers of one field after another.
func (p *proto) packed(field int, v ...uint64) {
	var b []byte
	for _, n := range v {
		b = binary.AppendUvarint(b, n)
	}
	p.bytes(field, b)
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
