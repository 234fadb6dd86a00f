package kinesis

import (
	"context"
	"fmt"
	"time"

	"unyo/engine/blob"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// expireArg names a stream: by its id too, for the name may have been given again.
type expireArg struct{ Name, ID string }

// expireAtOnce bounds the rows that one transaction deletes.
const expireAtOnce = 400

// arrivalKey is the place of a put: in the order of arrival.
func arrivalKey(stream string, at time.Time, shard int, position uint64) string {
	return store.Key(stream, fmt.Sprintf("%016x%08x%016x", at.UnixNano(), shard, position))
}

// expireLater has what arrived or was closed at that instant expire in time. A job that is set already comes earlier.
func (s *Service) expireLater(tx *store.Tx, row *stream, at time.Time) {
	if _, set := s.expire.DueKey(tx, row.Name); !set {
		s.expire.AtKey(tx, row.Name, at.Add(row.retention()), expireArg{row.Name, row.ID})
	}
}

// rearm sets the job for the first instant at which something expires, or takes it back. It is for when the
// retention has changed.
func (s *Service) rearm(tx *store.Tx, row *stream) {
	s.expire.CancelKey(tx, row.Name)
	if first, ok := s.oldest(tx, row); ok {
		s.expire.AtKey(tx, row.Name, maxTime(first.Add(row.retention()), s.k.Clock.Now()), expireArg{row.Name, row.ID})
	}
}

// oldest is the first instant from which there is something that will expire: a record or a closed shard.
func (s *Service) oldest(tx *store.Tx, row *stream) (first time.Time, ok bool) {
	if _, a, found := s.arrivals.First(tx, store.Key(row.Name, "")); found {
		first, ok = a.At, true
	}
	for _, sh := range s.shards.Prefix(tx, store.Key(row.Name, ""), "") {
		if !sh.open() && (!ok || sh.ClosedAt.Before(first)) {
			first, ok = sh.ClosedAt, true
		}
	}
	return first, ok
}

// runExpire deletes what has expired, in steps that fit into transactions, and sets itself for the next.
// https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
func (s *Service) runExpire(ctx context.Context, a expireArg) error {
	for more := true; more; {
		var freed []blob.Ref
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			freed, more = nil, false
			row, ok := s.streams.Get(tx, a.Name)
			if !ok || row.ID != a.ID {
				jobs.Settle(ctx, tx)
				return nil
			}
			row.Horizon = row.horizon(s.k.Clock.Now())
			s.streams.Put(tx, row.Name, row)
			if freed, more = s.dropArrivals(tx, &row); more {
				return nil
			}
			if more = s.dropShards(tx, &row); more {
				return nil
			}
			s.rearm(tx, &row)
			jobs.Settle(ctx, tx)
			return nil
		})
		if err != nil {
			return fmt.Errorf("cannot expire records of %q: %w", a.Name, err)
		}
		s.bytes.Free(freed...)
	}
	return nil
}

// dropArrivals deletes puts that have expired; more says that there are others.
func (s *Service) dropArrivals(tx *store.Tx, row *stream) (freed []blob.Ref, more bool) {
	rows := 0
	for key, a := range s.arrivals.Prefix(tx, store.Key(row.Name, ""), "") {
		if a.At.After(row.Horizon) {
			return freed, false
		}
		if rows > 0 && rows+len(a.Parts)+2 > expireAtOnce {
			return freed, true
		}
		for _, p := range a.Parts {
			s.batches.Delete(tx, batchKey(row.Name, p.Shard, p.First))
		}
		if a.Call != "" {
			s.answers.Delete(tx, store.Key(row.Name, a.Call))
		}
		s.arrivals.Delete(tx, key)
		rows += len(a.Parts) + 2
		freed = append(freed, a.refs()...)
	}
	return freed, false
}

// dropShards deletes closed shards whose last record has expired; more says that there are others.
func (s *Service) dropShards(tx *store.Tx, row *stream) (more bool) {
	rows := 0
	for key, sh := range s.shards.Prefix(tx, store.Key(row.Name, ""), "") {
		if sh.open() || sh.ClosedAt.After(row.Horizon) {
			continue
		}
		if rows >= expireAtOnce {
			return true
		}
		s.shards.Delete(tx, key)
		s.heads.Delete(tx, key)
		rows += 2
	}
	return false
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
