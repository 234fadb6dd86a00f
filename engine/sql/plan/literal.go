package plan

import (
	"strconv"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

func (p *planner) literal(e syntax.Expr) expr.Expr {
	switch e := e.(type) {
	case *syntax.Null:
		return expr.NullOf(types.Null)
	case *syntax.Bool:
		return expr.BoolConst(e.Value)
	case *syntax.Text:
		return textConst(e.Value)
	case *syntax.Binary:
		return expr.NewConst(types.Binary, func(v *vector.Vector) { v.AppendText(e.Value) })
	case *syntax.Number:
		return p.number(e)
	case *syntax.Interval:
		return p.interval(e)
	case *syntax.Typed:
		return p.typed(e)
	}
	return nil
}

func (p *planner) number(e *syntax.Number) expr.Expr {
	switch {
	case strings.ContainsAny(e.Text, "eE"):
		f, err := strconv.ParseFloat(e.Text, 64)
		if err != nil {
			fail(e.Pos, fault.InvalidLiteral, "Invalid numeric literal: %s", e.Text)
		}
		return expr.NewConst(types.Float, func(v *vector.Vector) { v.AppendFloat(f) })
	case strings.Contains(e.Text, "."):
		return p.decimal(e.Pos, e.Text)
	}
	n, err := strconv.ParseInt(e.Text, 10, 64)
	if err != nil {
		fail(e.Pos, fault.InvalidLiteral, "Invalid numeric literal: %s", e.Text)
	}
	t := types.Big
	if n == int64(int32(n)) {
		t = types.Int
	}
	return expr.NewConst(t, func(v *vector.Vector) { v.AppendInt(n) })
}

// decimal is a number with as many digits as it is written with.
func (p *planner) decimal(at fault.Pos, text string) expr.Expr {
	n, scale, ok := functions.ParseDecimal(text)
	if !ok {
		fail(at, fault.InvalidLiteral, "Invalid decimal literal: %s", text)
	}
	digits := strings.TrimLeft(strings.Replace(strings.TrimLeft(text, "+-"), ".", "", 1), "0")
	precision := max(len(digits), scale, 1)
	if precision > types.MaxDigits {
		fail(at, fault.InvalidLiteral, "Decimal literal has too many digits: %s", text)
	}
	w, _ := types.WideOfBig(n)
	t := types.DecimalOf(precision, scale)
	return expr.NewConst(t, func(v *vector.Vector) {
		if v.Kind == vector.Int {
			v.AppendInt(int64(w.Lo))
		} else {
			v.AppendWide(w)
		}
	})
}

func (p *planner) typed(e *syntax.Typed) expr.Expr {
	t := e.Type
	switch t.Kind {
	case types.Decimal:
		return p.decimal(e.Pos, e.Value)
	case types.JSON:
		return p.call(e.Pos, "json_parse", textConst(e.Value))
	case types.Timestamp, types.Time: // as precise as it is written, with a zone if there is one
		digits := 0
		if dot := strings.IndexByte(e.Value, '.'); dot >= 0 {
			for _, c := range e.Value[dot+1:] {
				if c < '0' || c > '9' {
					break
				}
				digits++
			}
		}
		if digits > 6 {
			fail(e.Pos, fault.NotSupported, "%s precision beyond microseconds is not supported: %d", strings.ToUpper(t.Kind.String()), digits)
		}
		t = &types.Type{Kind: t.Kind, Size: digits}
		if _, zone, ok := functions.ParseStamp(strings.TrimSpace(e.Value)); ok && zone != "" && t.Kind == types.Timestamp {
			t.Kind = types.TimestampZone
		}
		if _, zone, ok := functions.ParseClockZone(strings.TrimSpace(e.Value)); ok && zone != "" && t.Kind == types.Time {
			t.Kind = types.TimeZone
		}
	}
	f, err := functions.Cast(types.Text, t, false)
	if err != nil {
		fail(e.Pos, fault.InvalidLiteral, "'%s' is not a valid %s literal", e.Value, strings.ToUpper(t.Kind.String()))
	}
	v, err := f.Kernel(p.fctx, 1, []functions.Arg{{Vector: textConst(e.Value).Value}})
	if err != nil {
		fail(e.Pos, fault.InvalidLiteral, "'%s' is not a valid %s literal", e.Value, strings.ToUpper(t.Kind.String()))
	}
	return &expr.Const{Value: v.Flat(), T: t}
}

// unitSize is microseconds, or months, of a unit.
var unitSize = map[string]int64{"SECOND": 1e6, "MINUTE": 60e6, "HOUR": 3600e6, "DAY": 86400e6, "WEEK": 7 * 86400e6, "MONTH": 1, "YEAR": 12}

func (p *planner) interval(e *syntax.Interval) expr.Expr {
	bad := func() {
		fail(e.Pos, fault.InvalidLiteral, "'%s' is not a valid INTERVAL literal", e.Value)
	}
	months := e.From == "YEAR" || e.From == "MONTH"
	value, sign := strings.TrimSpace(e.Value), int64(1)
	if e.Negative {
		sign = -1
	}
	if rest, ok := strings.CutPrefix(value, "-"); ok {
		value, sign = rest, -sign
	}
	order := []string{"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}
	at := indexOf(order, e.From)
	to := at
	if e.To != "" {
		if to = indexOf(order, e.To); to <= at || (e.To == "MONTH") != months {
			fail(e.Pos, fault.Syntax, "Invalid interval: %s TO %s", e.From, e.To)
		}
	}
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ':' || r == '-' })
	if len(parts) == 0 || len(parts) > to-at+1 {
		bad()
	}
	total := int64(0)
	for i, part := range parts {
		unit := e.From
		if i > 0 {
			unit = order[at+i]
		}
		whole, fraction, dotted := strings.Cut(part, ".")
		n, err := strconv.ParseInt(whole, 10, 40)
		if err != nil || dotted && unit != "SECOND" || len(fraction) > 6 {
			bad()
		}
		total += n * unitSize[unit]
		if dotted {
			f, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
			if err != nil {
				bad()
			}
			total += f
		}
	}
	t := types.Interval
	if months {
		t = types.Months
	}
	return expr.NewConst(t, func(v *vector.Vector) { v.AppendInt(sign * total) })
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}
