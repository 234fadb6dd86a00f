package types

// Digits is how many digits a decimal needs to hold all values of an integer type.
func (t *Type) Digits() int {
	switch t.Kind {
	case Tinyint:
		return 3
	case Smallint:
		return 5
	case Integer:
		return 10
	case Bigint:
		return 19
	}
	return t.Size
}

// AsDecimal is the decimal that holds a number which is no float.
func (t *Type) AsDecimal() *Type {
	if t.Kind == Decimal {
		return t
	}
	return DecimalOf(t.Digits(), 0)
}

// Common is the type to which values of both types are coerced to be compared or stand in one column; nil when there is none.
func Common(a, b *Type) *Type {
	switch {
	case a.Equal(b) || b.Kind == Unknown:
		return a
	case a.Kind == Unknown:
		return b
	case a.IsNumber() && b.IsNumber():
		return commonNumber(a, b)
	case a.IsText() && b.IsText():
		return commonText(a, b)
	}
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.Kind == Date && (b.Kind == Timestamp || b.Kind == TimestampZone):
		return b
	case (a.Kind == Timestamp || a.Kind == TimestampZone) && (b.Kind == Timestamp || b.Kind == TimestampZone), (a.Kind == Time || a.Kind == TimeZone) && (b.Kind == Time || b.Kind == TimeZone):
		return &Type{Kind: b.Kind, Size: max(a.Size, b.Size)}
	case a.Kind == b.Kind && len(a.Fields) == len(b.Fields) && len(a.Fields) > 0 && a.Kind != Function:
		out := &Type{Kind: a.Kind, Fields: make([]Field, len(a.Fields))}
		for i := range a.Fields {
			c := Common(a.Fields[i].Type, b.Fields[i].Type)
			if c == nil {
				return nil
			}
			out.Fields[i].Type = c
			if a.Fields[i].Name == b.Fields[i].Name {
				out.Fields[i].Name = a.Fields[i].Name
			}
		}
		return out
	}
	return nil
}

func commonNumber(a, b *Type) *Type {
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case b.IsInteger() || b.Kind == Double && a.Kind != Decimal || b.Kind == Real:
		return b
	case a.Kind == Real || a.Kind == Double:
		return a
	}
	x, y := a.AsDecimal(), b.AsDecimal()
	scale := max(x.Scale, y.Scale)
	return DecimalOf(min(MaxDigits, max(x.Size-x.Scale, y.Size-y.Scale)+scale), scale)
}

func commonText(a, b *Type) *Type {
	switch {
	case a.Kind == Char && b.Kind == Char:
		return &Type{Kind: Char, Size: max(a.Size, b.Size)}
	case a.Kind == Char || b.Kind == Char: // a varchar becomes a char when compared with one
		n := max(a.Size, b.Size)
		if a.Size == Unbounded || b.Size == Unbounded {
			return Text
		}
		return &Type{Kind: Char, Size: n}
	case a.Size == Unbounded || b.Size == Unbounded:
		return Text
	}
	return VarcharOf(max(a.Size, b.Size))
}

// Coercible tells whether values of one type become the other without a CAST.
func Coercible(from, to *Type) bool {
	if from.Kind == Varchar && to.Kind == Varchar && to.Size == Unbounded || from.Kind == Char && to.Kind == Varchar {
		return true
	}
	if from.Kind == Array && to.Kind == Array || from.Kind == Map && to.Kind == Map || from.Kind == Row && to.Kind == Row {
		for i := range min(len(from.Fields), len(to.Fields)) {
			if !Coercible(from.Fields[i].Type, to.Fields[i].Type) {
				return false
			}
		}
		return len(from.Fields) == len(to.Fields)
	}
	c := Common(from, to)
	return c != nil && c.Equal(to)
}

// SameLayout tells whether a value of one type is one of the other as it lies: no CAST has anything to do.
func SameLayout(from, to *Type) bool {
	switch {
	case from.Equal(to):
		return true
	case from.Kind == Varchar && to.Kind == Varchar:
		return to.Size == Unbounded || from.Size != Unbounded && from.Size <= to.Size
	case from.IsInteger() && to.IsInteger(), from.Kind == Char && to.Kind == Char:
		return from.Kind <= to.Kind && from.Size <= to.Size
	case from.Kind == Decimal && to.Kind == Decimal:
		return from.Scale == to.Scale && from.Size <= to.Size && from.Vector() == to.Vector()
	case (from.Kind == Timestamp || from.Kind == TimestampZone || from.Kind == Time || from.Kind == TimeZone) && from.Kind == to.Kind:
		return from.Size <= to.Size
	case from.Kind == to.Kind && len(from.Fields) == len(to.Fields) && len(from.Fields) > 0:
		for i := range from.Fields {
			if !SameLayout(from.Fields[i].Type, to.Fields[i].Type) {
				return false
			}
		}
		return true
	}
	return false
}
