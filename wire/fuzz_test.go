package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// refused fails unless err is one for callers: whatever comes in, the fault is the sender's.
func refused(t *testing.T, err error) {
	t.Helper()
	var e awserr.Error
	if !errors.As(err, &e) || e.HTTPStatus() < 400 || e.HTTPStatus() >= 500 || e.ErrorCode() == "" || !utf8.ValidString(e.ErrorMessage()) {
		t.Fatalf("not an error for callers: %v", err)
	}
}

// stable holds that what was decoded survives being encoded and decoded again.
func stable(t *testing.T, protocol rt.Protocol, in *thing, again func(body []byte) (*thing, error)) {
	t.Helper()
	first := text(answer(protocol, in))
	back, err := again([]byte(first))
	if err != nil {
		t.Fatalf("%v in our own %q", err, first)
	}
	if second := text(answer(protocol, back)); first != second {
		t.Fatalf("%q became %q", first, second)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"name":"\u00e4\ud83d\ude00","count":-1.0e0,"words":["a",null],"tags":{"a":"b"},"inner":{"at":1.5}}`,
		`{"doc":[1,2.5e3,{"a":[]},"\ud800"]}`, `{"ratio":"NaN","data":"AAE="}`, `{"nested":[["a"]],"parts":[{"key":"k"}],"lists":{"l":[1]}}`, `{"a":[[[[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		in := &thing{}
		err := Decode(&Request{Protocol: rt.JSON, Model: toyModel, Raw: bytes.Clone(src)}, in)
		if err != nil {
			refused(t, err)
		} else {
			if len(src) > 0 && !json.Valid(src) {
				t.Fatalf("accepted %q", src)
			}
			stable(t, rt.JSON, in, func(b []byte) (*thing, error) { return fromJSON(string(b)) })
		}
		sameDocument(t, src)
	})
}

// sameDocument holds our reading of any JSON text against encoding/json's.
func sameDocument(t *testing.T, src []byte) {
	t.Helper()
	if !utf8.Valid(src) {
		return
	}
	d := jsonDecoder{jsonScanner: jsonScanner{src: bytes.Clone(src)}, slab: newSlab(len(src))}
	got, ok := d.document(0)
	d.space()
	ok = ok && d.pos == len(src)
	var want any
	err := json.Unmarshal(src, &want)
	if d.why == errTooDeep {
		return
	}
	if ok != (err == nil) {
		t.Fatalf("we say %v, encoding/json %v of %q", ok, err, src)
	}
	if ok && !sameJSON(got, want) {
		t.Fatalf("%#v, encoding/json %#v", got, want)
	}
}

func sameJSON(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for k := range want {
			if !sameJSON(g[k], want[k]) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for i := range want {
			if !sameJSON(g[i], want[i]) {
				return false
			}
		}
		return true
	case float64:
		switch g := got.(type) {
		case int64:
			return float64(g) == want
		case float64:
			return g == want
		}
		return false
	}
	return got == want
}

func FuzzCBOR(f *testing.F) {
	f.Add([]byte("\xa1dnamecabc"))
	f.Add([]byte("\xbfewords\x9faa\xff\xff"))
	p, base := planOf(full(1))
	f.Add(appendCBOR(nil, p, base))
	f.Fuzz(func(t *testing.T, src []byte) {
		in := &thing{}
		if err := Decode(&Request{Protocol: rt.RPCv2, Model: toyModel, Raw: src}, in); err != nil {
			refused(t, err)
			return
		}
		stable(t, rt.RPCv2, in, func(b []byte) (*thing, error) { return fromCBOR(string(b)) })
	})
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{"<Thing/>", "<Thing><name>a&lt;<![CDATA[x]]></name><words><member>a</member></words></Thing>", "<?xml version='1.0'?><!DOCTYPE a><Thing/>",
		"<Thing a='b'><flat>1</flat><attr><Name>n</Name><Value><key>k</key></Value></attr><!-- --></Thing>", "<a:Thing xmlns:a='x'><a:on>true</a:on></a:Thing>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		in := &thing{}
		p, base := planOf(in)
		found, err := decodeXML(bytes.Clone(src), "", p, base)
		if err != nil {
			refused(t, err)
			return
		}
		if !found {
			return
		}
		sameXML(t, src, in)
		stable(t, rt.RestXML, in, func(b []byte) (*thing, error) {
			back := &thing{}
			p, base := planOf(back)
			_, err := decodeXML(b, "Thing", p, base)
			return back, err
		})
	})
}

// sameXML holds our reading of one member against encoding/xml's, where that reads the text at all: it is
// stricter in corners (names, «]]>» in text, comments) and knows namespaces.
func sameXML(t *testing.T, src []byte, in *thing) {
	t.Helper()
	var other struct {
		Names []string `xml:"name"`
	}
	d := xml.NewDecoder(bytes.NewReader(src))
	if d.Decode(&other) != nil || len(other.Names) != 1 || bytes.Contains(src, []byte(":")) {
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return
	}
	if in.Name == nil || *in.Name != other.Names[0] {
		t.Fatalf("name %v, encoding/xml %q in %q", in.Name, other.Names[0], src)
	}
}

func FuzzForm(f *testing.F) {
	for _, s := range []string{"name=a&count=1", "words.member.1=a&words.member.2=b", "tags.entry.1.key=a&tags.entry.1.value=b", "Part.1.Key=a&Inner.Name=%C3%A4", "inner.inner.inner.on=true", "a=%", "words=", "flat.1=x&attr.1.Name=n&attr.1.Value.key=k"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := ParseForm([]byte(body), nil)
		if err != nil {
			refused(t, err)
			return
		}
		if want, err := url.ParseQuery(body); err == nil && !strings.Contains(body, ";") && !reflect.DeepEqual(form, want) {
			t.Fatalf("%v, net/url %v", form, want)
		}
		for _, p := range []rt.Protocol{rt.Query, rt.EC2} {
			in := &thing{}
			if err := Decode(&Request{Protocol: p, Model: toyModel, Form: form}, in); err != nil {
				refused(t, err)
				continue
			}
			text(answer(p, in))
		}
	})
}

func FuzzREST(f *testing.F) {
	f.Add("b", "k/x", "max=1&id=a", "Fri, 23 Jan 2015 15:53:17 GMT", `a, "b\",c"`, "m", "<Thing/>")
	f.Add("", "", "max=", "1.5", ",,", "", `{"nameOnWire":"x"}`)
	f.Fuzz(func(t *testing.T, bucket, key, query, since, kinds, meta, body string) {
		q, _ := url.ParseQuery(query)
		h := http.Header{"If-Modified-Since": {since}, "X-Kinds": {kinds}, "X-Meta-A": {meta}}
		for _, p := range []rt.Protocol{rt.RestXML, rt.RestJSON} {
			for _, in := range []any{&restInput{}, &bodyInput{}, &streamInput{}} {
				r := &Request{Protocol: p, Model: toyModel, Op: &rt.Operation{}, Path: map[string]string{"Bucket": bucket, "Key": key}, Query: q,
					HTTP: &http.Request{Header: h, ContentLength: int64(len(body))}, Body: strings.NewReader(body)}
				if err := Decode(r, in); err != nil {
					refused(t, err)
				}
			}
		}
	})
}

// FuzzTimestamp: what is read as an instant is written and read again as the same one, to the millisecond.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2015-01-23T15:53:17.123Z", "1422028397.123", "Fri, 23 Jan 2015 15:53:17 GMT", "-62135596800", "2015-01-23T15:53:17+09:00", "1e9", "NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, format := range []timeFormat{timeEpoch, timeISO, timeHTTP} {
			at, ok := parseTime(s, format)
			if !ok {
				continue
			}
			written := string(appendTime(nil, at, format))
			back, ok := parseTime(written, format)
			if !ok || math.Abs(back.Sub(at).Seconds()) > 1 {
				t.Fatalf("%q: %v became %q, %v", s, at, written, back)
			}
			if again := string(appendTime(nil, back, format)); again != written {
				t.Fatalf("%q: %q became %q", s, written, again)
			}
		}
	})
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xaa\xae\x05\x04\x00\x00\xff\xff\x43\xbf\xa6\xa3\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, src []byte) {
		plain, err := Plain(src, http.Header{"Content-Encoding": {"gzip"}})
		if err != nil {
			refused(t, err)
		} else if len(plain) > maxPlain {
			t.Fatalf("%d bytes", len(plain))
		}
	})
}
