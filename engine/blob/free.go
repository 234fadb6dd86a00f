package blob

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// reaper destroys freed blobs, some time after: in rounds, for every round asks the rows to be durable once.
type reaper struct {
	s *Store

	rounds  sync.Mutex // one at a time, so that Sweep returns when all is done
	mu      sync.Mutex
	garbage []freed
	epoch   uint64
	pins    map[uint64]int // epoch → readers that began in it
	wake    chan struct{}
	quit    chan struct{}
	once    sync.Once
}

type freed struct {
	ref   Ref
	epoch uint64
}

// pause between two rounds; the wall's, for it changes nothing that anybody could see.
const pause = 200 * time.Millisecond

func (r *reaper) init(s *Store) {
	r.s = s
	r.pins = map[uint64]int{}
	r.wake = make(chan struct{}, 1)
	r.quit = make(chan struct{})
}

// Free says that no committed row holds refs any more. It returns at once and is called after the commit.
func (s *Store) Free(refs ...Ref) {
	r := &s.reaper
	r.mu.Lock()
	r.epoch++
	for _, ref := range refs {
		if !ref.empty() {
			r.garbage = append(r.garbage, freed{ref, r.epoch})
		}
	}
	any := len(r.garbage) > 0
	r.mu.Unlock()
	if any {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

// Pin keeps every blob that is not freed yet from being destroyed until release is called; release may be called twice.
// Take it before reading the row that holds the Ref.
func (s *Store) Pin() (release func()) {
	r := &s.reaper
	r.mu.Lock()
	at := r.epoch
	r.pins[at]++
	r.mu.Unlock()
	var once atomic.Bool
	return func() {
		if once.Swap(true) {
			return
		}
		r.mu.Lock()
		if r.pins[at]--; r.pins[at] == 0 {
			delete(r.pins, at)
		}
		r.mu.Unlock()
	}
}

func (r *reaper) run() {
	for {
		select {
		case <-r.quit:
			return
		case <-r.wake:
		}
		left := r.round()
		select {
		case <-r.quit:
			return
		case <-time.After(pause):
		}
		if left {
			select {
			case r.wake <- struct{}{}:
			default:
			}
		}
	}
}

// round destroys what nobody reads any more and reports whether something is left.
func (r *reaper) round() (left bool) {
	r.rounds.Lock()
	defer r.rounds.Unlock()
	r.mu.Lock()
	oldest := r.epoch + 1
	for at := range r.pins {
		oldest = min(oldest, at)
	}
	var ripe []Ref
	n := 0
	for _, g := range r.garbage {
		if g.epoch > oldest { // freed after a reader began that is still reading
			r.garbage[n] = g
			n++
			continue
		}
		ripe = append(ripe, g.ref)
	}
	clear(r.garbage[n:])
	r.garbage = r.garbage[:n]
	r.mu.Unlock()
	if len(ripe) == 0 {
		return n > 0
	}
	if r.s.o.Durable != nil && r.s.o.Durable() != nil {
		return n > 0 // the rows may fall back to these; the next Open sorts it out
	}
	for _, ref := range ripe {
		_ = r.s.destroy(ref) // the next Open destroys it otherwise
	}
	return n > 0
}

func (r *reaper) stop() { r.once.Do(func() { close(r.quit) }) }

// Sweep destroys what was freed, now. For tests and for making space.
func (s *Store) Sweep() { s.reaper.round() }

// destroy gives the space of a blob back.
func (s *Store) destroy(ref Ref) error {
	if ref.empty() {
		return nil
	}
	if ref.own() {
		if err := s.disk.Remove(s.fileName(ref.File)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot remove blob %s: %w", ref, err)
		}
		return nil
	}
	s.mu.Lock()
	seg := s.segments[ref.File]
	if seg == nil {
		s.mu.Unlock()
		return nil
	}
	seg.live -= headerSize + ref.Size
	dead := seg.sealed && seg.live <= 0
	if dead {
		delete(s.segments, ref.File)
	}
	s.mu.Unlock()
	if dead {
		if err := s.disk.Remove(s.segmentName(ref.File)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot remove segment %d: %w", ref.File, err)
		}
		return nil
	}
	f, err := s.disk.Edit(s.segmentName(ref.File))
	if err != nil {
		return fmt.Errorf("cannot free blob %s: %w", ref, err)
	}
	return errors.Join(f.Punch(ref.Offset, headerSize+ref.Size), f.Close())
}
