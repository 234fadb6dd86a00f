package wire

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

func restRequest(protocol rt.Protocol, path map[string]string, query string, header http.Header, body string) *Request {
	q, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	return &Request{Protocol: protocol, Model: toyModel, Op: &rt.Operation{InRoot: "Thing"}, Path: path, Query: q,
		HTTP: &http.Request{Header: header, ContentLength: int64(len(body))}, Body: strings.NewReader(body)}
}

func TestRESTBindings(t *testing.T) {
	in := &restInput{}
	err := Decode(restRequest(rt.RestXML, map[string]string{"Bucket": "b", "Key": "a/ü b"}, "max=5&id=x&id=y&other=z", http.Header{
		"If-Modified-Since": {"Fri, 23 Jan 2015 15:53:17 GMT"}, "X-Kinds": {`a, "b,c"`, "d"}, "X-Meta-Colour": {"red"}, "X-Meta-Many": {"1", "2"}, "X-Other": {"n"},
	}, `<?xml version="1.0"?><Thing xmlns="http://example.com/"><name>n</name></Thing>`), in)
	want := &restInput{
		Bucket: new("b"), Key: new("a/ü b"), Max: new(int32(5)), IDs: []string{"x", "y"}, Rest: map[string]string{"other": "z"},
		Since: new(time.Date(2015, 1, 23, 15, 53, 17, 0, time.UTC)), Kinds: []string{"a", "b,c", "d"},
		Meta: map[string]string{"colour": "red", "many": "1,2"}, Body: &thing{Name: new("n")},
	}
	if err != nil || !reflect.DeepEqual(in, want) {
		t.Errorf("%v\n%+v\n%+v", err, in, want)
	}
	body := &bodyInput{}
	err = Decode(restRequest(rt.RestJSON, map[string]string{"Bucket": "b"}, "", nil, `{"nameOnWire":"n","Name":"no","Bucket":"no"}`), body)
	if err != nil || *body.Name != "n" || *body.Bucket != "b" {
		t.Errorf("%v %+v", err, body)
	}
	err = Decode(restRequest(rt.RestXML, nil, "", nil, `<Thing xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Grants><Grant xsi:type="Group"><ID>1</ID></Grant></Grants></Thing>`), body)
	if err != nil || *body.Grant[0].Type != "Group" || *body.Grant[0].ID != "1" {
		t.Errorf("%v %+v", err, body)
	}
}

func TestRESTStreams(t *testing.T) {
	in := &streamInput{}
	if err := Decode(restRequest(rt.RestXML, map[string]string{"Key": "k"}, "", nil, "bytes"), in); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(in.Body); err != nil || string(b) != "bytes" {
		t.Errorf("body %q, %v", b, err)
	}
	w := newRecorder()
	closed := &closing{Reader: strings.NewReader("content")}
	err := Encode(w, &Response{Protocol: rt.RestXML, Model: toyModel, Op: operation(nil, &streamOutput{}), RequestID: "r", HostID: "h", Out: &streamOutput{
		Body: closed, Length: new(int64(7)), Type: new("text/csv"), Meta: map[string]string{"a": "b\r\nX-Evil: 1"}, Status: new(int32(206)),
		When: new(time.Date(2015, 1, 23, 15, 53, 17, 9, time.UTC)),
	}})
	r := w.Result()
	if err != nil || text(r) != "content" || r.StatusCode != 206 || !closed.done {
		t.Errorf("%v %+v", err, r)
	}
	for k, v := range map[string]string{"Content-Type": "text/csv", "Content-Length": "7", "x-meta-a": "b  X-Evil: 1", "Last-Modified": "Fri, 23 Jan 2015 15:53:17 GMT", "X-Amz-Request-Id": "r", "X-Amz-Id-2": "h"} {
		if strings.Join(r.Header[k], "") != v {
			t.Errorf("%s: %q, want %q", k, r.Header[k], v)
		}
	}
}

type closing struct {
	io.Reader
	done bool
}

func (c *closing) Close() error { c.done = true; return nil }

