package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// DeleteLogGroup removes a group with all its streams, events and filters.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
func (s *Service) DeleteLogGroup(ctx context.Context, in *api.DeleteLogGroupInput) (*api.DeleteLogGroupOutput, error) {
	name := *in.LogGroupName
	arn := s.groupARN(call.ScopeOf(ctx), name)
	return &api.DeleteLogGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		if g.Protected {
			return api.NewValidationException("The log group %s cannot be deleted while deletion protection is enabled.", name)
		}
		lo, hi := within(g.ID)
		s.streams.Erase(tx, lo, hi)
		s.names.Erase(tx, lo, hi)
		s.filters.Erase(tx, lo, hi)
		s.cursors.Erase(tx, lo, hi)
		s.audits.Delete(tx, g.ID)
		s.auditing.Delete(tx, g.ID)
		s.wakes.Erase(tx, lo, hi)
		s.dropMetricFilters(tx, g.ID)
		s.protections.Erase(tx, lo, hi)
		s.dropTransformer(tx, g.ID)
		s.entities.Erase(tx, lo, hi)
		s.indexes.Delete(tx, g.ID)
		s.groups.Delete(tx, name)
		s.expire.CancelKey(tx, g.ID)
		s.measure.CancelKey(tx, g.ID)
		s.k.Meter.Level(tx, storedBytes, arn, 0)
		s.policies.Delete(tx, policyKey("", arn))
		s.k.Tags.Clear(tx, arn)
		s.k.Resources.Delete(tx, arn)
		s.k.Journal.Change(tx, journal.Change{ARN: arn, Type: groupType, Event: "Deleted"})
		s.drop.Soon(tx, dropArg{Group: g.ID})
		return nil
	})
}

// within is the range of keys whose first part is id.
func within(id string) (lo, hi string) {
	lo = store.Key(id, "")
	return lo, lo[:len(lo)-1] + string(lo[len(lo)-1]+1)
}

type dropArg struct{ Group string }

// dropGroup removes a deleted group's events.
func (s *Service) dropGroup(ctx context.Context, a dropArg) error {
	if err := s.k.Durable(); err != nil { // the rows must be gone for good before the events are
		return err
	}
	if err := s.store.Drop(folder(call.ScopeOf(ctx), a.Group)); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		return nil
	})
}
