package sdk

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// Unknown collects members of our shapes that the SDK does not have: botocore's facts are of another day.
var Unknown = map[string]bool{}

// same compares a generated shape with the SDK's. Names agree but for the case of their letters; the SDK has
// bare values for some of our pointers, and interfaces for our unions.
func same(at string, ours, theirs reflect.Value) error {
	if ours.Kind() == reflect.Pointer || ours.Kind() == reflect.Interface {
		if ours.IsNil() {
			if !theirs.IsValid() || empty(theirs) {
				return nil
			}
			return fmt.Errorf("%s: we have nothing, the SDK %v", at, theirs)
		}
		if ours.Kind() == reflect.Interface {
			return sameDynamic(at, ours, theirs)
		}
		ours = ours.Elem()
	}
	if theirs.Kind() == reflect.Interface && !theirs.IsNil() && ours.Kind() == reflect.Struct {
		return sameUnion(at, ours, theirs.Elem())
	}
	if theirs.Kind() == reflect.Pointer || theirs.Kind() == reflect.Interface {
		if theirs.IsNil() {
			if ours.IsZero() {
				return nil
			}
			return fmt.Errorf("%s: the SDK has nothing, we %v", at, ours)
		}
		theirs = theirs.Elem()
	}
	if ours.Type() == timeType {
		a, b := ours.Interface().(time.Time), theirs.Interface().(time.Time)
		if !a.Equal(b) {
			return fmt.Errorf("%s: %v and %v", at, a, b)
		}
		return nil
	}
	if at, ok := theirs.Interface().(time.Time); ok && ours.Kind() == reflect.String { // Expires, which S3 keeps as it came
		theirs = reflect.ValueOf(at.UTC().Format(http.TimeFormat))
	}
	switch ours.Kind() {
	case reflect.Struct:
		return sameStruct(at, ours, theirs)
	case reflect.Slice:
		return sameSlice(at, ours, theirs)
	case reflect.Map:
		return sameMap(at, ours, theirs)
	}
	if a, b := fmt.Sprint(ours.Interface()), fmt.Sprint(theirs.Interface()); a != b {
		return fmt.Errorf("%s: %q and %q", at, a, b)
	}
	return nil
}

func sameDynamic(at string, ours, theirs reflect.Value) error {
	a, ok := ours.Interface().(io.Reader)
	if !ok {
		return nil // a document: the SDK's is opaque
	}
	b, ok := theirs.Interface().(io.Reader)
	if !ok {
		return fmt.Errorf("%s: the SDK has no stream", at)
	}
	if s, ok := b.(io.Seeker); ok { // what was given to the client has been read by it
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	x, err := io.ReadAll(a)
	if err != nil {
		return err
	}
	y, err := io.ReadAll(b)
	if err == nil && !bytes.Equal(x, y) {
		err = fmt.Errorf("%s: %q and %q", at, x, y)
	}
	return err
}

// sameUnion: the SDK's union member is a pointer to types.UnionMemberName with one field, Value.
func sameUnion(at string, ours, theirs reflect.Value) error {
	for theirs.Kind() == reflect.Pointer {
		theirs = theirs.Elem()
	}
	for i := range ours.NumField() {
		f := ours.Type().Field(i)
		if !f.IsExported() || ours.Field(i).IsZero() {
			continue
		}
		if !strings.HasSuffix(strings.ToLower(theirs.Type().Name()), "member"+strings.ToLower(f.Name)) {
			return fmt.Errorf("%s: we have %s, the SDK %s", at, f.Name, theirs.Type().Name())
		}
		return same(at+"."+f.Name, ours.Field(i), theirs.FieldByName("Value"))
	}
	return fmt.Errorf("%s: our union is empty, the SDK's %s", at, theirs.Type().Name())
}

func sameStruct(at string, ours, theirs reflect.Value) error {
	if theirs.Kind() != reflect.Struct {
		return fmt.Errorf("%s: the SDK has %s", at, theirs.Type())
	}
	fields := map[string]int{}
	for i := range theirs.NumField() {
		fields[strings.ToLower(theirs.Type().Field(i).Name)] = i
	}
	for i := range ours.NumField() {
		f := ours.Type().Field(i)
		if !f.IsExported() || f.Tag.Get("aws") == "" {
			continue
		}
		j, ok := fields[strings.ToLower(f.Name)]
		if k, text := fields[strings.ToLower(f.Name)+"string"]; text { // Expires, which the SDK has twice
			j = k
		}
		if !ok {
			Unknown[ours.Type().String()+"."+f.Name] = true
			continue
		}
		if err := same(at+"."+f.Name, ours.Field(i), theirs.Field(j)); err != nil {
			return err
		}
	}
	return nil
}

func sameSlice(at string, ours, theirs reflect.Value) error {
	if theirs.Kind() != reflect.Slice || ours.Len() != theirs.Len() {
		return fmt.Errorf("%s: %v and %v", at, ours, theirs)
	}
	if ours.Type().Elem().Kind() == reflect.Uint8 {
		if !bytes.Equal(ours.Bytes(), theirs.Bytes()) {
			return fmt.Errorf("%s: %q and %q", at, ours.Bytes(), theirs.Bytes())
		}
		return nil
	}
	for i := range ours.Len() {
		if err := same(fmt.Sprintf("%s[%d]", at, i), ours.Index(i), theirs.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func sameMap(at string, ours, theirs reflect.Value) error {
	if theirs.Kind() != reflect.Map || ours.Len() != theirs.Len() {
		return fmt.Errorf("%s: %v and %v", at, ours, theirs)
	}
	for _, k := range ours.MapKeys() {
		other := theirs.MapIndex(k.Convert(theirs.Type().Key()))
		if !other.IsValid() {
			return fmt.Errorf("%s[%s]: the SDK has no such key", at, k)
		}
		if err := same(fmt.Sprintf("%s[%s]", at, k), ours.MapIndex(k), other); err != nil {
			return err
		}
	}
	return nil
}

// empty reports whether nothing is set inside v: forms have no way to say an empty structure.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || empty(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if !empty(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}
