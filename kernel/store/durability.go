package store

import (
	"sync"
	"sync/atomic"
	"time"
)

// durability knows up to which version commits are on disk.
type durability struct {
	upTo   atomic.Uint64
	mu     sync.Mutex
	moved  sync.Cond
	failed bool
}

func (d *durability) init() { d.moved.L = &d.mu }

// reach says that version and all before it are on disk.
func (d *durability) reach(version uint64) {
	d.mu.Lock()
	if version > d.upTo.Load() {
		d.upTo.Store(version)
		d.moved.Broadcast()
	}
	d.mu.Unlock()
}

// fail says that no more will get there.
func (d *durability) fail() {
	d.mu.Lock()
	d.failed = true
	d.moved.Broadcast()
	d.mu.Unlock()
}

// await returns true once version is on disk, false when it never will be.
func (d *durability) await(version uint64) bool {
	if d.upTo.Load() >= version {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.upTo.Load() < version && !d.failed {
		d.moved.Wait()
	}
	return d.upTo.Load() >= version
}

// relaxedDelay bounds how long a relaxed commit stays unsynced when no other commit takes it along.
const relaxedDelay = 200 * time.Millisecond

// lateDelay bounds how long others wait for a gathered commit whose call goes on for longer.
const lateDelay = 2 * time.Millisecond

// syncSoon sees to it that relaxed commits get to the disk although nobody waits for them.
func (s *Store) syncSoon() {
	if !s.syncing.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(relaxedDelay, func() {
		s.syncing.Store(false)
		if s.durable.upTo.Load() < s.Mark().Version {
			_ = s.Sync() // a failure breaks the store, and the next to use it is told
		}
	})
}

// hurry does so for a gathered commit, unless the call's last one has taken it along by then.
func (s *Store) hurry(version uint64) {
	if !s.hurrying.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(lateDelay, func() {
		s.hurrying.Store(false)
		s.mu.RLock()
		latest := s.strict
		s.mu.RUnlock()
		switch upTo := s.durable.upTo.Load(); {
		case upTo < version:
			_ = s.Sync()
		case upTo < latest:
			s.hurry(latest)
		}
	})
}
