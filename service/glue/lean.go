package glue

import (
	"encoding/json"
	"reflect"
	"time"
)

// lean keeps an API shape as JSON without the members that are absent: a partition repeats the columns of its table,
// and most members of most columns are.
type lean[T any] struct{ V T }

func (l lean[T]) MarshalJSON() ([]byte, error) { return json.Marshal(present(reflect.ValueOf(l.V))) }

func (l *lean[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &l.V) }

// present is a value of maps and lists that holds what v has. An empty list or map that was given stays.
func present(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if _, ok := v.Interface().(*time.Time); ok {
			return v.Interface()
		}
		return present(v.Elem())
	case reflect.Struct:
		members := map[string]any{}
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				members[v.Type().Field(i).Name] = present(f)
			}
		}
		return members
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = present(v.Index(i))
		}
		return list
	}
	return v.Interface() // strings, numbers, truths and maps of strings
}
