package wire

import (
	"runtime"
	"strings"
	"testing"

	"unyo/api/rt"
	"unyo/base/awserr"
)

type crowd struct {
	Things []thing             `aws:"things" xml:"things"`
	Maps   []map[string]thing  `aws:"maps" xml:"maps"`
	Lists  [][][]string        `aws:"lists" xml:"lists"`
	Doc    any                 `aws:"doc" xml:"doc"`
	Tags   map[string][]string `aws:"tags" xml:"tags"`
}

// TestBodiesThatGrow sends four megabytes in which every few bytes ask for a structure of hundreds, and
// holds what decoding allocates against the stated bound.
func TestBodiesThatGrow(t *testing.T) {
	const size = 4 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head))/len(unit)) + tail
	}
	for _, c := range []struct {
		name     string
		protocol rt.Protocol
		body     string
		code     string
	}{
		{"json structures", rt.JSON, fill(`{"things":[`, "{},", "{}]}"), "SerializationException"},
		{"json maps", rt.JSON, fill(`{"maps":[`, `{"":{}},`, "{}]}"), "SerializationException"},
		{"json documents", rt.JSON, fill(`{"doc":[`, "0,", "0]}"), "SerializationException"},
		{"cbor structures", rt.RPCv2, fill("\xa1fthings\x9f", "\xa0", "\xff"), "SerializationException"},
		{"cbor nothings", rt.RPCv2, fill("\xa1fthings\x9f", "\xf6", "\xff"), "SerializationException"},
		{"cbor lists", rt.RPCv2, fill("\xa1elists\x9f", "\x81\x80", "\xff"), "SerializationException"},
		{"cbor documents", rt.RPCv2, fill("\xa1cdoc\x9f", "\xa0", "\xff"), "SerializationException"},
		{"xml structures", rt.RestXML, fill("<Thing><things>", "<member/>", "</things></Thing>"), "MalformedXML"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := &Request{Protocol: c.protocol, Model: toyModel, Op: &rt.Operation{}, Raw: []byte(c.body)}
		err := Decode(r, &crowd{})
		runtime.ReadMemStats(&after)
		if awserr.Code(err) != c.code || !strings.Contains(err.Error(), errTooLarge) {
			t.Errorf("%s: %v", c.name, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 3*(growFree+growBy*size) {
			t.Errorf("%s: decoding %d bytes allocated %d", c.name, size, grown)
		}
	}
}

// TestBodiesThatFit: honest bodies of many small values stay far from the bound.
func TestBodiesThatFit(t *testing.T) {
	in := &logEvents{}
	body := `{"logEvents":[` + strings.Repeat(`{"timestamp":1,"message":"m"},`, 9_999) + `{"timestamp":1,"message":"m"}]}`
	if err := Decode(&Request{Protocol: rt.JSON, Raw: []byte(body)}, in); err != nil || len(in.LogEvents) != 10_000 {
		t.Errorf("%v", err)
	}
}
