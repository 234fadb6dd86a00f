package firehose

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	kinesisapi "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/store"
)

// river stands for a Kinesis stream. It gives two records a read.
type river struct {
	k      *kernel.Service
	born   time.Time
	shards []*reach
	fail   func() error
	reads  int
}

// reach is a shard.
type reach struct {
	parent, adjacent int // -1: none
	closed           bool
	records          []string
}

const riverARN = "arn:aws:kinesis:eu-central-1:111111111111:stream/river"

// flow puts records into a shard and announces it as Kinesis does.
func (r *river) flow(f *fixture, shard int, records ...string) {
	f.t.Helper()
	r.shards[shard].records = append(r.shards[shard].records, records...)
	r.announce(f)
}

func (r *river) announce(f *fixture) {
	f.t.Helper()
	if err := r.k.Update(f.call(), func(tx *store.Tx) error { r.k.Jobs.Announce(tx, riverARN); return nil }); err != nil {
		f.t.Fatal(err)
	}
}

func shardName(n int) *string {
	if n < 0 {
		return nil
	}
	return new(fmt.Sprintf("shardId-%012d", n))
}

func (r *river) Invoke(_ context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	if r.fail != nil {
		if err := r.fail(); err != nil {
			return nil, err
		}
	}
	if r.shards == nil {
		return nil, awserr.New(400, "ResourceNotFoundException", "no stream")
	}
	switch in := in.(type) {
	case *kinesisapi.DescribeStreamInput:
		return &kinesisapi.DescribeStreamOutput{StreamDescription: &kinesisapi.StreamDescription{StreamCreationTimestamp: new(r.born)}}, nil
	case *kinesisapi.ListShardsInput:
		out := &kinesisapi.ListShardsOutput{}
		for n, sh := range r.shards {
			out.Shards = append(out.Shards, kinesisapi.Shard{ShardId: shardName(n), ParentShardId: shardName(sh.parent), AdjacentParentShardId: shardName(sh.adjacent)})
		}
		return out, nil
	case *kinesisapi.GetShardIteratorInput:
		n, at := 0, 0
		_, _ = fmt.Sscanf(*in.ShardId, "shardId-%d", &n)
		if n >= len(r.shards) {
			return nil, awserr.New(400, "ResourceNotFoundException", "no shard")
		}
		if in.StartingSequenceNumber != nil {
			last, _ := strconv.Atoi(*in.StartingSequenceNumber)
			if at = last + 1; at > len(r.shards[n].records) {
				return nil, awserr.New(400, "InvalidArgumentException", "not of this stream")
			}
		}
		return &kinesisapi.GetShardIteratorOutput{ShardIterator: new(fmt.Sprintf("%d/%d", n, at))}, nil
	case *kinesisapi.GetRecordsInput:
		return r.give(*in.ShardIterator), nil
	}
	return nil, awserr.NotImplemented(m.Service, op.Name)
}

func (r *river) give(iterator string) *kinesisapi.GetRecordsOutput {
	shard, from, _ := strings.Cut(iterator, "/")
	n, _ := strconv.Atoi(shard)
	at, _ := strconv.Atoi(from)
	sh := r.shards[n]
	r.reads++
	out := &kinesisapi.GetRecordsOutput{Records: []kinesisapi.Record{}, MillisBehindLatest: new(int64(0))}
	for ; at < len(sh.records) && len(out.Records) < 2; at++ {
		out.Records = append(out.Records, kinesisapi.Record{Data: []byte(sh.records[at]), SequenceNumber: new(strconv.Itoa(at))})
	}
	if at < len(sh.records) {
		*out.MillisBehindLatest = 1
	}
	if at < len(sh.records) || !sh.closed {
		out.NextShardIterator = new(fmt.Sprintf("%d/%d", n, at))
	}
	return out
}
