package functions

import (
	"math/big"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/decimal.html
func decimals(p page) {
	rule := func(f func(a, b *types.Type) (precision, scale int)) option {
		return typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
			a, b := args[0].AsDecimal(), args[1].AsDecimal()
			precision, scale := f(a, b)
			if scale > types.MaxDigits {
				return nil, nil, fault.New(fault.InvalidArgument, "DECIMAL scale must be in range [0, precision (38)]: %d", scale)
			}
			return []*types.Type{a, b}, types.DecimalOf(min(types.MaxDigits, max(1, precision)), scale), nil
		})
	}
	sum := rule(func(a, b *types.Type) (int, int) {
		s := max(a.Scale, b.Scale)
		return max(a.Size-a.Scale, b.Size-b.Scale) + s + 1, s
	})
	for _, op := range []struct {
		name string
		rule option
		f    func(r *Row)
	}{
		{"+", sum, func(r *Row) { addDecimals(r, false) }},
		{"-", sum, func(r *Row) { addDecimals(r, true) }},
		{"*", rule(func(a, b *types.Type) (int, int) { return a.Size + b.Size, a.Scale + b.Scale }), mulDecimals},
		{"/", rule(func(a, b *types.Type) (int, int) {
			s := max(a.Scale, b.Scale)
			return a.Size + b.Scale + max(0, b.Scale-a.Scale), s
		}), divDecimals},
		{"%", rule(func(a, b *types.Type) (int, int) {
			s := max(a.Scale, b.Scale)
			return min(b.Size-b.Scale, a.Size-a.Scale) + s, s
		}), modDecimals},
	} {
		p.rows(op.name+"(decimal,decimal) decimal", op.f, op.rule)
		for _, t := range []string{"tinyint", "smallint", "integer", "bigint"} {
			p.rows(op.name+"(decimal,"+t+") decimal", op.f, op.rule)
			p.rows(op.name+"("+t+",decimal) decimal", op.f, op.rule)
		}
	}
	p.rows("$neg(decimal) decimal", func(r *Row) { r.PutDecimal(types.NegWide(r.Decimal(0))) })
}

// scaled is argument i with as many digits behind the point as to.
func scaled(r *Row, i, to int) types.Wide {
	w, ok := types.Rescale(r.Decimal(i), r.Types[i].Scale, to)
	if !ok {
		r.Fail(errRange("Decimal overflow"))
	}
	return w
}

func addDecimals(r *Row, minus bool) {
	a, b := scaled(r, 0, r.Result.Scale), scaled(r, 1, r.Result.Scale)
	if minus {
		b = types.NegWide(b)
	}
	c, ok := types.AddWide(a, b)
	putChecked(r, c, ok)
}

func putChecked(r *Row, c types.Wide, ok bool) {
	if !ok {
		r.Fail(errRange("Decimal overflow"))
	}
	if r.err == nil {
		r.PutDecimal(c)
	}
}

func mulDecimals(r *Row) {
	c, ok := types.MulWide(r.Decimal(0), r.Decimal(1))
	putChecked(r, c, ok)
}

// divDecimals divides a·10^(scale + b's scale - a's scale) by b, rounding half up.
func divDecimals(r *Row) {
	b := r.Decimal(1)
	if b == (types.Wide{}) {
		r.Fail(fault.New(fault.DivisionByZero, "Division by zero"))
		return
	}
	by := r.Result.Scale + r.Types[1].Scale - r.Types[0].Scale
	a := new(big.Int).Mul(types.BigOf(r.Decimal(0)), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(by)), nil))
	c, ok := types.WideOfBig(types.DivBig(a, types.BigOf(b)))
	putChecked(r, c, ok)
}

func modDecimals(r *Row) {
	s := r.Result.Scale
	if r.Decimal(1) == (types.Wide{}) {
		r.Fail(fault.New(fault.DivisionByZero, "Division by zero"))
		return
	}
	ten := big.NewInt(10)
	up := func(i int) *big.Int {
		return new(big.Int).Mul(types.BigOf(r.Decimal(i)), new(big.Int).Exp(ten, big.NewInt(int64(s-r.Types[i].Scale)), nil))
	}
	c, ok := types.WideOfBig(new(big.Int).Rem(up(0), up(1)))
	putChecked(r, c, ok)
}
