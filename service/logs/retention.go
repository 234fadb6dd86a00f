package logs

import (
	"context"
	"slices"
	"time"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// retentions are the days that a group may keep its events.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// PutRetentionPolicy says for how long a group keeps its events. What is older is gone at once, for good.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
func (s *Service) PutRetentionPolicy(ctx context.Context, in *api.PutRetentionPolicyInput) (*api.PutRetentionPolicyOutput, error) {
	if !slices.Contains(retentions, *in.RetentionInDays) {
		return nil, invalid("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must be one of %v", *in.RetentionInDays, retentions)
	}
	return &api.PutRetentionPolicyOutput{}, s.setRetention(ctx, *in.LogGroupName, *in.RetentionInDays)
}

// DeleteRetentionPolicy lets a group keep its events for ever.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html
func (s *Service) DeleteRetentionPolicy(ctx context.Context, in *api.DeleteRetentionPolicyInput) (*api.DeleteRetentionPolicyOutput, error) {
	return &api.DeleteRetentionPolicyOutput{}, s.setRetention(ctx, *in.LogGroupName, 0)
}

func (s *Service) setRetention(ctx context.Context, name string, days int32) error {
	now := s.nowMs()
	return s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		g.Floor = g.floor(now)
		g.RetainDays = days
		g.Floor = g.floor(now)
		s.groups.Put(tx, name, g)
		if days == 0 {
			s.expire.CancelKey(tx, g.ID)
			return nil
		}
		s.expire.AtKey(tx, g.ID, s.k.Clock.Now(), expireArg{Name: name, Group: g.ID}) // looks, and sets itself for when there is something to do
		return nil
	})
}

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
