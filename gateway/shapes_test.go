package gateway

import (
	"reflect"
	"slices"

	"unyo/api/rt"
)

// shapesOf lists the constrained shapes that inputs of m name.
func shapesOf(m *rt.Model) []string {
	seen := map[reflect.Type]bool{}
	names := map[string]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			f := t.Field(i)
			for name := f.Tag.Get("is"); name != "" && !names[name]; name = m.Shape(name).Item {
				names[name] = true
			}
			visit(f.Type)
		}
	}
	for i := range m.Operations {
		visit(reflect.TypeOf(m.Operations[i].In))
	}
	list := make([]string, 0, len(names))
	for n := range names {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}
