package insights

import (
	"math"
	"math/big"
)

// exact is a sum without rounding, so that it is the same in whatever order its terms come. While they are whole and small it is one integer; otherwise
// it is a number in base 2³², whose limbs have room for carries.
type exact struct {
	whole int64
	limbs *[limbs]int64
	adds  int // since the last carry
}

const (
	limbs     = 132 // of 32 bits: room for squares
	exactZero = 2 * 1075
	exactBits = 32*limbs + 64
	smallSum  = 1 << 62
)

func (e *exact) add(x float64) {
	if n := int64(x); float64(n) == x && n < 1<<53 && n > -1<<53 {
		if s := e.whole + n; s < smallSum && s > -smallSum {
			e.whole = s
			return
		}
	}
	e.wide(x)
}

// addSquare adds x², which is the sum of what its product rounds to and of what that rounding left out.
func (e *exact) addSquare(x float64) {
	if n := int64(x); float64(n) == x && n < 1<<26 && n > -1<<26 {
		e.add(float64(n * n))
		return
	}
	high := x * x
	if math.IsInf(high, 0) || math.Abs(x) < 1e-140 { // the product would be none, or lose bits that are too small
		e.bigSquare(x)
		return
	}
	e.add(high)
	e.add(math.FMA(x, x, -high))
}

// wide adds x to the limbs: bits of value 2^(e-1075) of a mantissa of 53.
func (e *exact) wide(x float64) {
	b := math.Float64bits(x)
	m, exp := int64(b&(1<<52-1)), int(b>>52&2047)
	if exp == 0 {
		exp = 1
	} else {
		m |= 1 << 52
	}
	e.put(m, exp-1075+exactZero, x < 0)
}

// put adds m·2^(at-exactZero).
func (e *exact) put(m int64, at int, negative bool) {
	if e.limbs == nil {
		e.limbs = new([limbs]int64)
	}
	i, shift := at/32, uint(at%32)
	low := uint64(m) << shift
	high := uint64(m) >> (64 - shift) // 0 when shift is
	parts := [3]int64{int64(low & math.MaxUint32), int64(low >> 32), int64(high)}
	for j, p := range parts {
		if negative {
			p = -p
		}
		e.limbs[i+j] += p
	}
	if e.adds++; e.adds == 1<<29 {
		e.carry()
	}
}

func (e *exact) bigSquare(x float64) {
	b := math.Float64bits(x)
	m, exp := b&(1<<52-1), int(b>>52&2047)
	if exp == 0 {
		exp = 1
	} else {
		m |= 1 << 52
	}
	at := 2 * (exp - 1075)
	hi, lo := m>>26, m&(1<<26-1)
	e.put(int64(lo*lo), at+exactZero, false)
	e.put(int64(2*hi*lo), at+26+exactZero, false)
	e.put(int64(hi*hi), at+52+exactZero, false)
}

// carry brings every limb but the last below 2³².
func (e *exact) carry() {
	c := int64(0)
	for i := range e.limbs {
		v := e.limbs[i] + c
		if i == limbs-1 {
			e.limbs[i] = v
			break
		}
		e.limbs[i], c = v&math.MaxUint32, v>>32
	}
	e.adds = 0
}

func (e *exact) merge(o *exact) {
	e.add(0)
	if s := e.whole + o.whole; s < smallSum && s > -smallSum {
		e.whole = s
	} else {
		e.wideWhole(o.whole)
	}
	if o.limbs == nil {
		return
	}
	o.carry()
	if e.limbs == nil {
		e.limbs = new([limbs]int64)
	}
	e.carry()
	for i := range e.limbs {
		e.limbs[i] += o.limbs[i]
	}
	e.adds = 2
}

func (e *exact) wideWhole(n int64) {
	if n < 0 {
		e.put(-n, exactZero, true)
	} else {
		e.put(n, exactZero, false)
	}
}

// value is the sum.
func (e *exact) value() *big.Float {
	f := new(big.Float).SetPrec(exactBits).SetInt64(e.whole)
	if e.limbs == nil {
		return f
	}
	e.carry()
	n := new(big.Int)
	for i := limbs - 1; i >= 0; i-- {
		n.Add(n.Lsh(n, 32), big.NewInt(e.limbs[i]))
	}
	wide := new(big.Float).SetPrec(exactBits).SetInt(n)
	wide.SetMantExp(wide, -exactZero)
	return f.Add(f, wide)
}

func (e *exact) size() int {
	if e.limbs == nil {
		return 0
	}
	return 8 * limbs
}
