package vector

// AppendAll appends all values of from, which is of the same kind and shape.
func (v *Vector) AppendAll(from *Vector) {
	if v.Len+from.Len > MaxValues {
		panic(ErrTooLarge)
	}
	if v.Kind > Bytes || v.Kind == Null || from.HasNulls() || from.Dict != nil && from.Index == nil {
		v.Grow(from.Len)
		for i := range from.Len {
			v.Append(from, i)
		}
		return
	}
	if from.Dict != nil {
		n := v.Len
		v.Grow(len(from.Index))
		v.pickPlain(from.Dict, from.Index)
		v.Len = n + from.Len
		return
	}
	switch v.Kind {
	case Bool:
		v.Bools = append(v.Bools, from.Bools...)
	case Int:
		v.Ints = append(v.Ints, from.Ints...)
	case Wide:
		v.Wides = append(v.Wides, from.Wides...)
	case Float:
		v.Floats = append(v.Floats, from.Floats...)
	case Bytes:
		begin, end := from.Offsets[0], from.Offsets[from.Len]
		v.room(int(end - begin))
		v.Grow(from.Len)
		for _, at := range from.Offsets[1 : from.Len+1] {
			v.Offsets = append(v.Offsets, at-begin+uint32(len(v.Data)))
		}
		v.Data = append(v.Data, from.Data[begin:end]...)
	}
	v.Len += from.Len
}

// Drop leaves out the first n values of a flat vector that holds no others, in the room that it has.
func (v *Vector) Drop(n int) {
	nulls := v.Nulls.slice(n, v.Len)
	v.Nulls = append(v.Nulls[:0], nulls...)
	v.Len -= n
	switch v.Kind {
	case Bool:
		v.Bools = append(v.Bools[:0], v.Bools[n:]...)
	case Int:
		v.Ints = append(v.Ints[:0], v.Ints[n:]...)
	case Wide:
		v.Wides = append(v.Wides[:0], v.Wides[n:]...)
	case Float:
		v.Floats = append(v.Floats[:0], v.Floats[n:]...)
	case Bytes:
		begin := v.Offsets[n]
		v.Data = append(v.Data[:0], v.Data[begin:]...)
		v.Offsets = append(v.Offsets[:0], v.Offsets[n:]...)
		for i := range v.Offsets {
			v.Offsets[i] -= begin
		}
	}
}
