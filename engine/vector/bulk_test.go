package vector

import (
	"reflect"
	"testing"
)

// Whatever the kind and the form, what is appended at once and dropped again is what appending one by one gives.
func TestAppendAllAndDrop(t *testing.T) {
	for _, kind := range []Kind{Bool, Int, Wide, Float, Bytes} {
		for _, nulls := range []bool{false, true} {
			flat := New(kind)
			for i := range 150 {
				switch {
				case nulls && i%7 == 3:
					flat.AppendNull()
				case kind == Bool:
					flat.AppendBool(i%3 == 0)
				case kind == Int:
					flat.AppendInt(int64(i))
				case kind == Wide:
					flat.AppendWide(Int128{Lo: uint64(i)})
				case kind == Float:
					flat.AppendFloat(float64(i))
				default:
					flat.AppendText(make([]byte, i%5))
				}
			}
			many := []uint32{4, 149, 3, 3, 0}
			for _, from := range []*Vector{flat, flat.Slice(10, 90), Constant(flat, 5), {Kind: kind, Len: 5, Dict: flat, Index: many}, New(kind)} {
				got, want := New(kind), New(kind)
				for range 2 {
					got.AppendAll(from)
				}
				for i := range 2 * from.Len {
					if i >= 3 || from.Len == 0 {
						want.Append(from, i%from.Len)
					}
				}
				if from.Len > 0 {
					got.Drop(3)
				}
				if err := got.Check(); err != nil || got.Len != want.Len {
					t.Fatalf("%s: %d values, not %d: %v", kind, got.Len, want.Len, err)
				}
				for i := range want.Len {
					g, w := New(kind), New(kind)
					g.Append(got, i)
					w.Append(want, i)
					if !reflect.DeepEqual(g, w) {
						t.Fatalf("%s, value %d: %v, not %v", kind, i, g, w)
					}
				}
			}
		}
	}
}