func TestStreamThatBreaksOff(t *testing.T) {
	for name, out := range map[string]*streamOutput{
		"short":  {Body: strings.NewReader("abc"), Length: new(int64(7))},
		"broken": {Body: io.MultiReader(strings.NewReader("abc"), broken{}), Length: new(int64(7))},
	} {
		if err := Encode(newRecorder(), &Response{Protocol: rt.RestXML, Model: toyModel, Op: operation(nil, out), Out: out}); err == nil {
			t.Errorf("%s: half an object was sent as a whole one", name)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestHEADHasNoBody(t *testing.T) {
	w := newRecorder()
	out := &streamOutput{Body: strings.NewReader("content"), Length: new(int64(7))}
	if err := Encode(w, &Response{Protocol: rt.RestXML, Model: toyModel, Op: operation(nil, out), Out: out, Method: http.MethodHead}); err != nil {
		t.Fatal(err)
	}
	if r := w.Result(); r.Header.Get("Content-Length") != "7" || text(r) != "" {
		t.Errorf("%+v", r)
	}
}

func TestBucketLocation(t *testing.T) {
	for location, want := range map[string]string{
		"eu-west-1": xmlDeclaration + `<LocationConstraint xmlns="http://example.com/doc/">eu-west-1</LocationConstraint>`,
		"":          xmlDeclaration + `<LocationConstraint xmlns="http://example.com/doc/"/>`,
	} {
		w := newRecorder()
		out := &locationOutput{LocationConstraint: &location}
		op := &rt.Operation{Name: "GetBucketLocation", Out: out}
		if err := Encode(w, &Response{Protocol: rt.RestXML, Model: toyModel, Op: op, Out: out}); err != nil {
			t.Fatal(err)
		}
		if got := text(w.Result()); got != want {
			t.Errorf("%q: %s", location, got)
		}
	}
}

// failing is a connection that is gone.
type failing struct{ *httptest.ResponseRecorder }

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestLostConnection(t *testing.T) {
	for _, p := range []rt.Protocol{rt.JSON, rt.RPCv2, rt.Query, rt.EC2, rt.RestJSON, rt.RestXML} {
		err := Encode(failing{newRecorder()}, &Response{Protocol: p, Model: toyModel, Op: operation(nil, &thing{}), Out: full(0)})
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func TestRESTRefuses(t *testing.T) {
	deep := strings.Repeat("<inner>", 70) + strings.Repeat("</inner>", 70)
	for _, c := range []struct {
		name, query, body, code string
		header                  http.Header
	}{
		{"number", "max=abc", "", "InvalidArgument", nil},
		{"range", "max=2147483648", "", "InvalidArgument", nil},
		{"date", "", "", "InvalidArgument", http.Header{"If-Modified-Since": {"yesterday"}}},
		{"not UTF-8 in a header", "", "", "InvalidArgument", http.Header{"X-Kinds": {"\xff"}}},
		{"root", "", "<Other/>", "MalformedXML", nil},
		{"text", "", "hello", "MalformedXML", nil},
		{"open", "", "<Thing>", "MalformedXML", nil},
		{"crossed", "", "<Thing><name></Thing></name>", "MalformedXML", nil},
		{"two roots", "", "<Thing/><Thing/>", "MalformedXML", nil},
		{"after", "", "<Thing/>x", "MalformedXML", nil},
		{"doctype", "", `<!DOCTYPE x [<!ENTITY a "b">]><Thing><name>&a;</name></Thing>`, "MalformedXML", nil},
		{"bomb", "", `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><Thing>&lol2;</Thing>`, "MalformedXML", nil},
		{"external", "", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><Thing/>`, "MalformedXML", nil},
		{"entity", "", "<Thing><name>&nbsp;</name></Thing>", "MalformedXML", nil},
		{"reference", "", "<Thing><name>&#0;</name></Thing>", "MalformedXML", nil},
		{"huge reference", "", "<Thing><name>&#x110000;</name></Thing>", "MalformedXML", nil},
		{"control", "", "<Thing><name>\x01</name></Thing>", "MalformedXML", nil},
		{"not UTF-8", "", "<Thing><name>\xff</name></Thing>", "MalformedXML", nil},
		{"attribute", "", "<Thing a=b/>", "MalformedXML", nil},
		{"no value", "", "<Thing a/>", "MalformedXML", nil},
		{"integer", "", "<Thing><count>x</count></Thing>", "MalformedXML", nil},
		{"boolean", "", "<Thing><on>perhaps</on></Thing>", "MalformedXML", nil},
		{"base64", "", "<Thing><data>*</data></Thing>", "MalformedXML", nil},
		{"deep", "", "<Thing>" + deep + "</Thing>", "MalformedXML", nil},
		{"deep and unknown", "", "<Thing>" + strings.Repeat("<x>", 70) + strings.Repeat("</x>", 70) + "</Thing>", "MalformedXML", nil},
		{"comment without end", "", "<Thing><!-- </Thing>", "MalformedXML", nil},
		{"CDATA without end", "", "<Thing><name><![CDATA[x</name></Thing>", "MalformedXML", nil},
		{"too large", "", strings.Repeat(" ", maxXMLBody+1), "MaxMessageLengthExceeded", nil},
	} {
		err := Decode(restRequest(rt.RestXML, nil, c.query, c.header, c.body), &restInput{})
		if awserr.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	if err := Decode(restRequest(rt.RestJSON, nil, "max=x", nil, ""), &restInput{}); awserr.Code(err) != "SerializationException" {
		t.Errorf("rest-json: %v", err)
	}
}

func TestXMLDecode(t *testing.T) {
	for src, want := range map[string]*thing{
		"":                   nil,
		"  <!-- nothing -->": nil,
		"\ufeff<?xml version='1.0'?><!-- c --><Thing/><!-- d -->\n":                         {},
		"<s:Thing xmlns:s='x'><s:name>n</s:name></s:Thing>":                                 {Name: new("n")},
		"<Thing><name>a<!-- c -->b<![CDATA[<&>]]>&lt;&#65;&#x42;&apos;\r\nx</name></Thing>": {Name: new("ab<&><AB'\nx")},
		"<Thing><name/></Thing>":                                                                                   {Name: new("")},
		"<Thing><name> a </name><count> 5 </count></Thing>":                                                        {Name: new(" a "), Count: new(int32(5))},
		"<Thing><other><name>x</name></other><on>true</on></Thing>":                                                {On: new(true)},
		"<Thing><words><member>a</member><member/><x/></words></Thing>":                                            {Words: []string{"a", ""}},
		"<Thing><words/></Thing>":                                                                                  {Words: []string{}},
		"<Thing><flat>a</flat><on>false</on><flat>b</flat></Thing>":                                                {Flat: []string{"a", "b"}, On: new(false)},
		"<Thing><partSet><item><key>k</key></item></partSet></Thing>":                                              {Parts: []part{{Key: new("k")}}},
		"<Thing><tags><entry><key>k</key><value>v</value></entry></tags></Thing>":                                  {Tags: map[string]string{"k": "v"}},
		"<Thing><attr><Name>a</Name><Value><key>x</key></Value></attr><attr><Name>b</Name><Value/></attr></Thing>": {FlatMap: map[string]part{"a": {Key: new("x")}, "b": {}}},
		"<Thing><iso>2015-01-23T15:53:17Z</iso><data>AAE=</data><data/></Thing>":                                   {ISO: new(time.Date(2015, 1, 23, 15, 53, 17, 0, time.UTC)), Data: []byte{}},
		"<Thing><inner><inner/></inner></Thing>":                                                                   {Inner: &thing{Inner: &thing{}}},
	} {
		in := &restInput{}
		if err := Decode(restRequest(rt.RestXML, nil, "", nil, src), in); err != nil {
			t.Errorf("%s: %v", src, err)
		} else if !reflect.DeepEqual(in.Body, want) {
			t.Errorf("%s: %+v", src, in.Body)
		}
	}
}

func TestXMLRoundTrip(t *testing.T) {
	want := full(2)
	for level := want; level != nil; level = level.Inner {
		level.Doc = nil // XML has no documents
		*level.Name = "ä <&> \"q\" \r\n\t"
	}
	body := text(answer(rt.RestXML, want))
	in := &restInput{}
	if err := Decode(restRequest(rt.RestXML, nil, "", nil, body), in); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in.Body, want) {
		t.Errorf("round trip differs:\n%s\n%s", body, text(answer(rt.RestXML, in.Body)))
	}
}

func TestContentLength(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		length int64
		want   int64
	}{
		"header":       {http.Header{"Content-Length": {"5"}}, 5, 5},
		"chunked":      {http.Header{"Content-Length": {"900"}, "X-Amz-Decoded-Content-Length": {"5"}}, 900, 5},
		"not a header": {nil, 5, 5},
	} {
		in := &streamOutput{}
		r := restRequest(rt.RestXML, nil, "", c.header, "")
		r.HTTP.ContentLength = c.length
		if err := Decode(r, in); err != nil || in.Length == nil || *in.Length != c.want {
			t.Errorf("%s: %v %v", name, err, rt.Val(in.Length))
		}
	}
	in := &streamOutput{}
	r := restRequest(rt.RestXML, nil, "", nil, "")
	if r.HTTP.ContentLength = -1; Decode(r, in) != nil || in.Length != nil {
		t.Errorf("a length nobody stated: %v", rt.Val(in.Length))
	}
}
