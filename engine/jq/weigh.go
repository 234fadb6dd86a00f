package jq

import (
	"math/big"

	"github.com/itchyny/gojq"
)

// Names of our own functions in rewritten queries. A query cannot name them: they are on no list.
const (
	weighName    = "_unyo_weigh"    // passes its input on, unless it is too large
	textName     = "_unyo_text"     // passes its input on, unless it is a long text
	multiplyName = "_unyo_multiply" // a * b
	subtractName = "_unyo_subtract" // a - b
	pairName     = "_unyo_pair"     // passes its input on, unless comparing it with the argument takes too long
)

const (
	maxText  = 64 << 10 // bytes that a regular expression may search: each match becomes an object
	maxPairs = 1 << 20  // comparisons of one step
)

// operation is an operator on [a,b].
func operation(query string) *gojq.Code {
	q, err := gojq.Parse(query)
	if err != nil {
		panic(err)
	}
	code, err := gojq.Compile(q)
	if err != nil {
		panic(err)
	}
	return code
}

var multiply, subtract = operation(".[0] * .[1]"), operation(".[0] - .[1]")

func apply(code *gojq.Code, a, b any) any {
	v, _ := code.Run([]any{a, b}).Next()
	return v
}

// functions are ours, bound to the meter of a program.
func (m *meter) functions() []gojq.CompilerOption {
	return []gojq.CompilerOption{
		gojq.WithFunction(weighName, 0, 0, func(v any, _ []any) any { return m.weigh(v) }),
		gojq.WithFunction(textName, 0, 0, func(v any, _ []any) any {
			if s, ok := v.(string); ok && len(s) > maxText {
				return ErrSize
			}
			return v
		}),
		gojq.WithFunction(multiplyName, 2, 2, func(_ any, args []any) any {
			if n := times(args[0], args[1]); n > MaxSize {
				return ErrSize
			}
			return m.weigh(apply(multiply, args[0], args[1]))
		}),
		gojq.WithFunction(subtractName, 2, 2, func(_ any, args []any) any {
			if err := m.pairs(args[0], args[1]); err != nil {
				return err
			}
			return m.weigh(apply(subtract, args[0], args[1]))
		}),
		gojq.WithFunction(pairName, 1, 1, func(v any, args []any) any {
			if err := m.pairs(v, args[0]); err != nil {
				return err
			}
			return v
		}),
	}
}

// weigh passes v on, unless it is too large.
func (m *meter) weigh(v any) any {
	left, seen := MaxSize, 0
	if !light(v, &left, &seen) {
		return ErrSize
	}
	if m.spend(seen / 16); m.over != nil {
		return m.over
	}
	return v
}

// light subtracts the size of v from left, and counts the values in it; false when there is no room.
func light(v any, left, seen *int) bool {
	*left -= 16
	*seen++
	switch v := v.(type) {
	case string:
		*left -= len(v)
	case *big.Int:
		if v.BitLen() > 4*maxDigits*8 {
			return false
		}
	case []any:
		for _, x := range v {
			if *left < 0 || !light(x, left, seen) {
				return false
			}
		}
	case map[string]any:
		for k, x := range v {
			*left -= len(k)
			if *left < 0 || !light(x, left, seen) {
				return false
			}
		}
	}
	return *left >= 0
}

// times is how long a text becomes that is repeated; 0 for what is no text times a number.
func times(a, b any) float64 {
	s, ok := a.(string)
	n := b
	if !ok {
		if s, ok = b.(string); !ok {
			return 0
		}
		n = a
	}
	switch n := n.(type) {
	case int:
		return float64(len(s)) * float64(n)
	case float64:
		return float64(len(s)) * n
	case *big.Int:
		f, _ := n.Float64()
		return float64(len(s)) * f
	}
	return 0
}

// pairs refuses two values of which each part must be compared with each other.
func (m *meter) pairs(a, b any) error {
	n := float64(parts(a)) * float64(parts(b))
	if n > maxPairs {
		return ErrSteps
	}
	m.spend(int(n) / 64)
	return m.over
}

// parts counts what a value consists of; of a text it is the bytes.
func parts(v any) int {
	if s, ok := v.(string); ok {
		return 1 + len(s)/256 // texts are searched, not compared pair by pair
	}
	left, seen := MaxSize, 0
	light(v, &left, &seen)
	return seen
}
