package functions

import (
	"math/bits"

	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/bitwise.html
func init() {
	p := page("bitwise")
	p.rows("bit_count(bigint,bigint) bigint", func(r *Row) {
		n, width := r.Int(0), r.Int(1)
		if width < 2 || width > 64 || width < 64 && (n < -1<<(width-1) || n >= 1<<(width-1)) {
			r.Invalid("Number must be representable with the bits specified. %d cannot be represented with %d bits", n, width)
			return
		}
		r.PutInt(int64(bits.OnesCount64(uint64(n) & (1<<uint(width) - 1))))
	})
	for name, f := range map[string]func(a, b int64) int64{"bitwise_and": func(a, b int64) int64 { return a & b }, "bitwise_or": func(a, b int64) int64 { return a | b },
		"bitwise_xor": func(a, b int64) int64 { return a ^ b }} {
		p.rows(name+"(bigint,bigint) bigint", func(r *Row) { r.PutInt(f(r.Int(0), r.Int(1))) })
	}
	p.rows("bitwise_not(bigint) bigint", func(r *Row) { r.PutInt(^r.Int(0)) })
	width := map[string]uint{"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
	for t, w := range width {
		p.rows("bitwise_left_shift("+t+",bigint) "+t, func(r *Row) { r.PutInt(narrowed(shift(uint64(r.Int(0)), r.Int(1), true), r.Result)) })
		p.rows("bitwise_right_shift("+t+",bigint) "+t, func(r *Row) {
			n := uint64(r.Int(0))
			if w < 64 {
				n &= 1<<w - 1
			}
			r.PutInt(narrowed(shift(n, r.Int(1), false), r.Result))
		})
		p.rows("bitwise_right_shift_arithmetic("+t+",bigint) "+t, func(r *Row) { r.PutInt(r.Int(0) >> uint64(max(0, min(63, r.Int(1))))) })
	}
	p.rows("bitwise_logical_shift_right(bigint,bigint,bigint) bigint", func(r *Row) {
		r.PutInt(int64(shift(uint64(r.Int(0))&(1<<uint(r.Int(2))-1), r.Int(1), false)))
	})
}

func shift(n uint64, by int64, left bool) uint64 {
	switch {
	case by < 0 || by > 63:
		return 0
	case left:
		return n << uint(by)
	}
	return n >> uint(by)
}

// narrowed is the low bits of n as a type's number.
func narrowed(n uint64, t *types.Type) int64 {
	switch t.Kind {
	case types.Tinyint:
		return int64(int8(n))
	case types.Smallint:
		return int64(int16(n))
	case types.Integer:
		return int64(int32(n))
	}
	return int64(n)
}
