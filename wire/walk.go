package wire

import (
	"iter"
	"time"
	"unsafe"
)

// What others need to walk shapes as fast as the codec does: validation, redaction, authorisation. An
// address (unsafe.Pointer) is that of a bare value and must come from here; it holds while the shape lives.

// Shape returns the plan and the address of the shape that v, a pointer, points to.
func Shape(v any) (*Plan, unsafe.Pointer) { return planOf(v) }

// Ptr returns the address of m's value in the structure at base, nil when m is absent.
func (m *Member) Ptr(base unsafe.Pointer) unsafe.Pointer { return m.ptr(base) }

// IsSet reports whether m is present in the structure at base.
func (m *Member) IsSet(base unsafe.Pointer) bool { return m.ptr(base) != nil }

// Member finds a member by its model name, or nil.
func (p *Plan) Member(name string) *Member {
	if i, ok := p.byCBOR[name]; ok {
		return &p.Members[i]
	}
	return nil
}

// String reads a String; "" for nil.
func (v *Value) String(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	return textAt(p)
}

// Bytes reads a Blob without a copy.
func (v *Value) Bytes(p unsafe.Pointer) []byte { return blobAt(p) }

// Int reads an Int32 or Int64.
func (v *Value) Int(p unsafe.Pointer) int64 { return v.integer(p) }

// Float reads a Float32 or Float64.
func (v *Value) Float(p unsafe.Pointer) float64 { return v.float(p) }

// Bool reads a Bool.
func (v *Value) Bool(p unsafe.Pointer) bool { return boolAt(p) }

// Time reads a Time.
func (v *Value) Time(p unsafe.Pointer) time.Time { return timeAt(p) }

// Len is the length of a Blob or List.
func (v *Value) Len(p unsafe.Pointer) int { return length(p) }

// At is the address of element i of a List.
func (v *Value) At(p unsafe.Pointer, i int) unsafe.Pointer { return v.at(p, i) }

// Entries yields a Map's entries in the order of their keys. The addresses are of copies.
func (v *Value) Entries(p unsafe.Pointer) iter.Seq2[string, unsafe.Pointer] {
	return func(yield func(string, unsafe.Pointer) bool) {
		for _, e := range v.sorted(p) {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}
