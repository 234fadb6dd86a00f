package logs

import (
	"context"
	"errors"
	"fmt"

	api "unyo/api/logs"
	"unyo/engine/insights"
	"unyo/kernel/jobs"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

var scannedBytes = meter.Usage{Service: "logs", Type: "DataScanned-Bytes"}

// answerQuery runs a query and keeps its answer, the last of it in a transaction that settle takes part in. Repeated after a crash it writes the same again: the query says which events it is about.
func (s *Service) answerQuery(ctx context.Context, id string, settle func(tx *store.Tx)) error {
	select {
	case s.asked.gate <- struct{}{}:
	case <-ctx.Done(): // the process is stopping, or who asks has gone
		return ctx.Err()
	}
	defer func() { <-s.asked.gate }()
	var q query
	var there bool
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if q, there = s.asked.rows.Get(tx, id); !there || q.over() {
			there = false
			return nil
		}
		q.Status = api.QueryStatusRunning
		s.asked.rows.Put(tx, id, q)
		return nil
	})
	if err != nil || !there {
		return err
	}
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	s.asked.mu.Lock()
	s.asked.working[id] = cancel
	s.asked.mu.Unlock()
	defer func() {
		s.asked.mu.Lock()
		delete(s.asked.working, id)
		s.asked.mu.Unlock()
	}()
	packed, err := s.ask(work, &q)
	switch {
	case ctx.Err() != nil: // the process is stopping
		return ctx.Err()
	case work.Err() != nil: // StopQuery has written what became of it
		return nil
	case errors.Is(err, errTimeout):
		q.Status, packed = api.QueryStatusTimeout, nil
	case err != nil:
		q.Status, q.Why, packed = api.QueryStatusFailed, err.Error(), nil
		s.k.Log.Warn("a query has failed", "query", id, "why", err)
	default:
		q.Status = api.QueryStatusComplete
	}
	return s.keepAnswer(ctx, id, q, packed, settle)
}

var errTimeout = errors.New("the query has run out of time")

// ask is the packed answer, and what the row says of it.
func (s *Service) ask(ctx context.Context, q *query) ([]byte, error) {
	w := s.asked.join()
	defer w.end()
	turn := func(ctx context.Context) error {
		if s.nowMs()-q.Created > maxQueryTimeoutMs {
			return errTimeout
		}
		return w.turns.Wait(ctx)
	}
	plan, fault := s.plan(q, insights.Options{Turn: turn, More: w.more})
	if fault != nil {
		return nil, fault
	}
	from, err := s.queriedEvents(ctx, q)
	if err != nil {
		return nil, err
	}
	from.turn = turn
	a, err := plan.Run(ctx, from, q.From, q.To)
	if err != nil {
		return nil, err
	}
	q.Rows, q.Matched, q.Events, q.Bytes = len(a.Rows), a.Matched, a.Events, a.Bytes
	return packAnswer(a.Rows)
}

// keepAnswer writes the pieces, then what the query has come to, unless it has been stopped meanwhile.
func (s *Service) keepAnswer(ctx context.Context, id string, q query, packed []byte, settle func(tx *store.Tx)) error {
	q.Pieces = (len(packed) + pieceBytes - 1) / pieceBytes
	for from := 0; from < q.Pieces; from += pieceBatch {
		if err := s.k.Update(ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+pieceBatch, q.Pieces); i++ {
				s.asked.pieces.Put(tx, pieceKey(id, i), packed[i*pieceBytes:min((i+1)*pieceBytes, len(packed))])
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		q := q
		now, ok := s.asked.rows.Get(tx, id)
		if ok && now.over() {
			q.Status, q.Rows = now.Status, 0
		}
		s.endQuery(tx, id, q)
		if q.Bytes > 0 {
			s.k.Meter.Add(tx, meter.Quantity{Usage: scannedBytes, Amount: float64(q.Bytes)})
		}
		settle(tx)
		return nil
	})
}

func (s *Service) endQuery(tx *store.Tx, id string, q query) {
	q.Ended = s.nowMs()
	s.asked.rows.Put(tx, id, q)
	s.asked.active.Delete(tx, id)
	s.k.Jobs.Announce(tx, answered(id))
	s.asked.run.CancelKey(tx, id)
	s.asked.forget.AtKey(tx, id, s.k.Clock.Now().Add(retained), queryArg{id})
}

// giveUpQuery ends a query whose job is not run again: it has panicked, or the process has died of it time and again.
func (s *Service) giveUpQuery(tx *store.Tx, a queryArg, why string) {
	if q, ok := s.asked.rows.Get(tx, a.ID); ok && !q.over() {
		q.Status, q.Why = api.QueryStatusFailed, why
		s.endQuery(tx, a.ID, q)
	}
}

func pieceKey(id string, n int) string { return store.Key(id, fmt.Sprintf("%06d", n)) }

// forgetQuery drops a query and its answer, some rows at a time.
func (s *Service) forgetQuery(ctx context.Context, a queryArg) error {
	for more := true; more; {
		if err := s.k.Update(ctx, func(tx *store.Tx) error {
			n := 0
			for key := range s.asked.pieces.Prefix(tx, store.Key(a.ID, ""), "") {
				if n == pieceBatch {
					return nil
				}
				s.asked.pieces.Delete(tx, key)
				n++
			}
			if more = n == pieceBatch; !more {
				s.asked.rows.Delete(tx, a.ID)
				jobs.Settle(ctx, tx)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
