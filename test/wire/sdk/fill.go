package sdk

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

// place is where a member travels, which decides what its value may be.
type place struct {
	bound  bool // in a header, label or parameter: plain text only
	status bool
	xml    bool
}

// filler gives every member a value that no other member has, so that crossed wires show.
type filler struct{ n int }

// Fill gives every member of the shape that v points to a value of its own.
func Fill(v any) { (&filler{}).fill(reflect.ValueOf(v).Elem(), "", place{}, 0) }

var (
	timeType   = reflect.TypeFor[time.Time]()
	readerType = reflect.TypeFor[io.Reader]()
)

// maxNesting is how deep shapes that contain themselves are filled.
const maxNesting = 6

func (f *filler) fill(v reflect.Value, name string, at place, depth int) {
	f.n++
	t := v.Type()
	switch t.Kind() {
	case reflect.Pointer:
		if depth > maxNesting && t.Elem().Kind() == reflect.Struct && t.Elem() != timeType {
			return
		}
		v.Set(reflect.New(t.Elem()))
		f.fill(v.Elem(), name, at, depth)
	case reflect.String:
		v.SetString(f.text(name, at))
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
		if at.status {
			v.SetInt(200)
		}
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) + 0.25)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		f.slice(v, name, at, depth)
	case reflect.Map:
		f.mapping(v, name, at, depth)
	case reflect.Struct:
		if t == timeType {
			v.Set(reflect.ValueOf(time.Date(2001, 2, 3, 4, 5, f.n%60, 0, time.UTC)))
			return
		}
		f.structure(v, depth)
	case reflect.Interface:
		if t == readerType {
			v.Set(reflect.ValueOf(strings.NewReader(fmt.Sprintf("streamed %d <body>", f.n))))
		}
	}
}

func (f *filler) text(name string, at place) string {
	if at.bound {
		return fmt.Sprintf("%s-%d", strings.ToLower(name), f.n)
	}
	return fmt.Sprintf("%s %d <&> \"ü\" 'x' 😀", name, f.n)
}

func (f *filler) slice(v reflect.Value, name string, at place, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte(fmt.Sprintf("blob %d \x00\xff", f.n)))
		return
	}
	if depth > maxNesting {
		return
	}
	n := 2
	if v.Type().Elem().Kind() == reflect.Interface { // unions and documents of the SDK stay absent
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.fill(v.Index(i), name, at, depth+1)
	}
}

func (f *filler) mapping(v reflect.Value, name string, at place, depth int) {
	if depth > maxNesting || v.Type().Elem().Kind() == reflect.Interface {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := range 2 {
		e := reflect.New(v.Type().Elem()).Elem()
		f.fill(e, name, at, depth+1)
		key := reflect.New(v.Type().Key()).Elem()
		key.SetString(fmt.Sprintf("key-%d", i))
		v.SetMapIndex(key, e)
	}
}

// structure fills all members of a shape, or one of a union.
func (f *filler) structure(v reflect.Value, depth int) {
	t := v.Type()
	_, union := t.FieldByName("_")
	// botocore calls these structures; AWS and the SDK, unions.
	union = union || t.Name() == "AnalyticsFilter" || t.Name() == "MetricsFilter"
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		tag := field.Tag.Get("http")
		attribute := strings.Contains(field.Tag.Get("xml"), ",attr")
		f.fill(v.Field(i), field.Name, place{bound: tag != "" && tag != "payload" || attribute, status: tag == "status"}, depth+1)
		if union && !v.Field(i).IsZero() {
			return
		}
	}
}
