package logs

import (
	"context"
	"slices"

	api "unyo/api/logs"
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
