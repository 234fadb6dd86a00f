package clock

import (
	"context"
	"time"
)

// Wait steps out of the call in ctx and returns when the estate's clock shows t, when woken is closed or sends, or when ctx has
// ended, with its cause as the error. Time may be moved meanwhile; under a held clock t comes only by Advance. A zero
// t never comes; woken may be nil. It is for streams and long polls: nothing durable may depend on it.
func (w *World) Wait(ctx context.Context, t time.Time, woken <-chan struct{}) error {
	defer w.Park(ctx)()
	for {
		changed := w.Changed() // before the clock is asked, lest a jump in between be missed
		var due <-chan time.Time
		if !t.IsZero() {
			if left, comes := w.Until(t); comes {
				timer := time.NewTimer(left)
				defer timer.Stop()
				due = timer.C
			} else if !w.Now().Before(t) {
				return nil
			}
		}
		select {
		case <-due:
			return nil
		case <-woken:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		}
	}
}
