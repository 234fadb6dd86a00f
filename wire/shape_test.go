package wire

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"unyo/api/rt"
)

// A small service of our own: every kind of member, in the form in which generated shapes have them.

type thing struct {
	Name    *string            `aws:"name,required" is:"Name" xml:"name"`
	Count   *int32             `aws:"count" xml:"count"`
	Size    *int64             `aws:"size" xml:"size"`
	Ratio   *float64           `aws:"ratio" xml:"ratio"`
	Small   *float32           `aws:"small" xml:"small"`
	On      *bool              `aws:"on" xml:"on"`
	At      *time.Time         `aws:"at" xml:"at"`
	ISO     *time.Time         `aws:"iso" xml:"iso" time:"iso8601"`
	Data    []byte             `aws:"data,sensitive" xml:"data"`
	Words   []string           `aws:"words" xml:"words"`
	Flat    []string           `aws:"flat" xml:"flat,flat"`
	Parts   []part             `aws:"parts" xml:"partSet,item=item" ec2:"Part"`
	Nested  [][]string         `aws:"nested" xml:"nested"`
	Tags    map[string]string  `aws:"tags" xml:"tags"`
	FlatMap map[string]part    `aws:"flatMap" xml:"attr,flat,key=Name,value=Value"`
	Lists   map[string][]int32 `aws:"lists" xml:"lists"`
	Inner   *thing             `aws:"inner" xml:"inner"`
	Doc     any                `aws:"doc" xml:"doc"`
}

type part struct {
	Key   *string `aws:"key" xml:"key"`
	Value *int64  `aws:"value" xml:"value"`
}

type attributed struct {
	Type *string `aws:"Type" xml:"type,attr,prefix=xsi"`
	ID   *string `aws:"ID" xml:"ID"`
}

type restInput struct {
	Bucket *string           `aws:"Bucket,required" http:"uri=Bucket"`
	Key    *string           `aws:"Key,required" http:"uri=Key+"`
	Max    *int32            `aws:"Max" http:"query=max"`
	IDs    []string          `aws:"IDs" http:"query=id"`
	Rest   map[string]string `aws:"Rest" http:"query=*"`
	Since  *time.Time        `aws:"Since" http:"header=If-Modified-Since"`
	Kinds  []string          `aws:"Kinds" http:"header=X-Kinds"`
	Meta   map[string]string `aws:"Meta" http:"headers=x-meta-"`
	Body   *thing            `aws:"Body" http:"payload" xml:"Thing,ns=http://example.com/"`
}

type bodyInput struct {
	Bucket *string      `aws:"Bucket" http:"uri=Bucket"`
	Name   *string      `aws:"Name" json:"nameOnWire" xml:"Name"`
	Grant  []attributed `aws:"Grant" xml:"Grants,item=Grant"`
}

type streamOutput struct {
	Body   io.Reader         `aws:"Body" http:"payload"`
	Length *int64            `aws:"Length" http:"header=Content-Length"`
	Type   *string           `aws:"Type" http:"header=Content-Type"`
	Meta   map[string]string `aws:"Meta" http:"headers=x-meta-"`
	Status *int32            `aws:"Status" http:"status"`
	When   *time.Time        `aws:"When" http:"header=Last-Modified"`
}

type streamInput struct {
	Key  *string   `aws:"Key" http:"uri=Key+"`
	Body io.Reader `aws:"Body" http:"payload"`
}

type locationOutput struct {
	LocationConstraint *string `aws:"LocationConstraint" xml:"LocationConstraint"`
}

type listenOutput struct {
	Session *string          `aws:"session"`
	Stream  rt.Events[event] `aws:"stream"`
}

type event struct {
	_       struct{}  `aws:",union"`
	Update  *update   `aws:"update"`
	Records *records  `aws:"records"`
	Gone    *goneAway `aws:"Gone"`
}

type update struct {
	Text *string `aws:"text" xml:"text"`
}

type records struct {
	Kind    *string `aws:"kind" event:"header"`
	Payload []byte  `aws:"payload" event:"payload"`
}

type goneAway struct {
	Message *string `aws:"message" xml:"message"`
	Token   *string `aws:"token" xml:"token"`
}

func (e *goneAway) Error() string        { return "Gone" }
func (e *goneAway) ErrorCode() string    { return "Gone" }
func (e *goneAway) ErrorMessage() string { return rt.Val(e.Message) }
func (e *goneAway) HTTPStatus() int      { return http.StatusGone }

var toyModel = &rt.Model{
	Service: "toy", Namespace: "http://example.com/doc/", JSONVersion: "1.1",
	Protocols: []rt.Protocol{rt.JSON},
	Errors:    []rt.ErrorShape{{Name: "goneAway", Code: "Thing.Gone", Status: 410, Sender: true}},
}

func operation(in, out any) *rt.Operation {
	return &rt.Operation{Name: "DoThing", In: in, Out: out, OutWrapper: "DoThingResult", OutRoot: "Thing"}
}

// answer encodes out and returns what a client would receive.
func answer(protocol rt.Protocol, out any) *http.Response {
	w := httptest.NewRecorder()
	op := operation(nil, out)
	if err := Encode(w, &Response{Protocol: protocol, Model: toyModel, Op: op, Out: out, RequestID: "r-1"}); err != nil {
		panic(err)
	}
	return w.Result()
}

func text(r *http.Response) string {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// full is a thing with all its members, level deep.
func full(level int) *thing {
	t := &thing{
		Name: new("ä \"quoted\" \\ \n \u0001 <&>"), Count: new(int32(-7)), Size: new(int64(1 << 53)),
		Ratio: new(0.25), Small: new(float32(1.5)), On: new(true),
		At: new(time.Date(2026, 11, 23, 1, 2, 3, 450e6, time.UTC)), ISO: new(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		Data: []byte{0, 1, 255}, Words: []string{"one", "", "three"}, Flat: []string{"x", "y"},
		Parts:  []part{{Key: new("a"), Value: new(int64(1))}, {Key: new("b")}},
		Nested: [][]string{{"p"}, {"q", "r"}},
		Tags:   map[string]string{"k": "v", "": "empty"}, FlatMap: map[string]part{"m": {Value: new(int64(3))}},
		Lists: map[string][]int32{"l": {1, 2, 3}},
		Doc:   map[string]any{"s": "t", "n": int64(4), "f": 0.5, "l": []any{true, nil}},
	}
	if level > 0 {
		t.Inner = full(level - 1)
	}
	return t
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprint(err))
	}
	return v
}

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }
