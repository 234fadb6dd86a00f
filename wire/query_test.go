package wire

import (
	"encoding/xml"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"unyo/api/rt"
	"unyo/base/awserr"
)

func fromForm(protocol rt.Protocol, body string) (*thing, error) {
	form, err := ParseForm([]byte(body), nil)
	if err != nil {
		return nil, err
	}
	t := &thing{}
	return t, Decode(&Request{Protocol: protocol, Model: toyModel, Form: form}, t)
}

func TestQueryDecode(t *testing.T) {
	for src, want := range map[string]*thing{
		"Action=X&Version=1":                                  {},
		"name=a+b%26c&count=-1&on=true&ratio=1.5":             {Name: new("a b&c"), Count: new(int32(-1)), On: new(true), Ratio: new(1.5)},
		"words.member.1=a&words.member.10=c&words.member.2=b": {Words: []string{"a", "b", "c"}},
		"words=":            {Words: []string{}},
		"flat.1=a&flat.2=b": {Flat: []string{"a", "b"}},
		"partSet.item.1.key=a&partSet.item.1.value=1&partSet.item.2.key=b": {Parts: []part{{Key: new("a"), Value: new(int64(1))}, {Key: new("b")}}},
		"nested.member.1.member.1=a&nested.member.2.member.1=b":            {Nested: [][]string{{"a"}, {"b"}}},
		"tags.entry.1.key=k&tags.entry.1.value=v":                          {Tags: map[string]string{"k": "v"}},
		"attr.1.Name=k&attr.1.Value.key=x":                                 {FlatMap: map[string]part{"k": {Key: new("x")}}},
		"inner.name=x&inner.inner.name=y":                                  {Inner: &thing{Name: new("x"), Inner: &thing{Name: new("y")}}},
		"data=AAE%3D":                                                      {Data: []byte{0, 1}},
		"words.member.x=a&words.member.1=b":                                {Words: []string{"b"}},
		"words.member.9999999999999999999=b":                               {Words: []string{}},
		"inner=&doc=1&parts.1=x":                                           {Inner: &thing{}},
		"name=":                                                            {Name: new("")},
	} {
		got, err := fromForm(rt.Query, src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s", src, text(answer(rt.JSON, got)))
		}
	}
	got, err := fromForm(rt.EC2, "Name=x&Part.1.Key=a&Part.2.Value=2&Words.1=w")
	want := &thing{Name: new("x"), Parts: []part{{Key: new("a")}, {Value: new(int64(2))}}, Words: []string{"w"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ec2: %v %s", err, text(answer(rt.JSON, got)))
	}
}

func TestQueryRefuses(t *testing.T) {
	for _, c := range []struct {
		protocol  rt.Protocol
		src, code string
	}{
		{rt.Query, "count=x", "MalformedInput"},
		{rt.Query, "name.x=y", "MalformedInput"},
		{rt.Query, "inner=z", "MalformedInput"},
		{rt.Query, "words=z", "MalformedInput"},
		{rt.Query, "words.member.1.x=z", "MalformedInput"},
		{rt.EC2, "Words=z", "UnknownParameter"},
		{rt.EC2, "Name.1=z", "UnknownParameter"},
		{rt.EC2, "At=yesterday", "InvalidParameterValue"},
		{rt.Query, "count=", "MalformedInput"},
		{rt.Query, "count=2147483648", "MalformedInput"},
		{rt.Query, "ratio=0x1p-2", "MalformedInput"},
		{rt.Query, "ratio=1_0", "MalformedInput"},
		{rt.Query, "on=yes", "MalformedInput"},
		{rt.Query, "at=yesterday", "MalformedInput"},
		{rt.Query, "data=*", "MalformedInput"},
		{rt.Query, "name=%zz", "MalformedQueryString"},
		{rt.Query, "name=%ff", "MalformedQueryString"},
		{rt.Query, strings.Repeat("inner.", 80) + "name=x", "MalformedQueryString"},
		{rt.Query, strings.Repeat("x=1&", maxParameters+1), "MalformedQueryString"},
		{rt.EC2, "Count=x", "InvalidParameterValue"},
		{rt.EC2, "Colour=x", "UnknownParameter"},
	} {
		if _, err := fromForm(c.protocol, c.src); awserr.Code(err) != c.code {
			t.Errorf("%s %.40s: %v, want %s", c.protocol, c.src, err, c.code)
		}
	}
	if _, err := ParseForm(nil, url.Values{"x": {"\xff"}}); awserr.Code(err) != "MalformedQueryString" {
		t.Errorf("query string that is not UTF-8: %v", err)
	}
}

// What cannot be read of a secret is not repeated: the error stands in the trail.
func TestSecretsAreNotRepeated(t *testing.T) {
	type hushed struct {
		Data  []byte  `aws:"Data,sensitive"`
		Words []int32 `aws:"Words,sensitive"`
	}
	for _, protocol := range []rt.Protocol{rt.Query, rt.EC2} {
		for _, form := range []url.Values{{"Data": {"hush*"}}, {"Words.member.1": {"hush"}}, {"Words.1": {"hush"}}} {
			err := Decode(&Request{Protocol: protocol, Model: toyModel, Form: form}, &hushed{})
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v", protocol, err)
			}
			if err == nil && form.Has("Data") {
				t.Errorf("%s: base64 that is none", protocol)
			}
		}
	}
}

