package reference

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/types"
)

func compare(x, y any) int {
	switch x := x.(type) {
	case bool:
		return cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)) // false before true
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		if y := y.(float64); x == x && y == y { // NaN is above all
			return cmp.Compare(x, y)
		} else {
			return cmp.Compare(y, x)
		}
	case string:
		return strings.Compare(x, y.(string))
	case *big.Int:
		return x.Cmp(y.(*big.Int))
	}
	panic(fmt.Sprintf("reference: no order of %T", x))
}

// compareOp is x op y; nil when it is not known.
func compareOp(op string, x, y any) any {
	if x == nil || y == nil {
		return nil
	}
	c := compare(x, y)
	if f, ok := x.(float64); ok && (f != f || y.(float64) != y.(float64)) {
		return op == "<>" // as IEEE has it
	}
	switch op {
	case "=":
		return c == 0
	case "<>":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func (m *machine) eval(e expr.Expr, r Row) any {
	switch e := e.(type) {
	case *expr.Column:
		return r[e.Index]
	case *expr.Const:
		return ValueOf(e.T, e.Value, 0)
	case *expr.Outer:
		return m.outer[e.Slot]
	case *expr.As:
		return m.eval(e.X, r)
	case *expr.And:
		return m.logic(e.List, r, false)
	case *expr.Or:
		return m.logic(e.List, r, true)
	case *expr.Not:
		if b, ok := m.eval(e.X, r).(bool); ok {
			return !b
		}
		return nil
	case *expr.IsNull:
		return m.eval(e.X, r) == nil
	case *expr.Case:
		for i, c := range e.Conds {
			if m.eval(c, r) == true {
				return m.eval(e.Thens[i], r)
			}
		}
		if e.Else == nil {
			return nil
		}
		return m.eval(e.Else, r)
	case *expr.Coalesce:
		for _, x := range e.List {
			if v := m.eval(x, r); v != nil {
				return v
			}
		}
		return nil
	case *expr.In:
		x, unknown := m.eval(e.X, r), false
		for _, c := range e.List {
			switch compareOp("=", x, ValueOf(c.T, c.Value, 0)) {
			case true:
				return true
			case nil:
				unknown = true
			}
		}
		if unknown {
			return nil
		}
		return false
	case *expr.Call:
		return m.call(e, r)
	}
	panic(fmt.Sprintf("reference: no %T", e))
}

func (m *machine) logic(list []expr.Expr, r Row, decides bool) any {
	var out any = !decides
	for _, x := range list {
		switch m.eval(x, r) {
		case decides:
			return decides
		case nil:
			out = nil
		}
	}
	return out
}

func (m *machine) call(e *expr.Call, r Row) any {
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		args[i] = m.eval(a, r)
	}
	if e.F.Name == "IS DISTINCT FROM" {
		if args[0] == nil || args[1] == nil {
			return args[0] != args[1]
		}
		return compare(args[0], args[1]) != 0
	}
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	switch e.F.Name {
	case "=", "<>", "<", "<=", ">", ">=":
		return compareOp(e.F.Name, args[0], args[1])
	case "+", "-", "*", "/", "%":
		return arithmetic(e.F.Name, args, e.F.Args, e.F.Result)
	case "$neg":
		return arithmetic("-", []any{zero(args[0]), args[0]}, []*types.Type{e.F.Args[0], e.F.Args[0]}, e.F.Result)
	case "CAST":
		return cast(args[0], e.F.Args[0], e.F.Result)
	case "concat":
		s := ""
		for _, a := range args {
			s += a.(string)
		}
		return s
	case "upper":
		return strings.ToUpper(args[0].(string))
	case "length":
		return int64(utf8.RuneCountInString(args[0].(string)))
	case "abs":
		n := args[0].(int64)
		return max(n, -n)
	case "substr":
		s, n := []rune(args[0].(string)), args[1].(int64)
		if n < 1 || n > int64(len(s)) {
			return ""
		}
		return string(s[n-1:])
	case "like":
		return like([]rune(args[0].(string)), []rune(args[1].(string)))
	}
	panic("reference: no function " + e.F.Name)
}

func like(s, p []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '%':
		return like(s, p[1:]) || len(s) > 0 && like(s[1:], p)
	}
	return len(s) > 0 && (p[0] == '_' || p[0] == s[0]) && like(s[1:], p[1:])
}

