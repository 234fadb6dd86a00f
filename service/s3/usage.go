package s3

import (
	"context"
	"slices"
	"sync"
	"time"

	"unyo/base/call"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// How much a bucket stores is counted in memory, beside the rows, because a row for the sum would be written by every PutObject and make
// them all wait for each other. The count begins with what the rows hold (stock.go), and is written down as a level of the meter once in the hour
// after something has changed; so levels are exact at those instants.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html

// usage is the count of all buckets.
type usage struct {
	mu    sync.Mutex
	bytes map[shelf]int64
	moved map[shelf]struct{} // since the levels were written
}

// shelf is what is paid for together.
type shelf struct{ account, region, bucket, class string }

// measureEvery is how often levels are written while objects come and go.
const measureEvery = time.Hour

// stored counts a version that came (sign 1) or went (sign -1) towards what its bucket holds, once tx is committed.
func (s *Service) stored(tx *store.Tx, b *bucket, name string, o *object, sign int64) {
	s.shelved(tx, shelf{b.Account, b.Region, name, o.Class}, sign*o.Size)
}

// storedCopy counts the copy of a restored version, which is paid like STANDARD.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
func (s *Service) storedCopy(tx *store.Tx, b *bucket, name string, o *object, sign int64) {
	if o.Restore != nil && (sign > 0 || o.Restore.Copied) {
		s.shelved(tx, shelf{b.Account, b.Region, name, standard}, sign*o.Size)
	}
}

// leave counts what a version no longer takes up in its class, with what is to be paid for having left it early: the byte hours
// that are missing to the least time.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
func (s *Service) leave(tx *store.Tx, b *bucket, name string, o *object) {
	s.stored(tx, b, name, o, -1)
	s.storedCopy(tx, b, name, o, -1)
	entered := o.Entered
	if entered.IsZero() {
		entered = o.Modified
	}
	c := classes[o.Class]
	if left := c.least - s.now().Sub(entered); left > 0 && o.Size > 0 {
		s.k.Meter.Add(b.owner(tx), meter.Quantity{Usage: meter.Usage{Service: "s3", Type: c.early}, Amount: float64(o.Size) * left.Hours()})
	}
}

// shelved counts bytes that come or go, once tx is committed.
func (s *Service) shelved(tx *store.Tx, at shelf, delta int64) {
	if delta == 0 {
		return
	}
	s.measure.Set(tx, func() time.Time { return s.k.Clock.Now().Truncate(measureEvery).Add(measureEvery) })
	tx.After(func() {
		s.use.mu.Lock()
		defer s.use.mu.Unlock()
		s.use.moved[at] = struct{}{}
		s.use.bytes[at] += delta
	})
}

// writeLevels is the job measure.
func (s *Service) writeLevels(ctx context.Context) error {
	moved := s.takeMoved()
	for part := range slices.Chunk(moved, store.MaxRows/4) {
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			for _, l := range part {
				scope := call.Scope{Partition: tx.Scope().Partition, Account: l.account, Region: l.region}
				s.k.Meter.Level(tx.In(scope), meter.Usage{Service: "s3", Type: classes[l.class].usage}, s.bucketARN(l.bucket), float64(l.bytes))
			}
			return nil
		})
		if err != nil {
			s.use.mu.Lock()
			for _, l := range moved {
				s.use.moved[l.shelf] = struct{}{}
			}
			s.use.mu.Unlock()
			return err
		}
	}
	return nil
}

type filled struct {
	shelf
	bytes int64
}

// Forget drops what is remembered beside the rows: the estate is made as new.
func (s *Service) Forget() {
	s.use.mu.Lock()
	defer s.use.mu.Unlock()
	s.use.bytes = map[shelf]int64{}
	clear(s.use.moved)
	s.measure.Forget()
	s.ruled.Clear()
}

// takeMoved returns what has changed since the last time, in order.
func (s *Service) takeMoved() []filled {
	s.use.mu.Lock()
	defer s.use.mu.Unlock()
	out := make([]filled, 0, len(s.use.moved))
	for at := range s.use.moved {
		out = append(out, filled{at, s.use.bytes[at]})
	}
	clear(s.use.moved)
	slices.SortFunc(out, func(a, b filled) int {
		return slices.Compare([]string{a.account, a.region, a.bucket, a.class}, []string{b.account, b.region, b.bucket, b.class})
	})
	return out
}

// remember begins the count with what the rows hold.
func (s *Service) remember(totals map[shelf]int64) {
	s.use.mu.Lock()
	defer s.use.mu.Unlock()
	s.use.bytes = totals
	for at := range totals { // what the last process did not write down any more, nobody knows
		s.use.moved[at] = struct{}{}
	}
}

// cutBucket takes the bucket off a key of objects or versions.
func cutBucket(key string) (name, rest string, ok bool) {
	p, ok := store.Split(key, 2)
	if !ok {
		return "", "", false
	}
	return p[0], p[1], true
}
