package victorialogs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"unyo/engine/logstore"
)

// maxTerms is how many marks or ranges one query names.
const maxTerms = 300

// DropBefore drops logs of which every event is older than cutoff. Since VictoriaLogs deletes by writing anew what stays, what it has
// goes at most once a day: next is the end of a day.
func (s *Store) DropBefore(ctx context.Context, group string, cutoff int64) (next int64, ok bool, err error) {
	h, err := s.shelf(group)
	if err != nil {
		return 0, false, err
	}
	if next, ok, err = s.wal.DropBefore(ctx, group, cutoff); err != nil {
		return 0, false, err
	}
	if !ok {
		next = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var kept []logstore.Log
	var old []string
	for _, l := range h.ledger.logs {
		if l.Newest < cutoff {
			old = append(old, strings.TrimSpace(sequences(l)))
			continue
		}
		kept = append(kept, l)
		next, ok = min(next, endOfDay(l.Newest)), true
	}
	for part := range slices.Chunk(old, maxTerms) {
		if err == nil {
			err = s.vl.remove(ctx, marked(h.ledger.mark)+" ("+strings.Join(part, " or ")+")")
		}
	}
	if err == nil && len(old) > 0 {
		err = h.ledger.keep(kept)
	}
	if err != nil {
		return 0, false, fmt.Errorf("cannot drop old events of log group %s: %w", group, err)
	}
	return next, ok, nil
}

// endOfDay is the last millisecond of the day, UTC, of a time.
func endOfDay(ms int64) int64 {
	day := (24 * time.Hour).Milliseconds()
	return ms - ((ms%day)+day)%day + day - 1
}

// Drop has VictoriaLogs delete the group's rows, if any were sent, then removes the logs. The name may come again, under another mark.
func (s *Store) Drop(group string) error {
	h, err := s.shelf(group)
	if err != nil {
		return err
	}
	if err := s.drop(h); err != nil {
		return fmt.Errorf("cannot drop log group %s: %w", group, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shelves, group)
	return nil
}

func (s *Store) drop(h *shelf) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	sent := h.ledger.mark != ""
	if sent {
		if err := s.vl.remove(s.ctx, marked(h.ledger.mark)); err != nil {
			return err
		}
	}
	if err := s.wal.Drop(h.name); err != nil {
		return err
	}
	if sent {
		if err := h.ledger.erase(); err != nil {
			return err
		}
	}
	h.gone = true
	return nil
}

// Clear forgets every ledger and log, and has the rows deleted. Should VictoriaLogs not answer they stay there, unseen.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.shelves {
		h.mu.Lock()
		h.gone = true
		h.mu.Unlock()
	}
	s.shelves = map[string]*shelf{}
	var marks []string
	names, err := s.o.FS.List(s.ledgers())
	for _, n := range names {
		l, e := openLedger(s.o.FS, filepath.Join(s.ledgers(), n))
		if e == nil {
			marks = append(marks, l.mark)
			e = l.erase()
		}
		err = errors.Join(err, e)
	}
	if err = errors.Join(err, s.wal.Clear()); err != nil {
		return fmt.Errorf("cannot clear the log store: %w", err)
	}
	for part := range slices.Chunk(marks, maxTerms) {
		if err := s.vl.remove(s.ctx, marked(part...)); err != nil {
			s.o.Failed(fmt.Errorf("rows of groups that were cleared stay in VictoriaLogs: %w", err))
		}
	}
	return nil
}
