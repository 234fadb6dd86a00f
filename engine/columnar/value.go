package columnar

import "math/big"

// Value is a value of a type. The zero Value is null.
type Value struct {
	Valid bool
	Int   int64    // boolean (1 is true), the integers, date (days since 1970), timestamp (seconds since 1970, rounded down)
	Nanos int32    // timestamp: behind the second
	Float float64  // float, double
	Bytes []byte   // string, varchar, char (all UTF-8), binary
	Big   *big.Int // decimal: without its point
	Items []Value  // array; struct: its members in order; map: key, value, key, value …
}

// fits reports whether an integer is within the bounds of a kind.
func (k Kind) fits(n int64) bool {
	switch k {
	case Tinyint:
		return n == int64(int8(n))
	case Smallint:
		return n == int64(int16(n))
	case Int, Date:
		return n == int64(int32(n))
	}
	return true
}

// ten is 10 to the power of n.
func ten(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// bigPower[n] is 10 to the power of n, for every precision and scale there is.
var bigPower = func() (p [maxDecimal + 1]*big.Int) {
	for n := range p {
		p[n] = ten(n)
	}
	return p
}()
