package store

import (
	"context"

	"unyo/base/call"
)

// The sequencer remembers so many commits, and so many writes in all. A transaction that began before them runs again, alone.
const (
	historySize   = 4096
	historyWrites = 1 << 16
)

// record is what a commit wrote, for later commits to be checked against: keys and ranges without values.
type record []Write

// attempts is how often a function is run optimistically before it gets the store for itself.
const attempts = 8

func (s *Store) optimistic(ctx context.Context, c *call.Call, fn func(*Tx) error, how care) error {
	t, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.run(fn); err != nil {
		return err
	}
	t.close()
	if t.idle() {
		return s.finish(t, nil, durable)
	}
	// Most of the checking is done beside other commits; under the lock only what came since.
	s.mu.RLock()
	seen, err := s.check(t, t.version)
	s.mu.RUnlock()
	if err != nil {
		return err
	}
	s.mu.Lock()
	if _, err = s.check(t, seen); err != nil {
		s.mu.Unlock()
		return err
	}
	wait, err := s.apply(t, how)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.finish(t, wait, how)
}

// exclusive lets nobody commit while fn runs, so that a transaction which always loses gets through.
func (s *Store) exclusive(ctx context.Context, c *call.Call, fn func(*Tx) error, how care) error {
	t := &transaction{store: s, ctx: ctx, call: c, scope: call.ScopeOf(ctx)}
	wait, err := func() (func() error, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.show(t); err != nil {
			return nil, err
		}
		defer t.close()
		if err := t.run(fn); err != nil || t.idle() {
			return nil, err
		}
		return s.apply(t, how)
	}()
	if err != nil {
		return err
	}
	return s.finish(t, wait, how)
}

// check looks for a commit after version that changed what t read. It returns the version up to which there is none.
func (s *Store) check(t *transaction, version uint64) (uint64, error) {
	if version < s.oldest {
		return 0, errTooOld
	}
	for v := version + 1; v <= s.mark.Version; v++ {
		rec := s.history[v%historySize]
		for i := range rec {
			if t.read(&rec[i]) {
				return 0, errConflict
			}
		}
	}
	return s.mark.Version, nil
}

// apply numbers what waits for a number, adds the mark and hands all to the engine. s.mu is held.
func (s *Store) apply(t *transaction, how care) (func() error, error) {
	if e := s.broken.Load(); e != nil {
		return nil, *e
	}
	m := s.mark
	m.Version++
	if t.call != nil && t.call.Serial < Derived {
		m.Serial = max(m.Serial, t.call.Serial)
	}
	if s.o.Now != nil {
		if now := s.o.Now(); now.After(m.Now) {
			m.Now = now
		}
	}
	writes := make([]Write, 0, len(t.writes)+len(t.stamps)+1)
	writes = append(writes, t.writes...)
	for _, st := range t.stamps {
		m.Counters[st.counter]++
		writes = append(writes, st.build(m.Counters[st.counter])...)
	}
	n := len(writes)
	writes = append(writes, Write{Key: markKey, Value: m.encode()})
	wait, err := s.engine.Commit(writes, how.until())
	if err != nil {
		return nil, err
	}
	s.mark, t.version = m, m.Version
	s.changes.note(writes[:n], m.Version)
	s.remember(writes[:n])
	if how >= late {
		s.strict, t.strict = m.Version, m.Version
	}
	return wait, nil
}

// remember enters the commit of this version into the history. s.mu is held.
func (s *Store) remember(writes []Write) {
	for i := range writes {
		writes[i].Value = nil
	}
	s.remembered += len(writes)
	for s.mark.Version-s.oldest > historySize || s.remembered > historyWrites && s.oldest < s.mark.Version-1 {
		s.oldest++
		s.remembered -= len(s.history[s.oldest%historySize])
		s.history[s.oldest%historySize] = nil
	}
	s.history[s.mark.Version%historySize] = writes
}

func isConflict(err error) bool { return err == errConflict || err == errTooOld }
