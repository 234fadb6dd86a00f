package wire

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"unyo/api/rt"
	"unyo/base/awserr"
)

func fromJSON(src string) (*thing, error) {
	t := &thing{}
	return t, Decode(&Request{Protocol: rt.JSON, Model: toyModel, Raw: []byte(src)}, t)
}

func TestJSONRoundTrip(t *testing.T) {
	want := full(2)
	r := answer(rt.JSON, want)
	body := text(r)
	if !json.Valid([]byte(body)) {
		t.Fatalf("not JSON: %s", body)
	}
	got, err := fromJSON(body)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("round trip differs:\n%s\n%s", body, text(answer(rt.JSON, got)))
	}
	if h := r.Header; h.Get("Content-Type") != "application/x-amz-json-1.1" || h.Get("X-Amzn-RequestId") != "r-1" {
		t.Errorf("headers %v", h)
	}
}

func TestJSONDecode(t *testing.T) {
	at := func(s string) *time.Time { return new(must1(time.Parse(time.RFC3339Nano, s))) }
	for src, want := range map[string]*thing{
		`{}`:                         {},
		``:                           {},
		" {\n\"name\" : \"x\"\t} \n": {Name: new("x")},
		`{"name":"\u00e4\ud83d\ude00\/\b\f\n\r\t\"\\"}`: {Name: new("ä😀/\b\f\n\r\t\"\\")},
		`{"name":"\ud83d x"}`:                           {Name: new("\ufffd x")},
		`{"name":"a","name":"b"}`:                       {Name: new("b")},
		`{"words":["a"],"words":["b"]}`:                 {Words: []string{"b"}},
		`{"name":"a","name":null}`:                      {},
		`{"unknown":[{"x":[1,2,"\n"]}],"count":1}`:      {Count: new(int32(1))},
		`{"count":1.0,"size":1e3}`:                      {Count: new(int32(1)), Size: new(int64(1000))},
		`{"size":9223372036854775807}`:                  {Size: new(int64(9223372036854775807))},
		`{"size":-9223372036854775808}`:                 {Size: new(int64(-9223372036854775808))},
		`{"ratio":"Infinity","small":2}`:                {Ratio: new(must1(parseFloat64("Infinity"))), Small: new(float32(2))},
		`{"at":1422028397.123}`:                         {At: at("2015-01-23T15:53:17.123Z")},
		`{"at":-1.5}`:                                   {At: at("1969-12-31T23:59:58.5Z")},
		`{"at":1.422028397123E9}`:                       {At: at("2015-01-23T15:53:17.123Z")},
		`{"iso":"2015-01-23T15:53:17Z"}`:                {ISO: at("2015-01-23T15:53:17Z")},
		`{"words":[]}`:                                  {Words: []string{}},
		`{"words":null,"tags":null,"inner":null}`:       {},
		`{"words":["a",null]}`:                          {Words: []string{"a", ""}},
		`{"tags":{"a":null,"b":"c"}}`:                   {Tags: map[string]string{"b": "c"}},
		`{"data":""}`:                                   {Data: []byte{}},
		`{"data":"AAE="}`:                               {Data: []byte{0, 1}},
		`{"doc":null}`:                                  {},
		`{"doc":[1,2.5,{"a":null}]}`:                    {Doc: []any{int64(1), 2.5, map[string]any{"a": nil}}},
		`{"inner":{"inner":{"on":false}}}`:              {Inner: &thing{Inner: &thing{On: new(false)}}},
	} {
		got, err := fromJSON(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", src, text(answer(rt.JSON, got)))
		}
	}
}

func parseFloat64(s string) (float64, error) {
	f, _ := parseFloat(s, 64)
	return f, nil
}

