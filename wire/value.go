package wire

import (
	"io"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// This file is the only one that knows how values lie in memory. Everything else asks it for addresses.
// An address of a value is where the bare value is: for a member that is a pointer, what it points to.

// ptr returns the address of m's value in the structure at base, or nil when the member is absent.
func (m *Member) ptr(base unsafe.Pointer) unsafe.Pointer {
	f := unsafe.Add(base, m.offset)
	if m.pointer {
		return *(*unsafe.Pointer)(f)
	}
	// Slices, maps, interfaces and functions are nil when their first word is.
	if *(*unsafe.Pointer)(f) == nil {
		return nil
	}
	return f
}

// room makes m present in the structure at base and returns the address where its value belongs. What
// was there is forgotten: of a member sent twice the last counts.
func (m *Member) room(base unsafe.Pointer, s *slab) unsafe.Pointer {
	f := unsafe.Add(base, m.offset)
	if !m.pointer {
		return f
	}
	var p unsafe.Pointer
	switch m.Value.Kind {
	case String:
		p = unsafe.Pointer(s.texts.next())
	case Int64:
		p = unsafe.Pointer(s.longs.next())
	case Int32:
		p = unsafe.Pointer(s.ints.next())
	case Bool:
		p = unsafe.Pointer(s.bools.next())
	case Time:
		p = unsafe.Pointer(new(time.Time))
	case Float32:
		p = unsafe.Pointer(new(float32))
	case Float64:
		p = unsafe.Pointer(new(float64))
	default:
		s.spent += int64(m.Value.Type.Size())
		p = reflect.New(m.Value.Type).UnsafePointer()
	}
	*(*unsafe.Pointer)(f) = p
	return p
}

// clear makes m absent.
func (m *Member) clear(base unsafe.Pointer) {
	f := unsafe.Add(base, m.offset)
	if m.pointer {
		*(*unsafe.Pointer)(f) = nil
		return
	}
	reflect.NewAt(m.Value.Type, f).Elem().SetZero()
}

// slab hands out small values from shared arrays: one allocation for many. An input lives and dies as a whole.
// It also counts what structures, lists and maps take in memory: two bytes of JSON or one of CBOR can ask for
// a structure of five hundred, and the gateway bounds only the body.
type slab struct {
	spent, limit int64
	texts        strip[string]
	longs        strip[int64]
	ints         strip[int32]
	bools        strip[bool]
}

// What a body may grow to in memory, beside its texts and blobs, which are no longer than it is.
const (
	growFree = 1 << 20
	growBy   = 16
	growMax  = 128 << 20
)

// newSlab makes a slab for a body of n bytes.
func newSlab(n int) slab { return slab{limit: growFree + min(growBy*int64(n), growMax)} }

// over reports that the body asked for too much; decoders then refuse it.
func (s *slab) over() bool { return s.spent > s.limit }

type strip[T any] struct {
	free []T
	size int
}

func (s *strip[T]) next() *T {
	if len(s.free) == 0 {
		s.size = min(max(4, 2*s.size), 256)
		s.free = make([]T, s.size)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}

// header is a slice as it lies in memory.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

var nothing [1]uint64 // what empty slices point to

// begin makes the list at p empty and present.
func begin(p unsafe.Pointer) { *(*header)(p) = header{data: unsafe.Pointer(&nothing)} }

// length is the number of elements of the list or blob at p.
func length(p unsafe.Pointer) int { return (*header)(p).len }

// push appends a zero element to the list at p and returns its address, which holds until the next push.
func (v *Value) push(p unsafe.Pointer, s *slab) unsafe.Pointer {
	h := (*header)(p)
	if h.len == h.cap {
		n := max(4, h.len)
		if s.spent += int64(n) * int64(v.Elem.Type.Size()); s.over() {
			return reflect.New(v.Elem.Type).UnsafePointer() // a place no one reads: the decoder is about to refuse
		}
		reflect.NewAt(v.Type, p).Elem().Grow(n)
	}
	h.len++
	return unsafe.Add(h.data, uintptr(h.len-1)*v.Elem.Type.Size())
}

// at is the address of element i of the list at p.
func (v *Value) at(p unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Add((*header)(p).data, uintptr(i)*v.Elem.Type.Size())
}

// entries is a map being filled.
type entries struct {
	text map[string]string // where values are strings
	any  reflect.Value
	elem *Value
	slab *slab
}

// mapCost is what an entry of a map takes beside its value, and what an empty map does, roughly.
const mapCost = 64

// beginMap makes the map at p empty and present.
func (v *Value) beginMap(p unsafe.Pointer, s *slab) entries {
	s.spent += mapCost
	if v.Elem.Kind == String {
		m := map[string]string{}
		*(*map[string]string)(p) = m
		return entries{text: m, slab: s}
	}
	m := reflect.MakeMap(v.Type)
	reflect.NewAt(v.Type, p).Elem().Set(m)
	return entries{any: m, elem: v.Elem, slab: s}
}

// put asks fill for the value of key.
func (e entries) put(key string, fill func(p unsafe.Pointer) error) error {
	e.spend()
	if e.text != nil {
		var s string
		if err := fill(unsafe.Pointer(&s)); err != nil {
			return err
		}
		e.text[key] = s
		return nil
	}
	value := reflect.New(e.elem.Type)
	if err := fill(value.UnsafePointer()); err != nil {
		return err
	}
	e.any.SetMapIndex(reflect.ValueOf(key), value.Elem())
	return nil
}

// late asks fill for a value and the key that it learns on the way.
func (e entries) late(fill func(p unsafe.Pointer) (key string, err error)) error {
	e.spend()
	if e.text != nil {
		var s string
		key, err := fill(unsafe.Pointer(&s))
		if err == nil {
			e.text[key] = s
		}
		return err
	}
	value := reflect.New(e.elem.Type)
	key, err := fill(value.UnsafePointer())
	if err == nil {
		e.any.SetMapIndex(reflect.ValueOf(key), value.Elem())
	}
	return err
}

func (e entries) spend() {
	e.slab.spent += mapCost
	if e.elem != nil {
		e.slab.spent += 2 * int64(e.elem.Type.Size())
	}
}

// sameMap is the map at p, to be filled further.
func (v *Value) sameMap(p unsafe.Pointer, s *slab) entries {
	if v.Elem.Kind == String {
		return entries{text: *(*map[string]string)(p), slab: s}
	}
	return entries{any: reflect.NewAt(v.Type, p).Elem(), elem: v.Elem, slab: s}
}

// entry is one pair of a map.
type entry struct {
	key   string
	value unsafe.Pointer
}

// sorted lists the map at p by key, so that the same output is always the same bytes.
func (v *Value) sorted(p unsafe.Pointer) []entry {
	var list []entry
	if v.Elem.Kind == String {
		m := *(*map[string]string)(p)
		list = make([]entry, 0, len(m))
		for k, s := range m {
			list = append(list, entry{k, unsafe.Pointer(&s)})
		}
	} else {
		m := reflect.NewAt(v.Type, p).Elem()
		list = make([]entry, 0, m.Len())
		for it := m.MapRange(); it.Next(); {
			e := reflect.New(v.Elem.Type)
			e.Elem().Set(it.Value())
			list = append(list, entry{it.Key().String(), e.UnsafePointer()})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		if a.key < b.key {
			return -1
		}
		if a.key > b.key {
			return 1
		}
		return 0
	})
	return list
}

func textAt(p unsafe.Pointer) string          { return *(*string)(p) }
func blobAt(p unsafe.Pointer) []byte          { return *(*[]byte)(p) }
func timeAt(p unsafe.Pointer) time.Time       { return *(*time.Time)(p) }
func documentAt(p unsafe.Pointer) any         { return *(*any)(p) }
func readerAt(p unsafe.Pointer) io.Reader     { return *(*io.Reader)(p) }
func boolAt(p unsafe.Pointer) bool            { return *(*bool)(p) }
func setText(p unsafe.Pointer, s string)      { *(*string)(p) = s }
func setBlob(p unsafe.Pointer, b []byte)      { *(*[]byte)(p) = b }
func setDocument(p unsafe.Pointer, v any)     { *(*any)(p) = v }
func setReader(p unsafe.Pointer, r io.Reader) { *(*io.Reader)(p) = r }

// integer reads an Int32 or Int64.
func (v *Value) integer(p unsafe.Pointer) int64 {
	if v.Kind == Int32 {
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}

// float reads a Float32 or Float64.
func (v *Value) float(p unsafe.Pointer) float64 {
	if v.Kind == Float32 {
		return float64(*(*float32)(p))
	}
	return *(*float64)(p)
}

// alias is b as a string without a copy. b must not change afterwards.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

type timeValue = time.Time
