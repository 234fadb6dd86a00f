package gateway

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"unyo/base/awserr"
)

// maxBuffered bounds the bytes of all request bodies held in memory at once.
const maxBuffered = 512 << 20

// maxWait is how long a body waits for memory that others hold, before its sender is asked to come again.
const maxWait = 5 * time.Second

// lentAtOnce is what a body borrows before its next bytes are read: who announces much and sends nothing holds little.
const lentAtOnce = 64 << 10

// limiter lends bytes; who asks for more than is left waits for others to return theirs.
type limiter struct {
	mu      sync.Mutex
	left    int64
	waiting int           // how many wait for bytes
	wait    chan struct{} // closed when bytes come back and someone waits
}

func newLimiter(n int64) *limiter { return &limiter{left: n, wait: make(chan struct{})} }

// acquire takes n bytes; false when ctx ends first, or after maxWait.
func (l *limiter) acquire(ctx context.Context, n int64) bool {
	var late <-chan time.Time
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
		if late == nil {
			late = time.After(maxWait)
		}
		select {
		case <-wait:
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// release gives n bytes back.
func (l *limiter) release(n int64) {
	if n == 0 {
		return
	}
	l.mu.Lock()
	l.left += n
	if l.waiting > 0 {
		close(l.wait)
		l.wait, l.waiting = make(chan struct{}), 0
	}
	l.mu.Unlock()
}

// readWhole reads body into c.raw, within limit and within what all bodies together may hold.
func (g *Gateway) readWhole(c *Exchange, body io.Reader, limit int64) error {
	if c.r.ContentLength > limit {
		return errTooLarge
	}
	var buf []byte
	for more := true; more; {
		if !g.limits.acquire(c.r.Context(), lentAtOnce) {
			return awserr.New(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
		}
		c.lent += lentAtOnce
		for until := len(buf) + lentAtOnce; more && len(buf) < until; {
			if len(buf) == cap(buf) {
				buf = slices.Grow(buf, growth(len(buf), c.r.ContentLength))
			}
			n, err := body.Read(buf[len(buf):min(cap(buf), until)])
			if buf, more = buf[:len(buf)+n], err != io.EOF; more && err != nil {
				return wordRead(c, err)
			}
		}
		if int64(len(buf)) > limit {
			return errTooLarge
		}
	}
	c.raw = buf
	return nil
}

// growth is how many bytes more a body needs of which n are there: what was announced, and one, at which its end is seen, but at most three times
// what has come; the double where nothing was announced.
func growth(n int, announced int64) int {
	if left := announced + 1 - int64(n); left > 0 {
		return int(min(left, int64(max(lentAtOnce, 3*n))))
	}
	return max(512, n)
}