func TestQueryEncode(t *testing.T) {
	r := answer(rt.Query, full(1))
	body := text(r)
	var any struct {
		XMLName xml.Name
		Result  struct {
			Name  string   `xml:"name"`
			Words []string `xml:"words>member"`
			Parts []struct {
				Key string `xml:"key"`
			} `xml:"partSet>item"`
			Inner struct {
				ISO string `xml:"iso"`
			} `xml:"inner"`
		} `xml:"DoThingResult"`
		RequestID string `xml:"ResponseMetadata>RequestId"`
	}
	if err := xml.Unmarshal([]byte(body), &any); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if any.XMLName.Local != "DoThingResponse" || any.XMLName.Space != toyModel.Namespace || any.RequestID != "r-1" {
		t.Errorf("envelope of %s", body)
	}
	if any.Result.Name != "ä \"quoted\" \\ \n \ufffd <&>" || len(any.Result.Words) != 3 || any.Result.Parts[1].Key != "b" || any.Result.Inner.ISO != "2026-01-02T03:04:05Z" {
		t.Errorf("result %+v of %s", any.Result, body)
	}
}

func TestErrorForms(t *testing.T) {
	gone := &goneAway{Message: new("It <left>."), Token: new("t")}
	plain := awserr.New(403, "AccessDenied", "No.").With("BucketName", "b")
	compatible := *toyModel
	compatible.Protocols = []rt.Protocol{rt.RPCv2, rt.Query}
	compatible.JSONVersion = "1.0"
	for _, c := range []struct {
		protocol rt.Protocol
		model    *rt.Model
		err      awserr.Error
		status   int
		header   string
		body     string
	}{
		{rt.JSON, toyModel, gone, 410, "Content-Type: application/x-amz-json-1.1", `{"__type":"goneAway","message":"It <left>.","token":"t"}`},
		{rt.JSON, toyModel, &goneAway{}, 410, "Content-Type: application/x-amz-json-1.1", `{"__type":"goneAway"}`},
		{rt.JSON, nil, awserr.New(400, "SerializationException", "bad"), 400, "Content-Type: application/x-amz-json-1.1", `{"__type":"SerializationException","Message":"bad"}`},
		{rt.JSON, &compatible, gone, 410, "X-Amzn-Query-Error: Thing.Gone;Sender", `{"__type":"com.amazonaws.toy#goneAway","message":"It <left>.","token":"t"}`},
		{rt.RestJSON, toyModel, gone, 410, "X-Amzn-ErrorType: goneAway", `{"message":"It <left>.","token":"t"}`},
		{rt.RestJSON, toyModel, awserr.New(500, "InternalFailure", ""), 500, "X-Amzn-ErrorType: InternalFailure", `{}`},
		{rt.Query, toyModel, gone, 410, "X-Amzn-RequestId: r-1", `<ErrorResponse xmlns="http://example.com/doc/"><Error><Type>Sender</Type><Code>Thing.Gone</Code><Message>It &lt;left&gt;.</Message><token>t</token></Error><RequestId>r-1</RequestId></ErrorResponse>`},
		{rt.Query, nil, awserr.New(500, "InternalFailure", "x"), 500, "X-Amzn-RequestId: r-1", `<ErrorResponse><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>x</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`},
		{rt.EC2, toyModel, plain, 403, "X-Amzn-RequestId: r-1", xmlDeclaration + `<Response><Errors><Error><Code>AccessDenied</Code><Message>No.</Message><BucketName>b</BucketName></Error></Errors><RequestID>r-1</RequestID></Response>`},
		{rt.RestXML, toyModel, plain, 403, "X-Amz-Request-Id: r-1", xmlDeclaration + `<Error><Code>AccessDenied</Code><Message>No.</Message><BucketName>b</BucketName><RequestId>r-1</RequestId><HostId>h</HostId></Error>`},
		{rt.RestXML, toyModel, awserr.New(404, "NoSuchKey", "x"), 404, "X-Amz-Id-2: h", xmlDeclaration + `<Error><Code>NoSuchKey</Code><Message>x</Message><Resource>/b/k</Resource><RequestId>r-1</RequestId><HostId>h</HostId></Error>`},
		{rt.RPCv2, &compatible, gone, 410, "X-Amzn-Query-Error: Thing.Gone;Sender", "\xbff__typex\x1acom.amazonaws.toy#goneAwaygmessagejIt <left>.etokenat\xff"},
	} {
		w := newRecorder()
		EncodeError(w, &ErrorResponse{Protocol: c.protocol, Model: c.model, Err: c.err, RequestID: "r-1", HostID: "h", Resource: "/b/k"})
		r := w.Result()
		name, value, _ := strings.Cut(c.header, ": ")
		if body := text(r); body != c.body || r.StatusCode != c.status || r.Header.Get(name) != value {
			t.Errorf("%s %v: %d %v\n%q\n%q", c.protocol, c.err, r.StatusCode, r.Header, body, c.body)
		}
	}
}

func TestErrorToHEAD(t *testing.T) {
	w := newRecorder()
	EncodeError(w, &ErrorResponse{Protocol: rt.RestXML, Err: awserr.New(404, "NoSuchKey", "x"), Method: "HEAD", RequestID: "r"})
	if r := w.Result(); r.StatusCode != 404 || text(r) != "" {
		t.Errorf("HEAD was answered %d with a body", r.StatusCode)
	}
}
