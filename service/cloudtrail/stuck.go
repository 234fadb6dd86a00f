package cloudtrail

import (
	"cmp"
	"context"
	"errors"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/kernel/store"
)

// stuckCode is what a trail's status says while the house has no room: S3's word for its own trouble.
const stuckCode = "InternalError"

// noteStuck remembers that a trail could not deliver because the disk is full, which no row can say then. The job is tried again as after any
// trouble of the house's own; the next process notes it anew.
func (s *Service) noteStuck(ctx context.Context, key string, fault error) {
	id := store.Key(call.From(ctx).Account, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(fault, store.ErrDiskFull) {
		s.stuck[id] = s.k.Clock.Now()
	} else {
		delete(s.stuck, id)
	}
}

// showStuck adds that to a trail's status.
func (s *Service) showStuck(ctx context.Context, t *trail, out *api.GetTrailStatusOutput) {
	s.mu.Lock()
	at, stuck := s.stuck[store.Key(cmp.Or(t.Owner, call.From(ctx).Account), t.key())]
	s.mu.Unlock()
	if stuck && at.After(t.Files.Latest.Add(-time.Nanosecond)) {
		out.LatestDeliveryError, out.LatestDeliveryAttemptTime = new(stuckCode), new(stamp(at))
	}
}
