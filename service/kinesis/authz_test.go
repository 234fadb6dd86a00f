package kinesis

import (
	"strings"
	"testing"

	api "unyo/api/kinesis"
)

// The stream that is judged is the one that is acted on: whatever else in a request looks like an ARN says nothing.
func TestNeeds(t *testing.T) {
	f := setUp(t)
	f.create(2)
	const own, other = "arn:aws:kinesis:eu-central-1:111111111111:stream/s", "arn:aws:kinesis:eu-central-1:111111111111:stream/other"
	it := f.iterator(&api.GetShardIteratorInput{ShardId: new(shard0), ShardIteratorType: new("LATEST")})
	token := ok[*api.ListShardsOutput](t)(f.s.ListShards(f.call(), &api.ListShardsInput{StreamName: new("s"), MaxResults: new(int32(1))})).NextToken
	for _, c := range []struct {
		op   string
		in   any
		want string
	}{
		{"PutRecord", &api.PutRecordInput{StreamName: new("s"), PartitionKey: new(other)}, "kinesis:PutRecord " + own},
		{"PutRecord", &api.PutRecordInput{StreamName: new("s"), StreamARN: new(other)}, "kinesis:PutRecord " + other},
		{"PutRecords", &api.PutRecordsInput{StreamARN: new(own)}, "kinesis:PutRecords " + own},
		{"GetRecords", &api.GetRecordsInput{ShardIterator: it, StreamARN: new(other)}, "kinesis:GetRecords " + own},
		{"GetRecords", &api.GetRecordsInput{ShardIterator: new("made up")}, "kinesis:GetRecords *"},
		{"ListShards", &api.ListShardsInput{NextToken: token}, "kinesis:ListShards " + own},
		{"CreateStream", &api.CreateStreamInput{StreamName: new("s"), Tags: map[string]string{"a": "b"}}, "kinesis:CreateStream " + own + ",kinesis:AddTagsToStream " + own},
	} {
		needs, known := f.s.Needs(f.call(), c.op, c.in)
		var got []string
		for _, n := range needs {
			got = append(got, n.Action+" "+strings.Join(n.Resources, " "))
		}
		if strings.Join(got, ",") != c.want || !known {
			t.Errorf("%s: %v, want %s", c.op, got, c.want)
		}
	}
	_, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), StreamARN: new(other), PartitionKey: new("k")})
	wantCode(t, err, "InvalidArgumentException")
	_, err = f.s.DescribeStream(f.call(), &api.DescribeStreamInput{StreamARN: new(strings.Replace(own, "1111", "2222", 1))})
	wantCode(t, err, "ResourceNotFoundException")
	_, err = f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it, StreamARN: new(other)})
	wantCode(t, err, "InvalidArgumentException")
}

// A call that is only tried is told what would have happened, and changes nothing.
func TestDryRun(t *testing.T) {
	f := setUp(t)
	f.create(1)
	_, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("k"), Data: []byte("x"), DryRun: new(true)})
	wantCode(t, err, "DryRunOperationException")
	_, err = f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("none"), PartitionKey: new("k"), Data: []byte("x"), DryRun: new(true)})
	wantCode(t, err, "ResourceNotFoundException")
	if got := f.all(shard0); len(got) != 0 {
		t.Errorf("records: %v", got)
	}
}

// What has no behaviour here is refused, not ignored.
func TestUnsupported(t *testing.T) {
	f := setUp(t)
	for _, in := range []*api.CreateStreamInput{
		{StreamName: new("s"), ShardCount: new(int32(1)), RecordDistributionStrategy: new("AUTO")},
		{StreamName: new("s"), StreamModeDetails: &api.StreamModeDetails{StreamMode: new("ON_DEMAND")}, WarmThroughputMiBps: new(int32(5))},
	} {
		_, err := f.s.CreateStream(f.call(), in)
		wantCode(t, err, "NotImplemented")
	}
	_, err := f.s.DeleteStream(f.call(), &api.DeleteStreamInput{StreamId: new("aaaaaaaaaaaaaaaaaaaa-aaa")})
	wantCode(t, err, "NotImplemented")
}
