package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
)

// Shapes in the likeness of the busiest calls.

type logEvents struct {
	LogGroupName  *string    `aws:"logGroupName,required"`
	LogStreamName *string    `aws:"logStreamName,required"`
	LogEvents     []logEvent `aws:"logEvents,required"`
	SequenceToken *string    `aws:"sequenceToken"`
}

type logEvent struct {
	Timestamp *int64  `aws:"timestamp,required"`
	Message   *string `aws:"message,required"`
}

type objectList struct {
	Name        *string  `aws:"Name" xml:"Name"`
	IsTruncated *bool    `aws:"IsTruncated" xml:"IsTruncated"`
	Contents    []object `aws:"Contents" xml:"Contents,flat"`
}

type object struct {
	Key          *string    `aws:"Key" xml:"Key"`
	LastModified *time.Time `aws:"LastModified" xml:"LastModified"`
	ETag         *string    `aws:"ETag" xml:"ETag"`
	Size         *int64     `aws:"Size" xml:"Size"`
	StorageClass *string    `aws:"StorageClass" xml:"StorageClass"`
}

type reservations struct {
	Reservations []reservation `aws:"Reservations" xml:"reservationSet,item=item"`
}

type reservation struct {
	ID        *string    `aws:"ReservationId" xml:"reservationId"`
	Instances []instance `aws:"Instances" xml:"instancesSet,item=item"`
}

type instance struct {
	ID         *string    `aws:"InstanceId" xml:"instanceId"`
	Image      *string    `aws:"ImageId" xml:"imageId"`
	State      *state     `aws:"State" xml:"instanceState"`
	DNS        *string    `aws:"PrivateDnsName" xml:"privateDnsName"`
	Type       *string    `aws:"InstanceType" xml:"instanceType"`
	LaunchTime *time.Time `aws:"LaunchTime" xml:"launchTime"`
	Subnet     *string    `aws:"SubnetId" xml:"subnetId"`
	VPC        *string    `aws:"VpcId" xml:"vpcId"`
	EBS        *bool      `aws:"EbsOptimized" xml:"ebsOptimized"`
	Tags       []tag      `aws:"Tags" xml:"tagSet,item=item"`
	Groups     []tag      `aws:"Groups" xml:"groupSet,item=item"`
}

type state struct {
	Code *int32  `aws:"Code" xml:"code"`
	Name *string `aws:"Name" xml:"name"`
}

type tag struct {
	Key   *string `aws:"Key" xml:"key"`
	Value *string `aws:"Value" xml:"value"`
}

func putLogEvents(n int) []byte {
	in := map[string]any{"logGroupName": "group", "logStreamName": "stream"}
	var events []any
	for i := range n {
		events = append(events, map[string]any{"timestamp": 1700000000000 + i,
			"message": fmt.Sprintf(`10.0.0.%d - - [23/Nov/2026:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)" request=%d %s`, i%256, i, i, strings.Repeat("x", 30))})
	}
	in["logEvents"] = events
	b, _ := json.Marshal(in)
	return b
}

