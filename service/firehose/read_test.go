package firehose

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/base/awserr"
)

// fromRiver is a configuration that reads the river.
func fromRiver() *api.CreateDeliveryStreamInput {
	return &api.CreateDeliveryStreamInput{
		DeliveryStreamType:                 new(api.DeliveryStreamTypeKinesisStreamAsSource),
		KinesisStreamSourceConfiguration:   &api.KinesisStreamSourceConfiguration{KinesisStreamARN: new(riverARN), RoleARN: new("arn:aws:iam::111111111111:role/read")},
		ExtendedS3DestinationConfiguration: &api.ExtendedS3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive"), BufferingHints: &api.BufferingHints{SizeInMBs: new(int32(1)), IntervalInSeconds: new(int32(60))}},
	}
}

func (f *fixture) fromRiver() {
	f.t.Helper()
	f.river.born = begin
	if err := f.make(fromRiver()); err != nil {
		f.t.Fatal(err)
	}
}

// Every shard is read, in its order, once, and children after their parents; who has read all asks no more until something comes.
func TestKinesisSource(t *testing.T) {
	f := setUp(t)
	f.river.shards = []*reach{{parent: -1, adjacent: -1}, {parent: -1, adjacent: -1}}
	f.fromRiver()
	f.advance(0)
	f.river.flow(f, 0, "a1 ", "a2 ", "a3 ", "a4 ", "a5 ")
	f.river.flow(f, 1, "b1 ")
	f.advance(90 * time.Second)
	if got := f.all(); len(got) != 18 || strings.Index(got, "a1 ") > strings.Index(got, "a2 ") || strings.Index(got, "a2 ") > strings.Index(got, "a5 ") {
		t.Fatalf("delivered %q", got)
	}
	reads := f.river.reads
	f.advance(30 * 24 * time.Hour)
	if f.river.reads != reads {
		t.Errorf("%d reads of nothing in a month", f.river.reads-reads)
	}
	f.river.shards[0].closed, f.river.shards[1].closed = true, true // merged, and split again
	f.river.shards = append(f.river.shards, &reach{parent: 0, adjacent: 1, closed: true, records: []string{"c1 ", "c2 ", "c3 "}}, &reach{parent: 2, adjacent: -1, records: []string{"d1 "}}, &reach{parent: 2, adjacent: -1})
	f.river.announce(f)
	f.advance(30 * time.Second)
	f.river.flow(f, 4, "e1 ")
	f.advance(90 * time.Second)
	got := f.all()[18:]
	if len(got) != 15 || !strings.HasPrefix(got, "c1 c2 c3 ") || !strings.Contains(got, "d1 ") || !strings.Contains(got, "e1 ") {
		t.Errorf("after resharding: %q", got)
	}
	if n := f.sum("DataReadFromKinesisStream.Records"); n != 11 {
		t.Errorf("%v records measured", n)
	}
	if err := f.tryPut("", "x"); awserr.Code(err) != "InvalidArgumentException" {
		t.Errorf("put to a stream with a source: %v", err)
	}
}

// A source that fails is tried again; one that was deleted and made anew is read from its beginning.
func TestKinesisSourceFails(t *testing.T) {
	f := setUp(t)
	if err := f.make(fromRiver()); awserr.Code(err) != "InvalidArgumentException" {
		t.Fatalf("made although there is nothing to read: %v", err)
	}
	f.river.shards = []*reach{{parent: -1, adjacent: -1}}
	f.fromRiver()
	f.river.flow(f, 0, "1 ", "2 ", "3 ")
	n := 0
	f.river.fail = func() error {
		if n++; n%3 == 1 {
			return awserr.New(400, "ProvisionedThroughputExceededException", "slowly")
		}
		return nil
	}
	f.advance(10 * time.Minute)
	f.river.fail = nil
	f.advance(2 * time.Minute)
	if got := f.all(); got != "1 2 3 " {
		t.Fatalf("delivered %q", got)
	}
	f.river.shards = nil
	f.river.announce(f)
	f.advance(48 * time.Hour)
	f.river.shards, f.river.born = []*reach{{parent: -1, adjacent: -1}}, f.k.Clock.Now()
	f.advance(time.Hour)
	f.river.flow(f, 0, "4 ", "5 ")
	f.advance(2 * time.Minute)
	if got := f.all(); got != "1 2 3 4 5 " {
		t.Fatalf("after it was made anew: %q", got)
	}
	if _, err := f.s.DeleteDeliveryStream(f.call(), &api.DeleteDeliveryStreamInput{DeliveryStreamName: new("s")}); err != nil {
		t.Fatal(err)
	}
	reads := f.river.reads
	f.river.flow(f, 0, "6 ")
	f.advance(time.Hour)
	if f.river.reads != reads {
		t.Error("a deleted stream reads on")
	}
}

// aggregateOf puts records together as the producer library does.
func aggregateOf(records ...string) []byte {
	field := func(dst []byte, number uint64, value []byte) []byte {
		return append(binary.AppendUvarint(binary.AppendUvarint(dst, number<<3|2), uint64(len(value))), value...)
	}
	message := field(nil, 1, []byte("key"))
	for _, r := range records {
		message = field(message, 3, field([]byte{1 << 3, 0}, 3, []byte(r)))
	}
	sum := md5.Sum(message)
	return append(append(bytes.Clone(aggregated), message...), sum[:]...)
}

func TestDisaggregate(t *testing.T) {
	whole := aggregateOf("one", "", "three")
	if got := bytes.Join(disaggregate(whole), []byte("|")); string(got) != "one||three" {
		t.Errorf("taken apart: %q", got)
	}
	for _, other := range [][]byte{nil, []byte("plain"), aggregated, whole[:len(whole)-1], append(bytes.Clone(whole), 0)} {
		if got := disaggregate(other); len(got) != 1 || !bytes.Equal(got[0], other) {
			t.Errorf("%q: %q", other, got)
		}
	}
}

func FuzzDisaggregate(f *testing.F) {
	f.Add([]byte("x"))
	f.Add([]byte{0x1a, 2, 0x1a, 0})
	f.Fuzz(func(t *testing.T, message []byte) {
		sum := md5.Sum(message)
		size := 0
		for _, one := range disaggregate(append(append(bytes.Clone(aggregated), message...), sum[:]...)) {
			size += len(one)
		}
		if size > len(message)+len(aggregated)+md5.Size {
			t.Errorf("%d bytes out of %d", size, len(message))
		}
	})
}
