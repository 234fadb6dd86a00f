package wire

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

func fromCBOR(src string) (*thing, error) {
	t := &thing{}
	return t, Decode(&Request{Protocol: rt.RPCv2, Model: toyModel, Raw: []byte(src)}, t)
}

func TestCBORRoundTrip(t *testing.T) {
	want := full(2)
	r := answer(rt.RPCv2, want)
	if h := r.Header; h.Get("Content-Type") != "application/cbor" || h.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		t.Errorf("headers %v", h)
	}
	got, err := fromCBOR(text(r))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("round trip differs: %v\n%s\n%s", err, text(answer(rt.JSON, want)), text(answer(rt.JSON, got)))
	}
}

func TestCBORDecode(t *testing.T) {
	for src, want := range map[string]*thing{
		"":                       {},
		"\xa0":                   {},
		"\xbf\xff":               {},
		"\xa1dnamecabc":          {Name: new("abc")},
		"\xa1dname\x7faabbc\xff": {Name: new("abc")}, // chunks a, bc
		"\xa1dname\xf6":          {},
		"\xa1dname\xf7":          {},
		"\xa1ecount\x18\x2a":     {Count: new(int32(42))},
		"\xa1ecount\x38\x2a":     {Count: new(int32(-43))},
		"\xa1dsize\x1b\x7f\xff\xff\xff\xff\xff\xff\xff": {Size: new(int64(math.MaxInt64))},
		"\xa1dsize\x3b\x7f\xff\xff\xff\xff\xff\xff\xff": {Size: new(int64(math.MinInt64))},
		"\xa1eratio\xf9\x3c\x00":                        {Ratio: new(1.0)},
		"\xa1eratio\xf9\x7c\x00":                        {Ratio: new(math.Inf(1))},
		"\xa1eratio\xf9\x80\x01":                        {Ratio: new(-math.Ldexp(1, -24))},
		"\xa1eratio\xfa\x3f\x80\x00\x00":                {Ratio: new(1.0)},
		"\xa1eratio\x05":                                {Ratio: new(5.0)},
		"\xa1bat\xc1\x1a\x54\xc2\x6b\x3d":               {At: new(time.Unix(1422027581, 0).UTC())},
		"\xa1ddata\x42\x00\x01":                         {Data: []byte{0, 1}},
		"\xa1ewords\x82aaab":                            {Words: []string{"a", "b"}},
		"\xa1ewords\x9faa\xf6\xff":                      {Words: []string{"a", ""}},
		"\xa1dtags\xa2aa\xf6abac":                       {Tags: map[string]string{"b": "c"}},
		"\xa1dnope\xbfaa\x9f\x01\xff\xff":               {},
		"\xa1cdoc\x83\x01\xf9\x3c\x00\xf4":              {Doc: []any{int64(1), 1.0, false}},
	} {
		got, err := fromCBOR(src)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v %s", src, err, text(answer(rt.JSON, got)))
		}
	}
}

func TestCBORRefuses(t *testing.T) {
	for src, want := range map[string]string{
		"\x80":                  errNotStruct,
		"\xa1":                  errNotCBOR,
		"\xa0\xa0":              errNotCBOR,
		"\xbf":                  errNotCBOR,
		"\xa1\x01\x01":          "NUMBER_VALUE can not be converted to a String",
		"\xa1dname\x01":         "NUMBER_VALUE can not be converted to a String",
		"\xa1dname\x42ab":       "BLOB_VALUE can not be converted to a String",
		"\xa1dname\x62\xff\xff": errNotUTF8,
		"\xa1dname\x7b\xff\xff\xff\xff\xff\xff\xff\xff":          errNotCBOR,
		"\xa1dname\x7f\x42ab\xff":                                errNotCBOR,
		"\xa1ecounta1":                                           "STRING_VALUE can not be converted to an Integer",
		"\xa1ecount\x1a\x80\x00\x00\x00":                         "NUMBER_VALUE can not be converted to an Integer",
		"\xa1dsize\x1b\xff\xff\xff\xff\xff\xff\xff\xff":          "NUMBER_VALUE can not be converted to a Long",
		"\xa1bon\x01":                                            "NUMBER_VALUE can not be converted to a Boolean",
		"\xa1bat\xc1\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00":        "NUMBER_VALUE can not be converted to milliseconds since epoch",
		"\xa1bat\xc0\x01":                                        "NUMBER_VALUE can not be converted to milliseconds since epoch",
		"\xa1ddata\x61a":                                         "STRING_VALUE can not be converted to a Blob",
		"\xa1ewords\xa0":                                         errNotList,
		"\xa1dtags\x80":                                          errNotMap,
		"\xa1ewords\x9b\xff\xff\xff\xff\xff\xff\xff\xff":         errNotCBOR, // a list that claims to be endless
		"\xa1einner" + strings.Repeat("\xa1einner", 70) + "\xa0": errTooDeep,
		"\xa1dnope" + strings.Repeat("\x81", 1e6):                errTooDeep,
		"\xa1dnope" + strings.Repeat("\xc1", 1e6):                errTooDeep,
		"\xa1cdoc" + strings.Repeat("\x81", 1e6):                 errTooDeep,
		"\xa1dnope\x1c":                                          errNotCBOR,
		"\xa1dnope\xff":                                          errNotCBOR,
	} {
		_, err := fromCBOR(src)
		e, ok := err.(*awserr.Generic)
		if !ok || e.Code != "SerializationException" || e.Message != want {
			t.Errorf("%.40q: got %v, want %q", src, err, want)
		}
	}
}