func BenchmarkJSONDecodePutLogEvents(b *testing.B) {
	body := putLogEvents(1000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in := &logEvents{}
		if err := Decode(&Request{Protocol: rt.JSON, Raw: body}, in); err != nil || len(in.LogEvents) != 1000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSONDecodePlain(b *testing.B) {
	body := []byte(strings.ReplaceAll(string(putLogEvents(1000)), `\"`, `'`)) // no escapes
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in := &logEvents{}
		if err := Decode(&Request{Protocol: rt.JSON, Raw: body}, in); err != nil || len(in.LogEvents) != 1000 {
			b.Fatal(err)
		}
	}
}

// BenchmarkJSONDecodeJSONLines: what programs log is JSON itself, with an escape every few bytes.
func BenchmarkJSONDecodeJSONLines(b *testing.B) {
	in := map[string]any{"logGroupName": "group", "logStreamName": "stream"}
	var events []any
	for i := range 1000 {
		events = append(events, map[string]any{"timestamp": 1700000000000 + i,
			"message": fmt.Sprintf(`{"level":"INFO","service":"svc-%d","method":"GET","path":"/api/v1/orders/%d","status":%d,"latencyMs":%d,"requestId":"%016x"}`, i%20, i, 200+i%4, i, i*i)})
	}
	in["logEvents"] = events
	body, _ := json.Marshal(in)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in := &logEvents{}
		if err := Decode(&Request{Protocol: rt.JSON, Raw: body}, in); err != nil || len(in.LogEvents) != 1000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSONEncodeGetLogEvents(b *testing.B) {
	out := &logEvents{}
	if err := Decode(&Request{Protocol: rt.JSON, Raw: putLogEvents(1000)}, out); err != nil {
		b.Fatal(err)
	}
	benchEncode(b, rt.JSON, out)
}

func BenchmarkXMLEncodeListObjects(b *testing.B) {
	out := &objectList{Name: new("bucket"), IsTruncated: new(false)}
	for i := range 1000 {
		out.Contents = append(out.Contents, object{Key: new(fmt.Sprintf("logs/2026/11/23/part-%05d.gz", i)), LastModified: new(time.Unix(1700000000, 0)),
			ETag: new(`"d41d8cd98f00b204e9800998ecf8427e"`), Size: new(int64(i * 1000)), StorageClass: new("STANDARD")})
	}
	benchEncode(b, rt.RestXML, out)
}

func BenchmarkXMLEncodeDescribeInstances(b *testing.B) {
	out := &reservations{}
	for i := range 1000 {
		out.Reservations = append(out.Reservations, reservation{ID: new(fmt.Sprintf("r-%017d", i)), Instances: []instance{{
			ID: new(fmt.Sprintf("i-%017d", i)), Image: new("ami-0123456789abcdef0"), State: &state{new(int32(16)), new("running")},
			DNS: new("ip-10-0-0-1.ec2.internal"), Type: new("m7g.large"), LaunchTime: new(time.Unix(1700000000, 0)), Subnet: new("subnet-0123456789abcdef0"),
			VPC: new("vpc-0123456789abcdef0"), EBS: new(true), Tags: []tag{{new("Name"), new("web & app")}, {new("team"), new("x")}}, Groups: []tag{{new("sg-1"), new("default")}},
		}}})
	}
	benchEncode(b, rt.EC2, out)
}

// sink is a response writer that only counts.
type sink struct {
	h http.Header
	n int64
}

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { s.n += int64(len(b)); return len(b), nil }
func (s *sink) WriteHeader(int)             {}

func benchEncode(b *testing.B, protocol rt.Protocol, out any) {
	r := &Response{Protocol: protocol, Model: toyModel, Op: operation(nil, out), Out: out, RequestID: "r-1"}
	w := &sink{h: http.Header{}}
	if err := Encode(w, r); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(w.n)
	b.ReportAllocs()
	for b.Loop() {
		if err := Encode(w, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQueryDecode(b *testing.B) {
	body := []byte("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123%3Arole%2Fr&name=session&tags.entry.1.key=a&tags.entry.1.value=b&words.member.1=x&words.member.2=y&count=3600")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		form, err := ParseForm(body, url.Values{})
		if err != nil {
			b.Fatal(err)
		}
		if err := Decode(&Request{Protocol: rt.Query, Form: form}, &thing{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCBORDecode(b *testing.B) {
	p, base := planOf(full(3))
	body := appendCBOR(nil, p, base)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Decode(&Request{Protocol: rt.RPCv2, Raw: body}, &thing{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkXMLDecode(b *testing.B) {
	var s strings.Builder
	s.WriteString("<CompleteMultipartUpload>")
	for i := range 1000 {
		fmt.Fprintf(&s, "<Contents><Key>part-%d</Key><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>%d</Size></Contents>", i, i)
	}
	s.WriteString("</CompleteMultipartUpload>")
	body := []byte(s.String())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		out := &objectList{}
		p, base := planOf(out)
		if _, err := decodeXML(body, "", p, base); err != nil || len(out.Contents) != 1000 {
			b.Fatal(err)
		}
	}
}
