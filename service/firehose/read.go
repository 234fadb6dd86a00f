package firehose

import (
	"context"
	"fmt"
	"time"

	kinesisapi "unyo/api/kinesis"
	"unyo/base/awserr"
	"unyo/kernel/jobs"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// readArg names a shard that has news; without a shard it is the stream whose shards are to be looked at.
type readArg struct{ Stream, ID, Shard string }

// cursor is how far a shard was read.
type cursor struct {
	After string    `json:",omitempty"` // sequence number of the last record; "": none yet
	Read  time.Time `json:",omitzero"`  // when it was read last
	Done  bool      `json:",omitempty"` // to its end
}

// readEvery is how often a shard is read that has something to read.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
const readEvery = time.Second

// readRetry: a source that does not let itself be read is tried for a day, and again when something comes into it.
var readRetry = deliveryRetry

func readKey(id, shard string) string { return store.Key(id, shard) }

func (s *Service) readSoon(tx *store.Tx, row *stream, shard string) {
	s.read.AtKey(tx, readKey(row.ID, shard), s.k.Clock.Now(), readArg{row.Name, row.ID, shard})
}

// runRead takes in what has come into a shard. The records and how far they were read are written in one transaction, so each comes in once
// whenever the process dies. It awaits news first and looks then, so nothing that comes meanwhile is overlooked, and nothing is asked in vain.
func (s *Service) runRead(ctx context.Context, a readArg) error {
	row, at, ok, err := s.turn(ctx, a)
	if err != nil || !ok {
		return err
	}
	if a.Shard == "" {
		err = s.discover(ctx, a, &row)
	} else {
		err = s.readShard(ctx, a, &row, at)
	}
	if code := awserr.Code(err); code != "" {
		s.unread(ctx, &row, code, awserr.Message(err))
	}
	return err
}

// turn is whether a shard is to be read now.
func (s *Service) turn(ctx context.Context, a readArg) (row stream, at cursor, ok bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if row, ok = s.streams.Get(tx, a.Stream); !ok || row.ID != a.ID || row.Source == nil {
			ok = false
			return nil
		}
		if a.Shard != "" {
			if at, ok = s.cursors.Get(tx, readKey(a.ID, a.Shard)); !ok || at.Done {
				ok = false
				return nil
			}
			if next := at.Read.Add(readEvery); s.k.Clock.Now().Before(next) {
				s.read.AtKey(tx, readKey(a.ID, a.Shard), next, a)
				ok = false
				return nil
			}
		}
		s.read.Await(tx, row.Source.ARN, readKey(a.ID, a.Shard), a)
		return nil
	}, store.Relaxed)
	return row, at, ok, err
}

// readShard reads on from a cursor.
func (s *Service) readShard(ctx context.Context, a readArg, row *stream, at cursor) error {
	as := s.as(ctx, row, row.Source.RoleARN)
	start := &kinesisapi.GetShardIteratorInput{StreamARN: new(row.Source.ARN), ShardId: new(a.Shard), ShardIteratorType: new(kinesisapi.ShardIteratorTypeAtTimestamp), Timestamp: new(row.Source.Since)}
	if at.After != "" {
		start.ShardIteratorType, start.Timestamp, start.StartingSequenceNumber = new(kinesisapi.ShardIteratorTypeAfterSequenceNumber), nil, new(at.After)
	}
	iterator, err := s.peers.Kinesis.GetShardIterator(as, start)
	if code := awserr.Code(err); code == "ResourceNotFoundException" || code == "InvalidArgumentException" {
		return s.lost(ctx, a, row, err)
	}
	if err != nil {
		return err
	}
	got, err := s.peers.Kinesis.GetRecords(as, &kinesisapi.GetRecordsInput{ShardIterator: iterator.ShardIterator})
	if err != nil {
		return err
	}
	return s.takeIn(ctx, a, at, got)
}

// takeIn writes what was read, and how far.
func (s *Service) takeIn(ctx context.Context, a readArg, at cursor, got *kinesisapi.GetRecordsOutput) error {
	now := s.k.Clock.Now()
	w := s.newSpill(ctx)
	size, bill := 0, 0.0
	for i := range got.Records {
		for _, data := range disaggregate(got.Records[i].Data) {
			if err := w.put(bufferIn, nil, now, data); err != nil {
				return w.giveBack(err)
			}
			size += len(data)
			bill += billed(len(data))
		}
		at.After = *got.Records[i].SequenceNumber
	}
	if err := w.finish(); err != nil {
		return w.giveBack(err)
	}
	at.Read, at.Done = now, got.NextShardIterator == nil
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, a.Stream)
		if !ok || row.ID != a.ID || !s.cursors.Has(tx, readKey(a.ID, a.Shard)) {
			return errGone
		}
		s.cursors.Put(tx, readKey(a.ID, a.Shard), at)
		for _, one := range w.order {
			for _, b := range one.staged {
				s.accept(tx, &row, b)
			}
		}
		if bill > 0 {
			s.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: "BilledBytes"}, Amount: bill})
		}
		s.measureRead(tx, a.Stream, size, got)
		s.goOn(tx, a, &row, got)
		jobs.Settle(ctx, tx)
		return nil
	})
	if err != nil {
		return w.settled(err)
	}
	return nil
}

