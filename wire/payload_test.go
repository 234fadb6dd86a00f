package wire

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"reflect"
	"testing"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

type blobPayload struct {
	Type *string `aws:"Type" http:"header=Content-Type"`
	Body []byte  `aws:"Body" http:"payload"`
}

type textPayload struct {
	Body *string `aws:"Body" http:"payload"`
}

type thingPayload struct {
	Body *thing `aws:"Body" http:"payload" xml:"Thing"`
}

type documentPayload struct {
	Body any `aws:"Body" http:"payload"`
}

// TestPayloads sends members that are whole bodies, out and in again.
func TestPayloads(t *testing.T) {
	for _, c := range []struct {
		protocol rt.Protocol
		out      any
		kind     string
		body     string
	}{
		{rt.RestJSON, &blobPayload{Body: []byte("\x00x")}, "application/octet-stream", "\x00x"},
		{rt.RestJSON, &blobPayload{Body: []byte("x"), Type: new("image/png")}, "image/png", "x"},
		{rt.RestJSON, &blobPayload{}, "application/octet-stream", ""},
		{rt.RestJSON, &textPayload{Body: new("<ü>")}, "text/plain", "<ü>"},
		{rt.RestXML, &textPayload{Body: new(`{"a":1}`)}, "application/json", `{"a":1}`},
		{rt.RestJSON, &thingPayload{Body: &thing{Name: new("n")}}, "application/json", `{"name":"n"}`},
		{rt.RestJSON, &thingPayload{}, "application/json", `{}`},
		{rt.RestXML, &thingPayload{Body: &thing{Name: new("n")}}, "application/xml", xmlDeclaration + `<Thing xmlns="http://example.com/doc/"><name>n</name></Thing>`},
		{rt.RestXML, &thingPayload{}, "", ""},
		{rt.RestJSON, &documentPayload{Body: map[string]any{"a": []any{int64(1), nil}}}, "application/json", `{"a":[1,null]}`},
	} {
		r := answer(c.protocol, c.out)
		if got := text(r); got != c.body || r.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s %+v: %s %q", c.protocol, c.out, r.Header.Get("Content-Type"), got)
		}
		back := reflect.New(reflect.TypeOf(c.out).Elem()).Interface()
		in := restRequest(c.protocol, nil, "", nil, c.body)
		in.HTTP.ContentLength = -1
		if b, ok := c.out.(*blobPayload); ok && b.Type != nil {
			in.HTTP.Header = http.Header{"Content-Type": {*b.Type}}
		}
		if err := Decode(in, back); err != nil {
			t.Errorf("%s %+v: %v", c.protocol, c.out, err)
		} else if c.body != "{}" && !reflect.DeepEqual(back, c.out) {
			t.Errorf("%s %+v came back as %+v", c.protocol, c.out, back)
		}
	}
}

func TestPayloadsRefused(t *testing.T) {
	for _, c := range []struct {
		protocol rt.Protocol
		in       any
		body     string
		code     string
	}{
		{rt.RestJSON, &textPayload{}, "\xff", "SerializationException"},
		{rt.RestXML, &textPayload{}, "\xff", "MalformedXML"},
		{rt.RestJSON, &documentPayload{}, "\xff", "SerializationException"},
		{rt.RestJSON, &documentPayload{}, "{} {}", "SerializationException"},
		{rt.RestJSON, &thingPayload{}, "[]", "SerializationException"},
		{rt.RestXML, &thingPayload{}, "<Other/>", "MalformedXML"},
	} {
		if err := Decode(restRequest(c.protocol, nil, "", nil, c.body), c.in); awserr.Code(err) != c.code {
			t.Errorf("%T %q: %v, want %s", c.in, c.body, err, c.code)
		}
	}
}

type headers struct {
	Words  []string    `aws:"Words" http:"header=X-Words"`
	Times  []time.Time `aws:"Times" http:"header=X-Times"`
	ISO    *time.Time  `aws:"ISO" http:"header=X-Iso" time:"iso8601"`
	Epoch  *time.Time  `aws:"Epoch" http:"header=X-Epoch" time:"unixTimestamp"`
	Number *int64      `aws:"Number" http:"header=X-Number"`
	Ratio  *float64    `aws:"Ratio" http:"header=X-Ratio"`
	On     *bool       `aws:"On" http:"header=X-On"`
	Blob   []byte      `aws:"Blob" http:"header=X-Blob"`
	JSON   any         `aws:"JSON" http:"header=X-Json"`
}

