package gateway

import (
	"slices"
	"testing"

	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
)

// What the facts alone bind: names and ARNs of the resource, and no other text that looks like one.
func TestBind(t *testing.T) {
	scope := call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}
	const stream, other = "arn:aws:kinesis:eu-central-1:111111111111:stream/s", "arn:aws:kinesis:eu-central-1:111111111111:stream/other"
	for _, c := range []struct {
		m    *rt.Model
		op   string
		in   any
		want []string
	}{
		{kinesisapi.Model, "PutRecord", &kinesisapi.PutRecordInput{StreamName: new("s"), PartitionKey: new(other)}, []string{stream}},
		{kinesisapi.Model, "PutRecord", &kinesisapi.PutRecordInput{StreamARN: new(stream), PartitionKey: new(other)}, []string{stream}},
		{kinesisapi.Model, "ListStreams", &kinesisapi.ListStreamsInput{}, []string{"*"}},
		{logsapi.Model, "CreateLogGroup", &logsapi.CreateLogGroupInput{LogGroupName: new("g")}, []string{"arn:aws:logs:eu-central-1:111111111111:log-group:g"}},
	} {
		needs, ok := bind(c.m, c.m.Operation(c.op), c.in, scope)
		if !ok || len(needs) != 1 || !slices.Equal(needs[0].Resources, c.want) {
			t.Errorf("%s: %v %+v, want %v", c.op, ok, needs, c.want)
		}
	}
	if needs, ok := bind(kinesisapi.Model, kinesisapi.Model.Operation("PutRecord"), &kinesisapi.PutRecordInput{PartitionKey: new(other)}, scope); ok {
		t.Errorf("a put to no stream needs %+v", needs)
	}
}
