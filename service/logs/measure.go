package logs

import (
	"context"
	"time"

	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

type measureArg struct{ Name, Group string }

// measureLater sets the job that tells the meter what a group stores. It is set by new events, at most once an hour.
func (s *Service) measureLater(tx *store.Tx, name string, g *group) {
	if _, set := s.measure.DueKey(tx, g.ID); !set {
		s.measure.AtKey(tx, g.ID, s.k.Clock.Now().Add(time.Hour), measureArg{name, g.ID})
	}
}

func (s *Service) measureStored(ctx context.Context, a measureArg) error {
	scope := call.ScopeOf(ctx)
	var there bool
	if err := s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok := s.groups.Get(tx, a.Name)
		there = ok && g.ID == a.Group
		s.measure.CancelKey(tx, a.Group) // events that come from now on set their own
		return nil
	}); err != nil || !there {
		return err
	}
	stats, err := s.store.Stats(ctx, folder(scope, a.Group))
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if g, ok := s.groups.Get(tx, a.Name); ok && g.ID == a.Group {
			s.k.Meter.Level(tx, storedBytes, s.groupARN(scope, a.Name), float64(stats.Bytes+stats.Events*eventOverhead))
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
