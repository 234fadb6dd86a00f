package wire

import (
	"io"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"unyo/base/must"
)

// Kind is what a value is, in the words of the models.
type Kind uint8

const (
	String Kind = iota // string, also enums
	Int32
	Int64
	Float32
	Float64
	Bool
	Time
	Blob
	List
	Map
	Struct   // also unions
	Document // any JSON-like value, Go type any
	Stream   // io.Reader: a streaming blob
	Events   // rt.Events[E]
)

// Value says how one value lies in memory and what it contains. It describes the bare value (string,
// []Tag, Tag), not the pointer that a member of a structure holds.
type Value struct {
	Kind   Kind
	Type   reflect.Type
	Elem   *Value // of lists, maps and event streams
	Struct *Plan  // of structures

	time timeFormat // unset: the protocol's default
	xml  xmlInner   // names inside lists and maps
	// Tags of list members.
	itemOpen, itemClose []byte
}

// Member is one member of a structure.
type Member struct {
	Name       string // the model's name, the key in JSON and CBOR
	Shape      string // name in Model.Shape, "" when unconstrained
	Required   bool
	Idempotent bool
	Sensitive  bool
	Host       bool // host label
	Value      *Value
	Index      int // of the Go field

	offset  uintptr
	pointer bool // the field holds a pointer to the value

	wire wireNames
}

// Plan is the layout of a structure: its members in the model's order.
type Plan struct {
	Type    reflect.Type
	Union   bool
	Members []Member

	byJSON  map[string]int32
	byCBOR  map[string]int32
	byXML   map[string]int32
	byEC2   map[string]int32
	body    []int32 // members that rest protocols put into the body
	bound   []int32 // members that rest protocols put elsewhere
	payload int32   // the member that is the body, or -1
	attrs   []int32 // members that are XML attributes
	events  int32   // the member that is an event stream, or -1
}

var (
	plans   sync.Map // reflect.Type → *Plan, complete ones only
	plansMu sync.Mutex
)

// PlanOf returns the plan of struct type t (or of the struct that pointer type t points to). Plans are
// built on first use and kept: types are few. It panics on a type that package rt's grammar does not allow.
func PlanOf(t reflect.Type) *Plan {
	if p, ok := plans.Load(t); ok {
		return p.(*Plan)
	}
	plansMu.Lock()
	defer plansMu.Unlock()
	b := builder{done: map[reflect.Type]*Plan{}}
	structure := t
	if t.Kind() == reflect.Pointer {
		structure = t.Elem()
	}
	p := b.plan(structure)
	for typ, plan := range b.done {
		plans.Store(typ, plan)
	}
	plans.Store(t, p)
	return p
}

// planOf returns the plan and address of the struct that v points to.
func planOf(v any) (*Plan, unsafe.Pointer) {
	r := reflect.ValueOf(v)
	must.Hold(r.Kind() == reflect.Pointer && r.Elem().Kind() == reflect.Struct, "wire: %T is no pointer to a shape", v)
	return PlanOf(r.Type()), r.UnsafePointer()
}

// builder builds all plans reachable from one type; recursive shapes find themselves in done.
type builder struct{ done map[reflect.Type]*Plan }

func (b *builder) plan(t reflect.Type) *Plan {
	if p, ok := plans.Load(t); ok {
		return p.(*Plan)
	}
	if p, ok := b.done[t]; ok {
		return p
	}
	must.Hold(t.Kind() == reflect.Struct, "wire: %s is no shape", t)
	p := &Plan{Type: t, payload: -1, events: -1, byJSON: map[string]int32{}, byCBOR: map[string]int32{}, byXML: map[string]int32{}, byEC2: map[string]int32{}}
	b.done[t] = p
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("aws")
		switch {
		case f.Name == "_":
			p.Union = p.Union || hasOption(tag, "union")
		case tag != "" && f.IsExported():
			p.Members = append(p.Members, b.member(f, i))
		}
	}
	p.index()
	return p
}

func (b *builder) member(f reflect.StructField, i int) Member {
	m := Member{Index: i, offset: f.Offset, Shape: f.Tag.Get("is")}
	t := f.Type
	if m.pointer = t.Kind() == reflect.Pointer; m.pointer {
		t = t.Elem()
	}
	m.readTags(f.Tag)
	m.Value = b.value(t, timeFormatOf(f.Tag.Get("time")), m.wire.inner)
	must.Hold(m.pointer == m.Value.behindPointer(), "wire: member %s has the Go type %s", m.Name, f.Type)
	return m
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	anyType    = reflect.TypeFor[any]()
	readerType = reflect.TypeFor[io.Reader]()
)

// value describes type t. Time format and inner names come from the member that holds it.
func (b *builder) value(t reflect.Type, format timeFormat, inner xmlInner) *Value {
	v := &Value{Type: t, time: format, xml: inner}
	switch t.Kind() {
	case reflect.String:
		v.Kind = String
	case reflect.Int32:
		v.Kind = Int32
	case reflect.Int64:
		v.Kind = Int64
	case reflect.Float32:
		v.Kind = Float32
	case reflect.Float64:
		v.Kind = Float64
	case reflect.Bool:
		v.Kind = Bool
	case reflect.Struct:
		if t == timeType {
			v.Kind = Time
		} else {
			v.Kind, v.Struct = Struct, b.plan(t)
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			v.Kind = Blob
		} else {
			v.Kind, v.Elem = List, b.value(t.Elem(), format, xmlInner{})
			v.itemOpen, v.itemClose = []byte("<"+inner.itemName()+">"), []byte("</"+inner.itemName()+">")
		}
	case reflect.Map:
		must.Hold(t.Key().Kind() == reflect.String, "wire: map %s has no string keys", t)
		v.Kind, v.Elem = Map, b.value(t.Elem(), format, xmlInner{})
	case reflect.Interface:
		must.Hold(t == anyType || t == readerType, "wire: no shape has the Go type %s", t)
		if v.Kind = Document; t == readerType {
			v.Kind = Stream
		}
	case reflect.Func:
		// rt.Events[E] is func(yield func(*E, error) bool).
		v.Kind, v.Elem = Events, b.value(t.In(0).In(0).Elem(), format, xmlInner{})
	default:
		must.Hold(false, "wire: no shape has the Go type %s", t)
	}
	return v
}

// behindPointer reports whether a member of this kind is a pointer: those whose bare Go type cannot be nil.
func (v *Value) behindPointer() bool {
	switch v.Kind {
	case Blob, List, Map, Document, Stream, Events:
		return false
	}
	return true
}

// index builds what the decoders look names up in.
func (p *Plan) index() {
	for i := range p.Members {
		m, n := &p.Members[i], int32(i)
		p.byCBOR[m.Name] = n
		if m.wire.in == inBody {
			p.byJSON[m.wire.json] = n
			p.byXML[m.wire.xml] = n
			p.byEC2[m.wire.ec2] = n
		}
		switch {
		case m.Value.Kind == Events:
			p.events = n
		}
		switch {
		case m.wire.in == inPayload:
			p.payload = n
		case m.wire.in != inBody:
			p.bound = append(p.bound, n)
		default:
			p.body = append(p.body, n)
		}
		if m.wire.attr {
			p.attrs = append(p.attrs, n)
		}
	}
}
