package types

import (
	"math/big"
	"math/bits"

	"unyo/engine/vector"
)

// Wide is an integer of 128 bits, of which a decimal uses 38 digits.
type Wide = vector.Int128

// MaxDigits is how many digits a decimal has at most.
const MaxDigits = 38

// WideOf is n.
func WideOf(n int64) Wide { return Wide{Hi: n >> 63, Lo: uint64(n)} }

// CompareWide orders a and b.
func CompareWide(a, b Wide) int {
	switch {
	case a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// AddWide is a + b; false when it has no room.
func AddWide(a, b Wide) (Wide, bool) {
	lo, carry := bits.Add64(a.Lo, b.Lo, 0)
	hi, _ := bits.Add64(uint64(a.Hi), uint64(b.Hi), carry)
	r := Wide{Hi: int64(hi), Lo: lo}
	return r, (a.Hi < 0) != (b.Hi < 0) || (r.Hi < 0) == (a.Hi < 0)
}

// NegWide is -a.
func NegWide(a Wide) Wide {
	lo, borrow := bits.Sub64(0, a.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(a.Hi), borrow)
	return Wide{Hi: int64(hi), Lo: lo}
}

// MulWide is a * b; false when it has no room.
func MulWide(a, b Wide) (Wide, bool) {
	if fitsInt(a) && fitsInt(b) {
		x, y := int64(a.Lo), int64(b.Lo)
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		h := int64(hi)
		if x < 0 {
			h -= y
		}
		if y < 0 {
			h -= x
		}
		return Wide{Hi: h, Lo: lo}, true
	}
	return WideOfBig(new(big.Int).Mul(BigOf(a), BigOf(b)))
}

func fitsInt(a Wide) bool { return a.Hi == int64(a.Lo)>>63 }

// IntOf is a as 64 bits; false when it has no room.
func IntOf(a Wide) (int64, bool) { return int64(a.Lo), fitsInt(a) }

// BigOf is a without a limit.
func BigOf(a Wide) *big.Int {
	b := big.NewInt(a.Hi)
	return b.Lsh(b, 64).Add(b, new(big.Int).SetUint64(a.Lo))
}

// WideOfBig is b in 128 bits; false when it has no room.
func WideOfBig(b *big.Int) (Wide, bool) {
	if b.BitLen() > 127 {
		return Wide{}, false
	}
	var two [16]byte
	m := new(big.Int).Abs(b)
	m.FillBytes(two[:])
	var w Wide
	for i := range 8 {
		w.Hi = w.Hi<<8 | int64(two[i])
		w.Lo = w.Lo<<8 | uint64(two[8+i])
	}
	if b.Sign() < 0 {
		w = NegWide(w)
	}
	return w, true
}

// pow10 holds the powers of ten that have room.
var pow10 = func() (p [MaxDigits + 1]Wide) {
	b := big.NewInt(1)
	for i := range p {
		p[i], _ = WideOfBig(b)
		b = new(big.Int).Mul(b, big.NewInt(10))
	}
	return p
}()

// Pow10 is ten to the power of n, at most 38.
func Pow10(n int) Wide { return pow10[n] }

// InDigits tells whether a has at most n digits.
func InDigits(a Wide, n int) bool {
	if a.Hi < 0 {
		a = NegWide(a)
	}
	return a.Hi >= 0 && CompareWide(a, pow10[n]) < 0
}

// DivWide is a / b rounded half away from zero; b is not 0. False when it has no room.
func DivWide(a, b Wide) (Wide, bool) {
	if x, ok := IntOf(a); ok && b.Hi == 0 && b.Lo < 1<<62 {
		y := int64(b.Lo)
		q, r := x/y, x%y
		if r >= 0 && 2*r >= y {
			q++
		} else if r < 0 && -2*r >= y {
			q--
		}
		return WideOf(q), true
	}
	return WideOfBig(DivBig(BigOf(a), BigOf(b)))
}

// DivBig is a / b rounded half away from zero.
func DivBig(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Lsh(r, 1).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

// Rescale moves the point of a from one scale to another, rounding half away from zero; false when it has no room.
func Rescale(a Wide, from, to int) (Wide, bool) {
	switch {
	case from == to:
		return a, true
	case to > from:
		if to-from > MaxDigits {
			return a, a == Wide{}
		}
		return MulWide(a, pow10[to-from])
	case from-to > MaxDigits:
		return Wide{}, true
	}
	return DivWide(a, pow10[from-to])
}
