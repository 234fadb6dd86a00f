package gateway

import (
	"context"
	"sync"
)

// maxBuffered bounds the bytes of all request bodies held in memory at once.
const maxBuffered = 512 << 20

// limiter lends bytes; who asks for more than is left waits for others to return theirs.
type limiter struct {
	mu      sync.Mutex
	left    int64
	waiting int           // how many wait for bytes
	wait    chan struct{} // closed when bytes come back and someone waits
}

func newLimiter(n int64) *limiter { return &limiter{left: n, wait: make(chan struct{})} }

// acquire takes n bytes; false when ctx ends first.
func (l *limiter) acquire(ctx context.Context, n int64) bool {
	for {
		l.mu.Lock()
		if l.left >= n {
			l.left -= n
			l.mu.Unlock()
			return true
		}
		wait := l.wait
		l.waiting++
		l.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return false
		}
	}
}

// release gives n bytes back; a negative n takes more without waiting, for what has been read already.
func (l *limiter) release(n int64) {
	if n == 0 {
		return
	}
	l.mu.Lock()
	l.left += n
	if n > 0 && l.waiting > 0 {
		close(l.wait)
		l.wait, l.waiting = make(chan struct{}), 0
	}
	l.mu.Unlock()
}