func TestHeaderKinds(t *testing.T) {
	at := time.Date(2015, 1, 23, 15, 53, 17, 0, time.UTC)
	want := &headers{Words: []string{"a", "b,c", `d"e`}, Times: []time.Time{at, at.Add(time.Hour)}, ISO: &at, Epoch: &at, Number: new(int64(-5)),
		Ratio: new(0.5), On: new(true), Blob: []byte{1, 2}, JSON: map[string]any{"a": "b"}}
	r := answer(rt.RestJSON, want)
	for k, v := range map[string]string{"X-Words": `a, "b,c", "d\"e"`, "X-Times": "Fri, 23 Jan 2015 15:53:17 GMT, Fri, 23 Jan 2015 16:53:17 GMT",
		"X-Iso": "2015-01-23T15:53:17Z", "X-Epoch": "1422028397", "X-Number": "-5", "X-Ratio": "0.5", "X-On": "true", "X-Blob": "AQI=", "X-Json": "eyJhIjoiYiJ9"} {
		if r.Header.Get(k) != v {
			t.Errorf("%s: %q, want %q", k, r.Header.Get(k), v)
		}
	}
	got := &headers{}
	if err := Decode(restRequest(rt.RestJSON, nil, "", r.Header, ""), got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %+v", err, got)
	}
	for _, bad := range []http.Header{{"X-Number": {"1.5"}}, {"X-On": {"yes"}}, {"X-Json": {"*"}}, {"X-Json": {"e30="}, "X-Blob": {"*"}}, {"X-Times": {"x"}}, {"X-Json": {"e30gMQ=="}}} {
		if err := Decode(restRequest(rt.RestJSON, nil, "", bad, ""), &headers{}); awserr.Code(err) != "SerializationException" {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(`{"name":"n"}`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	in := &thing{}
	h := &http.Request{Header: http.Header{"Content-Encoding": {"gzip"}}}
	if err := Decode(&Request{Protocol: rt.JSON, Raw: b.Bytes(), HTTP: h}, in); err != nil || *in.Name != "n" {
		t.Errorf("%v %v", err, in.Name)
	}
	for _, bad := range []string{"{}", b.String()[:20], b.String()[:len(b.String())-4] + "xxxx"} {
		if err := Decode(&Request{Protocol: rt.JSON, Raw: []byte(bad), HTTP: h}, &thing{}); awserr.Code(err) != "SerializationException" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	var bomb bytes.Buffer
	z = gzip.NewWriter(&bomb)
	for range maxPlain>>20 + 1 {
		if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Plain(bomb.Bytes(), h.Header); awserr.Code(err) != "RequestEntityTooLargeException" {
		t.Errorf("a bomb of %d bytes: %v", bomb.Len(), err)
	}
}

type headed struct {
	Text    *string    `aws:"text" event:"header"`
	On      *bool      `aws:"on" event:"header"`
	Off     *bool      `aws:"off" event:"header"`
	Int     *int32     `aws:"int" event:"header"`
	Long    *int64     `aws:"long" event:"header"`
	Blob    []byte     `aws:"blob" event:"header"`
	At      *time.Time `aws:"at" event:"header"`
	Payload *string    `aws:"payload" event:"payload"`
}

type headedEvent struct {
	_      struct{} `aws:",union"`
	Headed *headed  `aws:"headed"`
}

type headedOutput struct {
	Stream rt.Events[headedEvent] `aws:"stream"`
}

func TestEventHeaderKinds(t *testing.T) {
	out := &headedOutput{Stream: func(yield func(*headedEvent, error) bool) {
		yield(&headedEvent{Headed: &headed{Text: new("t"), On: new(true), Off: new(false), Int: new(int32(-1)), Long: new(int64(1 << 40)),
			Blob: []byte("b"), At: new(time.UnixMilli(1500)), Payload: new("p")}}, nil)
	}}
	got := frames(t, answer(rt.RestJSON, out).Body)
	want := ":message-type=event :event-type=headed text=t on=true off=false int=0x-0000001 long=0x0000010000000000 blob=Yg== at=1500 :content-type=text/plain | p"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
