package wire

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"unyo/api/rt"
)

// frames reads an event stream with the SDK's decoder, and writes each frame as «headers | payload».
func frames(t *testing.T, r io.Reader) []string {
	t.Helper()
	var list []string
	d := eventstream.NewDecoder()
	for {
		m, err := d.Decode(r, nil)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, h := range m.Headers {
			b.WriteString(h.Name + "=" + h.Value.String() + " ")
		}
		list = append(list, b.String()+"| "+string(m.Payload))
	}
}

func listen(events ...any) *listenOutput {
	return &listenOutput{Session: new("s"), Stream: func(yield func(*event, error) bool) {
		for _, e := range events {
			switch e := e.(type) {
			case *event:
				if !yield(e, nil) {
					return
				}
			case error:
				yield(nil, e)
				return
			}
		}
	}}
}

func TestEventFrames(t *testing.T) {
	out := listen(&event{Update: &update{Text: new("ä")}}, &event{Records: &records{Kind: new("k"), Payload: []byte{1}}}, &event{Records: &records{}},
		&event{}, &goneAway{Message: new("Bye."), Token: new("t")})
	got := frames(t, answer(rt.JSON, out).Body)
	want := []string{
		`:message-type=event :event-type=initial-response :content-type=application/x-amz-json-1.1 | {"session":"s"}`,
		`:message-type=event :event-type=update :content-type=application/x-amz-json-1.1 | {"text":"ä"}`,
		":message-type=event :event-type=records kind=k :content-type=application/octet-stream | \x01",
		":message-type=event :event-type=records :content-type=application/octet-stream | ",
		`:message-type=exception :exception-type=goneAway :content-type=application/x-amz-json-1.1 | {"message":"Bye.","token":"t"}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r := answer(rt.RestXML, listen(&event{Update: &update{Text: new("<")}}))
	if h := r.Header.Get("Content-Type"); h != "application/vnd.amazon.eventstream" {
		t.Errorf("content type %q", h)
	}
	if got := frames(t, r.Body); len(got) != 1 || got[0] != ":message-type=event :event-type=update :content-type=application/xml | <update><text>&lt;</text></update>" {
		t.Errorf("xml: %q", got)
	}
	if got := frames(t, answer(rt.RPCv2, listen(&event{Update: &update{Text: new("x")}})).Body); len(got) != 2 || !strings.HasSuffix(got[1], "| \xbfdtextax\xff") {
		t.Errorf("cbor: %q", got)
	}
}

func TestEventUnionHoldingAnError(t *testing.T) {
	got := frames(t, answer(rt.RestJSON, listen(&event{Gone: &goneAway{Message: new("Bye.")}})).Body)
	if len(got) != 1 || !strings.Contains(got[0], ":exception-type=goneAway") {
		t.Errorf("%q", got)
	}
}

func TestEventStreamOursFails(t *testing.T) {
	w := newRecorder()
	out := listen(errors.New("secret detail"))
	err := Encode(w, &Response{Protocol: rt.RestJSON, Model: toyModel, Op: operation(nil, out), Out: out})
	got := frames(t, w.Result().Body)
	if err == nil || err.Error() != "secret detail" {
		t.Errorf("the gateway learned %v", err)
	}
	if len(got) != 1 || !strings.Contains(got[0], "InternalFailure") || strings.Contains(got[0], "secret") {
		t.Errorf("the client learned %q", got)
	}
}

func TestEventStreamWithoutClient(t *testing.T) {
	pulled := 0
	out := &listenOutput{Stream: func(yield func(*event, error) bool) {
		for yield(&event{Update: &update{}}, nil) {
			pulled++
		}
	}}
	err := Encode(failing{newRecorder()}, &Response{Protocol: rt.RestJSON, Model: toyModel, Op: operation(nil, out), Out: out})
	if !errors.Is(err, io.ErrClosedPipe) || pulled != 0 {
		t.Errorf("%d events pulled for a client that is gone: %v", pulled, err)
	}
}

func FuzzEventStream(f *testing.F) {
	f.Add("text", "header", []byte("payload"))
	f.Add("", "\x00\xff", []byte{})
	f.Fuzz(func(t *testing.T, words, kind string, payload []byte) {
		if len(kind) > 1<<15 {
			return
		}
		r := answer(rt.RestJSON, listen(&event{Records: &records{Kind: &kind, Payload: payload}}, &event{Update: &update{Text: &words}}))
		d := eventstream.NewDecoder()
		m, err := d.Decode(r.Body, nil)
		if err != nil {
			t.Fatal(err)
		}
		if h := m.Headers.Get("kind"); h == nil || h.String() != kind || !bytes.Equal(m.Payload, payload) {
			t.Errorf("%v, %q", h, m.Payload)
		}
		if _, err := d.Decode(r.Body, nil); err != nil {
			t.Fatal(err)
		}
	})
}