func TestJSONRefuses(t *testing.T) {
	for src, want := range map[string]string{
		`{`:                            errNotJSON,
		`[]`:                           errNotStruct,
		`"x"`:                          errNotStruct,
		`nul`:                          errNotJSON,
		`{"name":"x"}{}`:               errNotJSON,
		`{"name":"x",}`:                errNotJSON,
		`{"name" "x"}`:                 errNotJSON,
		`{name:"x"}`:                   errNotJSON,
		`{"name":'x'}`:                 errNotJSON,
		`{"name":"` + "\n" + `"}`:      errNotJSON,
		`{"name":"\x"}`:                errNotJSON,
		`{"name":"\u12"}`:              errNotJSON,
		`{"name":"abc`:                 errNotJSON,
		`{"count":01}`:                 errNotJSON,
		`{"count":1.}`:                 errNotJSON,
		`{"count":-}`:                  errNotJSON,
		`{"on":truth}`:                 errNotJSON,
		"{\"name\":\"\xff\"}":          errNotUTF8,
		`{"name":1}`:                   "NUMBER_VALUE can not be converted to a String",
		`{"name":true}`:                "TRUE_VALUE can not be converted to a String",
		`{"name":{}}`:                  errStructFound,
		`{"name":[]}`:                  errListFound,
		`{"count":"1"}`:                "STRING_VALUE can not be converted to an Integer",
		`{"count":1.5}`:                "NUMBER_VALUE can not be converted to an Integer",
		`{"count":2147483648}`:         "NUMBER_VALUE can not be converted to an Integer",
		`{"size":9223372036854775808}`: "NUMBER_VALUE can not be converted to a Long",
		`{"size":1e300}`:               "NUMBER_VALUE can not be converted to a Long",
		`{"ratio":1e999}`:              "NUMBER_VALUE can not be converted to a Double",
		`{"ratio":"0x10"}`:             "STRING_VALUE can not be converted to a Double",
		`{"on":"true"}`:                "STRING_VALUE can not be converted to a Boolean",
		`{"on":1}`:                     "NUMBER_VALUE can not be converted to a Boolean",
		`{"at":"now"}`:                 "STRING_VALUE can not be converted to milliseconds since epoch",
		`{"at":1e300}`:                 "NUMBER_VALUE can not be converted to milliseconds since epoch",
		`{"data":"*"}`:                 "STRING_VALUE can not be converted to a Blob: invalid base64",
		`{"words":"a"}`:                errNotList,
		`{"words":{}}`:                 errNotList,
		`{"tags":[]}`:                  errNotMap,
		`{"tags":"x"}`:                 errNotMap,
		`{"parts":["x"]}`:              errNotStruct,
		`{"inner":5}`:                  errNotStruct,
		`{"inner":[x]}`:                errNotJSON,
		strings.Repeat(`{"inner":`, 65) + "{}" + strings.Repeat("}", 65):      errTooDeep,
		`{"doc":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}": errTooDeep,
		`{"nope":` + strings.Repeat("[", 1e6):                                 errTooDeep,
	} {
		_, err := fromJSON(src)
		e, ok := err.(*awserr.Generic)
		if !ok || e.Code != "SerializationException" || e.Status != 400 || e.Message != want {
			t.Errorf("%.60s: got %v, want %q", src, err, want)
		}
	}
}

// TestJSONAlias pins that decoding does not copy text: strings lie inside the body.
func TestJSONAlias(t *testing.T) {
	src := []byte(`{"name":"abc"}`)
	got := &thing{}
	if err := Decode(&Request{Protocol: rt.JSON, Raw: src}, got); err != nil {
		t.Fatal(err)
	}
	if unsafe.StringData(*got.Name) != &src[9] {
		t.Error("the string was copied")
	}
}

// TestJSONEscapedTexts: texts with escapes anywhere are what encoding/json says, wherever in shared memory they come to lie.
func TestJSONEscapedTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	pieces := []string{`\"`, `\\`, `\/`, `\n`, `\"`, `\"`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, "ü", "\u007f", " !#[]", "a", "0123456", "01234567", strings.Repeat("plain", 60), ""}
	for round := range 60 {
		if round == 40 { // texts of one or two windows, in which all escapes are plain
			pieces = []string{`\"`, `\\`, `\/`, `\n`, "a", "bc", "0123456", "0123456789abcdefg"}
		}
		var list []string
		for range 1 + r.IntN(400) {
			text := ""
			for range r.IntN(12) + round/40*r.IntN(40) {
				text += pieces[r.IntN(len(pieces))]
			}
			list = append(list, `"`+text+`"`)
		}
		src := "[" + strings.Join(list, ",") + "]"
		var want []string
		if err := json.Unmarshal([]byte(src), &want); err != nil {
			t.Fatal(err)
		}
		s := jsonScanner{src: []byte(src), pos: 1}
		got := make([][]byte, len(want))
		for i := range want {
			var ok bool
			if got[i], ok = s.text(); !ok || i < len(want)-1 && !s.eat(',') {
				t.Fatalf("text %d of %s", i, src)
			}
		}
		for i := range want { // after all are read: none was written over
			if string(got[i]) != want[i] {
				t.Fatalf("%s is %q, want %q", list[i], got[i], want[i])
			}
		}
	}
	for at := range 150 {
		s := jsonScanner{src: []byte(`"\n` + strings.Repeat("a", at) + "\x1f" + strings.Repeat("b", 150) + `"`)}
		if got, ok := s.text(); ok {
			t.Errorf("%q is read as %q", s.src, got)
		}
	}
	for _, bad := range []string{`"\`, `"\u12`, `"\x"`, "\"\\n\x01\"", `"\n`, `"\n0123456`, `"\n01234567`, `"\n012345\`} {
		s := jsonScanner{src: []byte(bad)}
		if got, ok := s.text(); ok {
			t.Errorf("%q is read as %q", bad, got)
		}
	}
}
