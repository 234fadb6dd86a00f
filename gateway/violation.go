package gateway

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"unyo/api/rt"
)

// violations lists what is wrong with in, in the order of its members.
func violations(m *rt.Model, in any) []string {
	v := reflect.ValueOf(in).Elem()
	w := walker{}
	w.structure(checksOf(m, v.Type()), v)
	return w.found
}

// maxViolations bounds the answer to an input that is wrong ten thousand times.
const maxViolations = 10

type walker struct {
	found []string
	path  []step // where it is; put into words only when something is wrong, for a batch has ten thousand places
}

// step leads to a member, or with an index, from 1, to an item of a list. What is at and below a secret one is not repeated, for the answer stands in
// the trail: «Value at 'password' failed to satisfy constraint».
// https://github.com/aws-amplify/amplify-js/issues/3723
type step struct {
	name   string
	index  int
	secret bool
}

func (w *walker) secret() bool {
	return slices.ContainsFunc(w.path, func(s step) bool { return s.secret })
}

func (w *walker) where() string {
	var words []string
	for _, s := range w.path {
		if s.index > 0 {
			words = append(words, strconv.Itoa(s.index), "member")
		} else {
			words = append(words, s.name)
		}
	}
	return strings.Join(words, ".")
}

// value looks at what is one step further.
func (w *walker) value(s *shapeCheck, v reflect.Value, to step) {
	w.path = append(w.path, to)
	w.judge(s, v)
	w.path = w.path[:len(w.path)-1]
}

func (w *walker) add(value, constraint string) {
	if w.secret() {
		value = ""
	}
	if len(w.found) < maxViolations {
		w.found = append(w.found, "Value "+value+"at '"+w.where()+"' failed to satisfy constraint: "+constraint)
	}
}

func (w *walker) structure(c *checks, v reflect.Value) {
	for i := range c.members {
		k := &c.members[i]
		f := v.Field(k.index)
		switch {
		case isNil(f) && k.required:
			w.path = append(w.path, step{name: k.name})
			w.add("null ", "Member must not be null")
			w.path = w.path[:len(w.path)-1]
		case !isNil(f) && k.shape != nil:
			w.value(k.shape, f, step{name: k.name, secret: k.secret})
		}
	}
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func:
		return v.IsNil()
	}
	return false
}

func (w *walker) judge(s *shapeCheck, v reflect.Value) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		if s.inside != nil {
			w.structure(s.inside, v)
		}
		return
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			w.list(s, v)
			return
		}
	case reflect.Map:
		w.dictionary(s, v)
		return
	}
	for _, broken := range s.scalar(v) {
		w.add(show(v), broken)
	}
}

func (w *walker) list(s *shapeCheck, v reflect.Value) {
	for _, broken := range s.bounds(float64(v.Len()), "length") {
		w.add(show(v), broken)
	}
	if s.item == nil {
		return
	}
	if s.item.inside == nil && s.item.item == nil {
		w.items(s.item, v)
		return
	}
	for i := range v.Len() {
		if e := v.Index(i); s.item.inside == nil || !s.item.inside.surely(e) {
			w.value(s.item, e, step{index: i + 1})
		}
	}
}

// items reports scalars in a list as AWS does: once for the list, with all that they must satisfy.
func (w *walker) items(s *shapeCheck, v reflect.Value) {
	for i := range v.Len() {
		if e := v.Index(i); len(s.scalar(e)) > 0 {
			w.add(show(v), "Member must satisfy constraint: ["+strings.Join(s.all(), ", ")+"]")
			return
		}
	}
}

func (w *walker) dictionary(s *shapeCheck, v reflect.Value) {
	for _, broken := range s.bounds(float64(v.Len()), "length") {
		w.add(show(v), broken)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if s.key != nil && len(s.key.scalar(k)) > 0 {
			w.add(show(v), "Map keys must satisfy constraint: ["+strings.Join(s.key.all(), ", ")+"]")
		}
		if s.item == nil {
			continue
		}
		if e := v.MapIndex(k); s.item.inside == nil && s.item.item == nil {
			if len(s.item.scalar(e)) > 0 {
				w.add(show(v), "Map value must satisfy constraint: ["+strings.Join(s.item.all(), ", ")+"]")
			}
		} else {
			w.value(s.item, e, step{name: w.key(k) + ".member"})
		}
	}
}

// key is a map's key as it is shown.
func (w *walker) key(k reflect.Value) string {
	if w.secret() {
		return "key"
	}
	return k.String()
}

// maxShown bounds how much of a wrong value is repeated to its sender.
const maxShown = 1024

func show(v reflect.Value) string {
	var s string
	switch {
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		s = "java.nio.HeapByteBuffer[pos=0 lim=" + strconv.Itoa(v.Len()) + " cap=" + strconv.Itoa(v.Len()) + "]"
	case v.Kind() == reflect.Slice && v.Len() > 20:
		s = "[" + strconv.Itoa(v.Len()) + " members]"
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = v.Index(i).String()
		}
		s = "[" + strings.Join(parts, ", ") + "]"
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		s = "[" + strconv.Itoa(v.Len()) + " members]"
	default:
		s = fmt.Sprint(v.Interface())
	}
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return "'" + s + "' "
}
