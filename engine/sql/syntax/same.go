package syntax

import (
	"reflect"
	"strings"
)

// Same tells whether two expressions are the same but for where they stand and how their names and words are written. A question mark is the same
// as no other.
func Same(a, b Expr) bool { return same(reflect.ValueOf(a), reflect.ValueOf(b)) }

var (
	placeType = reflect.TypeFor[Pos]()
	queryType = reflect.TypeFor[Query]()
	identType = reflect.TypeFor[Ident]()
	fieldType = reflect.TypeFor[Field]()
)

func same(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	if !a.IsValid() || a.Type() == placeType {
		return true
	}
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			x, y := a.Field(i), b.Field(i)
			name := a.Type().Field(i).Name
			switch {
			case a.Type() == queryType && name == "Text":
			case (a.Type() == identType || a.Type() == fieldType) && name == "Name":
				if !strings.EqualFold(x.String(), y.String()) {
					return false
				}
			case !same(x, y):
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