func zero(x any) any {
	switch x.(type) {
	case float64:
		return 0.0
	case *big.Int:
		return big.NewInt(0)
	}
	return int64(0)
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// halfUp is a / b, halves away from zero.
func halfUp(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if new(big.Int).Mul(r, big.NewInt(2)).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

func arithmetic(op string, args []any, ts []*types.Type, result *types.Type) any {
	switch a := args[0].(type) {
	case int64:
		b := args[1].(int64)
		n := new(big.Int)
		switch op {
		case "+":
			n.Add(big.NewInt(a), big.NewInt(b))
		case "-":
			n.Sub(big.NewInt(a), big.NewInt(b))
		case "*":
			n.Mul(big.NewInt(a), big.NewInt(b))
		default:
			if b == 0 {
				panic(problem{"DIVISION_BY_ZERO"})
			}
			if op == "/" {
				n.Quo(big.NewInt(a), big.NewInt(b))
			} else {
				n.Rem(big.NewInt(a), big.NewInt(b))
			}
		}
		if !n.IsInt64() || result.Kind == types.Integer && n.Int64() != int64(int32(n.Int64())) {
			panic(problem{"NUMERIC_VALUE_OUT_OF_RANGE"})
		}
		return n.Int64()
	case float64:
		b := args[1].(float64)
		switch op {
		case "+":
			return a + b
		case "-":
			return a - b
		case "*":
			return a * b
		}
		return a / b
	case *big.Int:
		b := args[1].(*big.Int)
		up := func(x *big.Int, by int) *big.Int { return new(big.Int).Mul(x, power(by)) }
		x, y := up(a, max(0, result.Scale-ts[0].Scale)), up(b, max(0, result.Scale-ts[1].Scale))
		switch op {
		case "+":
			return new(big.Int).Add(x, y)
		case "-":
			return new(big.Int).Sub(x, y)
		case "*":
			return new(big.Int).Mul(a, b)
		}
		if b.Sign() == 0 {
			panic(problem{"DIVISION_BY_ZERO"})
		}
		if op == "%" {
			return new(big.Int).Rem(x, y)
		}
		return halfUp(up(a, result.Scale+ts[1].Scale-ts[0].Scale), b)
	}
	panic("reference: no arithmetic")
}

func cast(x any, from, to *types.Type) any {
	switch {
	case to.Kind == types.Varchar:
		switch from.Kind {
		case types.Integer, types.Bigint:
			return strconv.FormatInt(x.(int64), 10)
		case types.Varchar:
			return x
		}
	case to.Kind == types.Decimal && from.IsInteger():
		return new(big.Int).Mul(big.NewInt(x.(int64)), power(to.Scale))
	case to.Kind == types.Decimal && from.Kind == types.Decimal:
		if to.Scale >= from.Scale {
			return new(big.Int).Mul(x.(*big.Int), power(to.Scale-from.Scale))
		}
		return halfUp(x.(*big.Int), power(from.Scale-to.Scale))
	case to.Kind == types.Double && from.IsInteger():
		return float64(x.(int64))
	case to.Kind == types.Double && from.Kind == types.Decimal:
		f, _ := new(big.Rat).SetFrac(x.(*big.Int), power(from.Scale)).Float64()
		return f
	case to.IsInteger() && from.IsInteger():
		return x
	}
	panic(fmt.Sprintf("reference: no cast of %s to %s", from, to))
}
