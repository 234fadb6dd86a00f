package victorialogs

import (
	"fmt"
	"time"

	"unyo/engine/logstore"
)

const (
	sendBytes = 4 << 20     // in one request
	maxPause  = time.Minute // between attempts
)

// wake sees that somebody sends what is new in a group.
func (s *Store) wake(group string) {
	h, err := s.shelf(group)
	if err != nil {
		s.o.Failed(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.again = true; h.working || h.gone || s.ctx.Err() != nil {
		return
	}
	h.working = true
	s.work.Go(func() { s.ship(h) })
}

// ship sends what is decided, and moves full logs, until there is nothing to do.
func (s *Store) ship(h *shelf) {
	failures := 0
	for wait := s.o.Linger; ; {
		if !s.sleep(wait) {
			return
		}
		h.mu.Lock()
		if h.again = false; h.gone {
			h.working = false
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		due, err := s.shipNow(h)
		switch {
		case s.ctx.Err() != nil:
			return
		case err != nil:
			s.o.Failed(fmt.Errorf("cannot move log group %s to VictoriaLogs, will try again: %w", h.name, err))
			wait = min(time.Second<<min(failures, 10), maxPause)
			failures++
			continue
		}
		failures = 0
		h.mu.Lock()
		if !h.again && due.IsZero() {
			h.working = false
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		if wait = s.o.Linger; !due.IsZero() {
			wait = max(wait, min(time.Until(due), time.Second)) // there may be something new before
		}
	}
}

func (s *Store) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// shipNow sends everything decided, and moves the full logs that have settled. It returns when the next one will have.
func (s *Store) shipNow(h *shelf) (due time.Time, err error) {
	logs, err := s.wal.Logs(s.ctx, h.name)
	if err != nil || len(logs) == 0 {
		return due, err
	}
	if h.sent == 0 {
		h.sent = logs[0].Base - 1
		if err := s.clean(h, logs); err != nil {
			return due, err
		}
	}
	for more := true; more; {
		if more, err = s.send(h); err != nil {
			return due, err
		}
	}
	for _, l := range logs {
		if !l.Full {
			break
		}
		at, ok := h.sentAt(l.Last)
		if !ok {
			break
		}
		if due = at.Add(s.o.Settle); time.Now().Before(due) {
			return due, nil
		}
		due = time.Time{}
		if err := s.move(h, l); err != nil {
			return due, err
		}
	}
	return due, nil
}

// clean releases the logs that a crash has left beside their line in the ledger.
func (s *Store) clean(h *shelf, logs []logstore.Log) error {
	held := h.held()
	for _, l := range logs {
		if l.Full && has(held, l.Base) {
			if err := s.wal.Release(s.ctx, h.name, l.Base); err != nil {
				return err
			}
		}
	}
	return nil
}

// send sends the next batches, as many as go into one request. It reports whether there are more.
func (s *Store) send(h *shelf) (more bool, err error) {
	select {
	case s.sends <- struct{}{}:
		defer func() { <-s.sends }()
	case <-s.ctx.Done():
		return false, s.ctx.Err()
	}
	last, err := s.wal.Head(s.ctx, h.name)
	if err != nil || last <= h.sent {
		return false, err
	}
	if s.durable != nil {
		if err := s.durable(); err != nil {
			return false, err
		}
	}
	mark, err := h.begin()
	if err != nil || mark == "" {
		return false, err
	}
	var lines []byte
	held := h.held()
	err = s.wal.Batches(s.ctx, h.name, h.sent, func(b *logstore.Stored) bool {
		if len(lines) > sendBytes {
			more = true
			return false
		}
		last = b.Seq
		for i := range b.Events {
			if !has(held, b.Seq) {
				lines = appendRow(lines, mark, h.name, &b.Events[i])
			}
		}
		return true
	})
	if err != nil {
		return false, err
	}
	if len(lines) > 0 {
		if err := s.vl.insert(s.ctx, lines); err != nil {
			return false, err
		}
	}
	h.sent, h.sendings = last, append(h.sendings, sending{last, time.Now()})
	return more, nil
}

// sentAt is when the batches up to seq had been sent.
func (h *shelf) sentAt(seq uint64) (time.Time, bool) {
	for i, m := range h.sendings {
		if m.seq >= seq {
			h.sendings = h.sendings[i:]
			return m.at, true
		}
	}
	return time.Time{}, false
}

// move hands a full log over to VictoriaLogs if that has all of it. If not it has been killed, or does not want these
// events: all of it is sent again.
func (s *Store) move(h *shelf, l logstore.Log) error {
	if l.Events > 0 {
		n, err := s.have(h, l)
		if err != nil {
			return err
		}
		if n != l.Events {
			h.sent, h.sendings = l.Base-1, nil
			return fmt.Errorf("it lacks %d of %d events that it has taken; if this goes on, see what its -retentionPeriod, -futureRetention and -insert.maxLineSizeBytes refuse", l.Events-n, l.Events)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone {
		return nil
	}
	if l.Events > 0 && !has(h.ledger.logs, l.Base) {
		if err := h.ledger.add(l); err != nil {
			return err
		}
	}
	return s.wal.Release(s.ctx, h.name, l.Base)
}

// have counts the different events of a log that VictoriaLogs has.
func (s *Store) have(h *shelf, l logstore.Log) (int64, error) {
	query := h.where() + times(l.Oldest, l.Newest+1) + sequences(l) + ` | stats count_uniq(seq, idx) n`
	n, err := s.vl.count(s.ctx, query)
	if err != nil || n == l.Events {
		return n, err
	}
	if err := s.vl.flush(s.ctx); err != nil { // it may not show them yet
		return 0, err
	}
	return s.vl.count(s.ctx, query)
}
