package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// A principal's account may call each operation of a region this often. AWS's own figures differ by
// operation and are adjustable; services with stated limits (Kinesis shards) enforce them themselves.
// This bucket keeps one account from starving the others.
const (
	throttleRate  = 20_000 // calls per second of wall time
	throttleBurst = 40_000
)

// throttles are token buckets on the wall: they protect the process, not the estate.
type throttles struct {
	mu sync.Mutex
	m  map[throttleKey]*bucket
}

type throttleKey struct{ account, region, service, operation string }

type bucket struct {
	tokens float64
	at     time.Time
}

func newThrottles() *throttles { return &throttles{m: map[throttleKey]*bucket{}} }

// take removes one token; false when there is none.
func (t *throttles) take(k throttleKey, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.m[k]
	if b == nil {
		b = &bucket{tokens: throttleBurst, at: now}
		t.m[k] = b
	}
	if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens = min(throttleBurst, b.tokens+d*throttleRate)
		b.at = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (g *Gateway) throttle(ctx context.Context, c *Exchange, next Next) error {
	k := throttleKey{c.call.Account, c.call.Region, c.table.Model.Service, c.op.Name}
	if c.parent == nil && !g.buckets.take(k, g.wall()) {
		return throttled(c.protocol)
	}
	return next(ctx)
}

func throttled(p rt.Protocol) error {
	switch p {
	case rt.RestXML:
		return awserr.New(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	case rt.EC2:
		return awserr.New(http.StatusServiceUnavailable, "RequestLimitExceeded", "Request limit exceeded.")
	case rt.Query:
		return awserr.New(http.StatusBadRequest, "Throttling", "Rate exceeded")
	}
	return awserr.New(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
}
