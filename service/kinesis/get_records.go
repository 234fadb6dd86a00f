package kinesis

import (
	"context"
	"fmt"
	"time"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/recordstore"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// What one call returns at most.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
const (
	maxRead        = 10 << 20
	maxReadRecords = 10_000
)

// found is what a read has to do with: the batches to look into, and how the shard stands.
type found struct {
	row      stream
	shard    shard
	batches  []batch
	end      uint64 // position behind the last record
	children []api.ChildShard
}

// GetRecords reads on from an iterator.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
func (s *Service) GetRecords(ctx context.Context, in *api.GetRecordsInput) (*api.GetRecordsOutput, error) {
	c, now := call.From(ctx), s.k.Clock.Now()
	it, err := s.iteratorOf(ctx, in)
	if err != nil {
		return nil, err
	}
	most := limitOf(in.Limit, maxReadRecords)
	defer s.bytes.Pin()()
	var f found
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		f, err = s.find(tx, c, it, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	if rt.Val(in.DryRun) {
		return nil, dryRun()
	}
	out := &api.GetRecordsOutput{Records: []api.Record{}, MillisBehindLatest: new(int64(0))}
	if !s.reads.take(ctx, s.k, &f) {
		s.measureRefusedRead(ctx, &f)
		return nil, api.NewProvisionedThroughputExceededException("Rate exceeded for shard %s in stream %s under account %s.", f.shard.id(), f.row.Name, c.Account)
	}
	next, err := s.read(ctx, &f, it.Next, most, maxRead, out)
	if err != nil {
		return nil, unreached(fmt.Errorf("cannot read shard %s of %q: %w", f.shard.id(), f.row.Name, err))
	}
	switch {
	case next < f.end: // a wait of no time at all must not look like having caught up
		out.MillisBehindLatest = new(behind(now, out.Records))
	case !f.shard.open():
		out.ChildShards = f.children
	}
	if out.ChildShards == nil {
		out.NextShardIterator = new(s.sealed("iterator", c.Scope, iterator{it.Stream, it.ID, it.Shard, next, now}))
	}
	s.outgoing(ctx, &f, out, now)
	return out, nil
}

// behind is how far a reader is behind, in milliseconds, that has more to read than it was given.
func behind(now time.Time, given []api.Record) int64 {
	if len(given) == 0 {
		return 1
	}
	return max(1, now.Sub(*given[len(given)-1].ApproximateArrivalTimestamp).Milliseconds())
}

func bytesOf(records []api.Record) (n int) {
	for i := range records {
		n += len(records[i].Data) + len(*records[i].PartitionKey)
	}
	return n
}

// iteratorOf opens the iterator of a request.
func (s *Service) iteratorOf(ctx context.Context, in *api.GetRecordsInput) (it iterator, err error) {
	c, now := call.From(ctx), s.k.Clock.Now()
	if !s.unsealed("iterator", c.Scope, *in.ShardIterator, &it) {
		return it, invalid("Invalid ShardIterator.")
	}
	if in.StreamARN != nil || in.StreamId != nil {
		name, err := s.streamName(ctx, nil, in.StreamARN, in.StreamId)
		if err != nil {
			return it, err
		}
		if name != it.Stream {
			return it, invalid("StreamARN %s is not that of the iterator's stream.", *in.StreamARN)
		}
	}
	if now.Sub(it.Made) > tolerated {
		return it, api.NewExpiredIteratorException("Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future than the tolerated delay of %d milliseconds.",
			it.Made.Format(time.RFC1123), now.Format(time.RFC1123), tolerated.Milliseconds())
	}
	return it, nil
}

// find looks up the batches from the iterator's place on, as many as one answer may need.
func (s *Service) find(tx *store.Tx, c *call.Call, it iterator, most int) (f found, err error) {
	var ok bool
	if f.row, ok = s.streams.Get(tx, it.Stream); !ok || f.row.ID != it.ID {
		return f, noStream(c, it.Stream)
	}
	if f.shard, ok = s.shard(tx, &f.row, shardID(it.Shard)); !ok {
		return f, noShard(c, it.Stream, shardID(it.Shard))
	}
	f.end = s.head(tx, it.Stream, it.Shard).Next
	lo, hi := batchKey(it.Stream, it.Shard, 0), batchKey(it.Stream, it.Shard, it.Next)+"\x00"
	from := batchKey(it.Stream, it.Shard, it.Next)
	for key := range s.batches.Back(tx, lo, hi) { // the one that holds the place, or ends before it
		from = key
		break
	}
	horizon := f.row.horizon(s.k.Clock.Now())
	bytes, records := int64(0), 0
	for _, b := range s.batches.Between(tx, from, batchKey(it.Stream, it.Shard, f.end)) {
		if b.First+b.Count <= it.Next || !b.At.After(horizon) {
			continue
		}
		f.batches = append(f.batches, b)
		if records += int(b.First + b.Count - max(it.Next, b.First)); records >= most {
			break
		}
		if bytes += b.Size; bytes > 2*maxRead { // the first may lie mostly before the place
			break
		}
	}
	if !f.shard.open() {
		f.children = s.children(tx, &f.row, it.Shard)
	}
	return f, nil
}

// children are the shards that took over from a closed one.
func (s *Service) children(tx *store.Tx, row *stream, parent int) (list []api.ChildShard) {
	for _, sh := range s.shardsOf(tx, row) {
		for _, p := range sh.Parents {
			if p == parent {
				out := api.ChildShard{ShardId: new(sh.id()), HashKeyRange: sh.hashRange()}
				for _, q := range sh.Parents {
					out.ParentShards = append(out.ParentShards, shardID(q))
				}
				list = append(list, out)
			}
		}
	}
	return list
}

// read takes records out of the batches and returns the position behind the last that is answered: the shard's end,
// when no record is left.
func (s *Service) read(ctx context.Context, f *found, next uint64, most, mostBytes int, out *api.GetRecordsOutput) (uint64, error) {
	bytes, at := 0, 0
	for raw, err := range s.bytes.Read(ctx, f.places()) {
		if err != nil {
			return 0, err
		}
		b := &f.batches[at]
		at++
		if b.Sealed {
			if raw, err = s.unseal(f, raw); err != nil {
				return 0, err
			}
		}
		for n := b.First; n < b.First+b.Count; n++ {
			key, data, rest, err := decode(raw)
			if err != nil {
				return 0, err
			}
			raw = rest
			if n < next {
				continue
			}
			if bytes += len(key) + len(data); len(out.Records) == most || (bytes > mostBytes && len(out.Records) > 0) {
				return n, nil
			}
			out.Records = append(out.Records, api.Record{
				PartitionKey: new(key), Data: data, SequenceNumber: new(f.row.sequence(&f.shard, n)),
				ApproximateArrivalTimestamp: new(b.At), EncryptionType: encryptionType(b.Sealed),
			})
		}
		next = b.First + b.Count
	}
	if len(f.batches) == 0 {
		return max(next, f.end), nil
	}
	return next, nil
}

// unseal is a batch as it was before it was sealed.
func (s *Service) unseal(f *found, sealed []byte) ([]byte, error) {
	if f.row.Encryption == nil {
		return nil, errSealed
	}
	key, err := s.openKey(f.row.Encryption.Key)
	if err != nil {
		return nil, err
	}
	return key.open(f.row.ID, f.shard.Number, sealed)
}

// places are where the batches lie.
func (f *found) places() []recordstore.Place {
	list := make([]recordstore.Place, len(f.batches))
	for i, b := range f.batches {
		list[i] = recordstore.Place{Ref: b.Ref, Offset: b.Offset, Size: b.Size}
	}
	return list
}

// outgoing counts what was read.
func (s *Service) outgoing(ctx context.Context, f *found, out *api.GetRecordsOutput, now time.Time) {
	n := bytesOf(out.Records)
	s.reads.give(ctx, s.k, f, n)
	s.measureRead(ctx, f, out, n, now)
	if f.row.OnDemand && n > 0 {
		s.k.Meter.Count(ctx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: "OnDemand-BilledOutgoingBytes"}, Amount: float64(n)})
	}
}
