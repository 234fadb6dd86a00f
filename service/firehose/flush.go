package firehose

import (
	"context"
	"fmt"
	"strings"
	"time"

	"unyo/engine/blob"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// flushArg names the buffer that is due.
type flushArg struct{ Stream, ID, Buffer string }

// flight is a delivery under way: what is sent, and as what, is decided before anything is sent.
type flight struct {
	Key              string // of the object; for an HTTP endpoint the request's id
	From, To         uint64 // sequences From ≤ n < To are in it
	Batches, Records int
	Bytes            int64
	First            time.Time     // arrival of the oldest
	Attempts         int           `json:",omitempty"` // in vain, where they are limited
	Waited           time.Duration `json:",omitempty"` // between them
	Done             bool          `json:",omitempty"` // delivered, and only to be settled
	Failed           *failure      `json:",omitempty"` // given up, and on its way to the error prefix
	Converting       *converting   `json:",omitempty"` // into columns, once it is sifted
}

// deliveryRetry: Firehose tries a failing S3 for 24 hours. What cannot be delivered by then is kept, and
// shown as work that could not be done; AWS would have dropped it.
// https://docs.aws.amazon.com/firehose/latest/dev/retry.html
var deliveryRetry = jobs.Policy{Attempts: 300, Wait: func(failed int) time.Duration {
	return min(time.Second<<min(failed-1, 20), 5*time.Minute)
}}

const (
	maxInFlight = 50_000 // batches of one object
	settleRows  = 400    // batches that leave in one transaction
)

// runFlush does with a buffer that is due what is to be done with it. One object or request a job, for what a job does again
// after a crash must be the very same; it sets itself again when more is due.
func (s *Service) runFlush(ctx context.Context, a flushArg) error {
	if a.Buffer == bufferIn {
		return s.process(ctx, a)
	}
	row, f, ok, err := s.take(ctx, a)
	switch {
	case err != nil || !ok:
		return err
	case f.Done:
		return s.settle(ctx, a, f)
	case f.Failed != nil:
		return s.fail(ctx, a, &row, &f)
	case row.converts(a.Buffer) && f.Converting == nil:
		return s.sift(ctx, a, &row, f)
	case a.Buffer == bufferOut && row.HTTP != nil:
		return s.send(ctx, a, &row, &f)
	}
	if err := s.deliver(ctx, a, &row, &f); err != nil {
		return s.undelivered(ctx, a, &row, f, err)
	}
	s.delivered(ctx, a.Buffer, &row, &f)
	return s.settle(ctx, a, f)
}

// undelivered has S3 tried again later; records of a partition go to the error prefix when their time to be tried is over.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_DynamicPartitioningConfiguration.html
func (s *Service) undelivered(ctx context.Context, a flushArg, row *stream, f flight, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	code, text := wordS3(fault)
	s.report(ctx, row, a.Buffer, code, text)
	s.refusedByS3(ctx, a.Buffer, row, &f)
	if row.Partition == nil || !strings.HasPrefix(a.Buffer, partitionOf) {
		return fmt.Errorf("cannot deliver %s of stream %q: %w", f.Key, a.Stream, fault)
	}
	return s.again(ctx, a, f, time.Duration(row.Partition.RetrySeconds)*time.Second, failure{Kind: failedWork, Code: code, Message: text})
}

// maxWait is the longest time between two attempts, each of which waits twice as long as the one before.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html (Error Response Handling)
const maxWait = 2 * time.Minute

// again sets the next attempt of a delivery that has failed, or gives it up when waiting for that would take longer than limit in all.
func (s *Service) again(ctx context.Context, a flushArg, f flight, limit time.Duration, why failure) error {
	f.Attempts++
	wait := min(time.Second<<min(f.Attempts-1, 20), maxWait)
	at := s.k.Clock.Now()
	if f.Waited+wait > limit {
		f.Failed = &why
	} else {
		f.Waited += wait
		at = at.Add(wait)
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if key := store.Key(a.ID, a.Buffer); s.flights.Has(tx, key) {
			s.flights.Put(tx, key, f)
			s.flush.AtKey(tx, key, at, a)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// take moves what is due into a flight that names its object. A flight left by a crash or a failure goes first.
func (s *Service) take(ctx context.Context, a flushArg) (row stream, f flight, ok bool, err error) {
	at := store.Key(a.ID, a.Buffer)
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if row, ok = s.streams.Get(tx, a.Stream); !ok || row.ID != a.ID {
			ok = false // deleted, with its buffers
			return nil
		}
		if f, ok = s.flights.Get(tx, at); ok {
			return nil
		}
		fill, _ := s.fills.Get(tx, at)
		due, waiting := row.due(a.Buffer, &fill)
		if !waiting {
			return nil
		}
		if now := s.k.Clock.Now(); now.Before(due) {
			s.flush.AtKey(tx, at, due, a)
			return nil
		}
		f = s.gather(tx, &row, a.Buffer, &fill)
		if f.Key, err = s.nameOf(&row, a.Buffer, &fill, &f); err != nil {
			return err
		}
		s.flights.Put(tx, at, f)
		s.fills.Put(tx, at, fill)
		ok = true
		return nil
	})
	return row, f, ok, err
}

// cargo lists the batches of a flight.
func (s *Service) cargo(ctx context.Context, a flushArg, f *flight) (list []batch, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list = list[:0]
		for _, b := range s.batches.Between(tx, position(a.ID, a.Buffer, f.From), position(a.ID, a.Buffer, f.To)) {
			list = append(list, b)
		}
		return nil
	})
	return list, err
}

// settle ends the flight: its batches leave the buffer, and with the last of them the job ends too.
func (s *Service) settle(ctx context.Context, a flushArg, f flight) error {
	for {
		var freed []blob.Ref
		more := false
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			freed, more = s.unload(tx, a, &f)
			if more {
				f.Done = true
				s.flights.Put(tx, store.Key(a.ID, a.Buffer), f)
				return nil
			}
			s.land(ctx, tx, a)
			return nil
		})
		if err != nil {
			return err
		}
		s.blobs.Free(freed...)
		if !more {
			return nil
		}
	}
}

// unload takes batches of a flight away, as many as fit a transaction.
func (s *Service) unload(tx *store.Tx, a flushArg, f *flight) (freed []blob.Ref, more bool) {
	n := 0
	for key, b := range s.batches.Between(tx, position(a.ID, a.Buffer, f.From), position(a.ID, a.Buffer, f.To)) {
		if n++; n > settleRows {
			return freed, true
		}
		freed = append(freed, s.release(tx, a.ID, key, &b)...)
	}
	return freed, false
}

// land ends the flight and its job. What waits by now gets its time.
func (s *Service) land(ctx context.Context, tx *store.Tx, a flushArg) {
	at := store.Key(a.ID, a.Buffer)
	s.flights.Delete(tx, at)
	jobs.Settle(ctx, tx)
	row, ok := s.streams.Get(tx, a.Stream)
	if !ok || row.ID != a.ID {
		return
	}
	if fill, _ := s.fills.Get(tx, at); fill.First.IsZero() {
		s.emptied(tx, &row, a.Buffer)
	} else {
		s.arm(tx, &row, a.Buffer, &fill)
	}
}
