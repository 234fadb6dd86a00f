package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestParseKeepsTheOrder(t *testing.T) {
	got, err := Whole([]byte(` {"b": [1, -2.50e3, null], "a": {"x": "\u00e4\n"}, "b": true} `))
	want := &Object{[]string{"b", "a", "b"}, []any{[]any{json.Number("1"), json.Number("-2.50e3"), nil}, &Object{[]string{"x"}, []any{"ä\n"}}, true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("gives %v, %v", got, err)
	}
	v, rest, err := Parse([]byte(`{} [1`))
	if err != nil || !reflect.DeepEqual(v, &Object{}) || string(rest) != " [1" {
		t.Errorf("gives %v, %q, %v", v, rest, err)
	}
	for src, want := range map[string]error{"": io.EOF, " \n": io.EOF, "[1": io.ErrUnexpectedEOF, `"\u00`: io.ErrUnexpectedEOF, "tru": io.ErrUnexpectedEOF, strings.Repeat("[", 2000): errDeep} {
		if _, _, err := Parse([]byte(src)); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", src, err, want)
		}
	}
}

// FuzzParse holds that what encoding/json takes is taken, and means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"x\ud83d\ude00"],"a":null}`, `[true,false,"` + "\xff" + `"]`, `01`, `-`, `1.`, `"\x"`, "\"\x01\"", `[1,]`, `{"a"}`, `1 2`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		d := json.NewDecoder(bytes.NewReader(src))
		d.UseNumber()
		var want any
		wantErr := json.Unmarshal(src, new(any))
		got, err := Whole(src)
		if errors.Is(err, errDeep) {
			return
		}
		if (err == nil) != (wantErr == nil) {
			// A number that a double cannot hold is one for us.
			if n := json.Valid(src); n != (err == nil) {
				t.Fatalf("%q: %v, but %v", src, err, wantErr)
			}
		}
		if err == nil && (d.Decode(&want) != nil || !reflect.DeepEqual(plain(got), want)) {
			t.Fatalf("%q: %v, want %v", src, got, want)
		}
	})
}

// plain is a value with maps for objects.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, plain(e))
		}
		return out
	case *Object:
		out := map[string]any{}
		for i, k := range v.Keys {
			out[k] = plain(v.Values[i])
		}
		return out
	}
	return v
}
