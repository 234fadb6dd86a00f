package wire

import (
	"reflect"
	"testing"
)

func TestPlan(t *testing.T) {
	in := full(1)
	p, base := Shape(in)
	if p != PlanOf(reflect.TypeFor[thing]()) || p.Member("inner").Value.Struct != p {
		t.Error("a recursive shape has more than one plan")
	}
	name := p.Member("name")
	if !name.Required || name.Shape != "Name" || name.Value.String(name.Ptr(base)) != *in.Name {
		t.Errorf("name %+v", name)
	}
	if data := p.Member("data"); !data.Sensitive || data.Value.Len(data.Ptr(base)) != 3 || data.Value.Bytes(data.Ptr(base))[2] != 255 {
		t.Errorf("data %+v", data)
	}
	if m := p.Member("count"); m.Value.Int(m.Ptr(base)) != -7 {
		t.Error("count")
	}
	if m := p.Member("small"); m.Value.Float(m.Ptr(base)) != 1.5 {
		t.Error("small")
	}
	if m := p.Member("on"); !m.Value.Bool(m.Ptr(base)) {
		t.Error("on")
	}
	if m := p.Member("at"); !m.Value.Time(m.Ptr(base)).Equal(*in.At) {
		t.Error("at")
	}
	parts := p.Member("parts")
	second := parts.Value.At(parts.Ptr(base), 1)
	key := parts.Value.Elem.Struct.Member("key")
	if key.Value.String(key.Ptr(second)) != "b" || parts.Value.Elem.Struct.Member("value").IsSet(second) {
		t.Error("the second part")
	}
	tags := p.Member("tags")
	var order []string
	for k, at := range tags.Value.Entries(tags.Ptr(base)) {
		order = append(order, k+"="+tags.Value.Elem.String(at))
	}
	if !reflect.DeepEqual(order, []string{"=empty", "k=v"}) {
		t.Errorf("tags %q", order)
	}
	if p.Member("nope") != nil || p.Member("doc").IsSet(reflect.ValueOf(&thing{}).UnsafePointer()) {
		t.Error("what is absent is present")
	}
}

func TestPlanRefusesForeignTypes(t *testing.T) {
	type wrong struct {
		Name string `aws:"name"`
	}
	defer func() {
		if recover() == nil {
			t.Error("a shape that breaks the grammar was planned")
		}
	}()
	PlanOf(reflect.TypeFor[wrong]())
}

func TestPlansBuiltAtOnce(t *testing.T) {
	type leaf struct {
		Name *string `aws:"name"`
	}
	type root struct {
		Leaf *leaf   `aws:"leaf"`
		Many []leaf  `aws:"many"`
		Self []*byte `json:"ignored"`
	}
	done := make(chan *Plan)
	for i := range 8 {
		go func() {
			if i%2 == 0 {
				done <- PlanOf(reflect.TypeFor[*root]())
			} else {
				done <- PlanOf(reflect.TypeFor[root]())
			}
		}()
	}
	first := <-done
	for range 7 {
		if p := <-done; p != first {
			t.Error("two plans of one shape")
		}
	}
	if first.Member("many").Value.Elem.Struct != PlanOf(reflect.TypeFor[leaf]()) {
		t.Error("the plan inside is another")
	}
}
