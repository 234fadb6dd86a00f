package blob

import (
	"errors"
	"fmt"
	"os"
)

// Free says that no committed row holds refs any more. It returns at once and is called after the commit.
func (s *Store) Free(refs ...Ref) { s.reaper.Free(refs...) }

// Pin keeps every blob that is not freed yet from being destroyed until release is called; release may be called twice.
// Take it before reading the row that holds the Ref.
func (s *Store) Pin() (release func()) { return s.reaper.Pin() }

// Sweep destroys what was freed, now. For tests and for making space.
func (s *Store) Sweep() { s.reaper.Sweep() }

// reap destroys what was freed.
func (s *Store) reap(refs ...Ref) {
	for _, ref := range refs {
		_ = s.destroy(ref) // the next Open destroys it otherwise
	}
}

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
	seg.live -= ref.length()
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
	return errors.Join(f.Punch(ref.Offset, ref.length()), f.Close())
}
