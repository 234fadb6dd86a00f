package logs

import (
	"context"
	"time"

	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// expireArg names a group: by its id too, for the name may have been given again.
type expireArg struct{ Name, Group string }

// expireLater sets the job for when an event of time ts will have expired, unless one is set already: the log it lies in
// cannot be dropped earlier, and the job sets itself again.
func (s *Service) expireLater(tx *store.Tx, name string, g *group, ts int64) {
	if g.RetainDays == 0 {
		return
	}
	if _, set := s.expire.DueKey(tx, g.ID); !set {
		s.expire.AtKey(tx, g.ID, expiry(g, ts), expireArg{name, g.ID})
	}
}

// expiry is the first instant at which an event of time ts is not kept any more.
func expiry(g *group, ts int64) time.Time {
	return time.UnixMilli(ts + int64(g.RetainDays)*dayMs + 1).UTC()
}

// dropExpired removes the files of which every event has expired, and sets itself for the next. Events that have expired are
// never shown, whether their file is still there or not.
func (s *Service) dropExpired(ctx context.Context, a expireArg) error {
	now := s.nowMs()
	var g group
	var ok bool
	// First the row says for good what has expired: should power fail and time begin earlier, it does not come back half.
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok = s.groups.Get(tx, a.Name)
		if ok = ok && g.ID == a.Group && g.RetainDays > 0; ok {
			g.Floor = g.floor(now)
			s.groups.Put(tx, a.Name, g)
			s.expire.CancelKey(tx, g.ID) // events that come from now on set their own
		}
		return nil
	})
	if err != nil || !ok {
		return err
	}
	if err := s.k.Durable(); err != nil {
		return err
	}
	scope := call.ScopeOf(ctx)
	next, more, err := s.store.DropBefore(ctx, folder(scope, g.ID), g.Floor)
	if err != nil {
		return err
	}
	stats, err := s.store.Stats(ctx, folder(scope, g.ID))
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok := s.groups.Get(tx, a.Name)
		if ok && g.ID == a.Group && g.RetainDays > 0 {
			s.k.Meter.Level(tx, storedBytes, s.groupARN(scope, a.Name), float64(stats.Bytes+stats.Events*eventOverhead))
			due := expiry(&g, next)
			if at, set := s.expire.DueKey(tx, g.ID); more && (!set || at.After(due)) {
				s.expire.AtKey(tx, g.ID, due, a)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