// goOn sets what is to be done after a read: on with the children of a shard that has ended, or with the same when it holds more.
func (s *Service) goOn(tx *store.Tx, a readArg, row *stream, got *kinesisapi.GetRecordsOutput) {
	switch {
	case got.NextShardIterator == nil:
		s.read.Unawait(tx, row.Source.ARN, readKey(a.ID, a.Shard))
		s.readSoon(tx, row, "")
	case *got.MillisBehindLatest > 0:
		s.read.Unawait(tx, row.Source.ARN, readKey(a.ID, a.Shard))
		s.read.AtKey(tx, readKey(a.ID, a.Shard), s.k.Clock.Now().Add(readEvery), a)
	}
}

// discover begins with the shards that may be read by now: those whose parents were read to their end, or are not there any more.
// https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
func (s *Service) discover(ctx context.Context, a readArg, row *stream) error {
	list, err := s.listShards(ctx, row)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for i := range list {
		there[*list[i].ShardId] = true
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		row, ok := s.streams.Get(tx, a.Stream)
		if !ok || row.ID != a.ID {
			return nil
		}
		s.read.Unawait(tx, row.Source.ARN, readKey(a.ID, "")) // the shards' readers see to it when these change
		for i := range list {
			at := readKey(a.ID, *list[i].ShardId)
			if s.cursors.Has(tx, at) || !s.ended(tx, a.ID, there, list[i].ParentShardId) || !s.ended(tx, a.ID, there, list[i].AdjacentParentShardId) {
				continue
			}
			s.cursors.Put(tx, at, cursor{})
			s.readSoon(tx, &row, *list[i].ShardId)
		}
		return nil
	})
}

// ended tells whether a parent does not keep its children waiting.
func (s *Service) ended(tx *store.Tx, id string, there map[string]bool, parent *string) bool {
	if parent == nil || !there[*parent] {
		return true
	}
	at, _ := s.cursors.Get(tx, readKey(id, *parent))
	return at.Done
}

// listShards lists the shards that are to be read, or were.
func (s *Service) listShards(ctx context.Context, row *stream) (list []kinesisapi.Shard, err error) {
	in := &kinesisapi.ListShardsInput{StreamARN: new(row.Source.ARN), ShardFilter: &kinesisapi.ShardFilter{Type: new(kinesisapi.ShardFilterTypeFromTimestamp), Timestamp: new(row.Source.Since)}}
	for {
		out, err := s.peers.Kinesis.ListShards(s.as(ctx, row, row.Source.RoleARN), in)
		if err != nil {
			return nil, err
		}
		list = append(list, out.Shards...)
		if out.NextToken == nil {
			return list, nil
		}
		in = &kinesisapi.ListShardsInput{NextToken: out.NextToken}
	}
}

// lost finds out why a shard cannot be read any more. If the stream was deleted and made anew, the new one is read from its beginning; if it is
// gone, news of another of its name are awaited; if only the shard has expired, its children are next.
func (s *Service) lost(ctx context.Context, a readArg, row *stream, why error) error {
	born, err := s.born(ctx, row)
	if err != nil {
		return fmt.Errorf("cannot read shard %s of %s: %w", a.Shard, row.Source.ARN, err)
	}
	if born.Equal(row.Source.Born) && awserr.Code(why) != "ResourceNotFoundException" {
		return why
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		row, ok := s.streams.Get(tx, a.Stream)
		if !ok || row.ID != a.ID {
			return nil
		}
		if born.Equal(row.Source.Born) {
			s.read.Unawait(tx, row.Source.ARN, readKey(a.ID, a.Shard))
			s.cursors.Put(tx, readKey(a.ID, a.Shard), cursor{Done: true})
		} else if born.After(row.Source.Born) {
			s.stopReading(tx, &row)
			o := *row.Source
			o.Born, o.Since = born, born
			row.Source = &o
			s.streams.Put(tx, row.Name, row)
		}
		s.readSoon(tx, &row, "")
		return nil
	})
}
