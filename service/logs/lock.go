package logs

import "sync"

// locks lets one PutLogEvents at a time into each stream, so that the numbers of its batches have no gaps.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	sync.Mutex
	users int
}

// take locks name and returns what unlocks it.
func (l *locks) take(name string) func() {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*lock{}
	}
	x := l.held[name]
	if x == nil {
		x = &lock{}
		l.held[name] = x
	}
	x.users++
	l.mu.Unlock()
	x.Lock()
	return func() {
		x.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if x.users--; x.users == 0 {
			delete(l.held, name)
		}
	}
}
