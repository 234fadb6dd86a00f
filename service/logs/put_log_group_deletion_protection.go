package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// PutLogGroupDeletionProtection turns the protection against DeleteLogGroup on or off.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
func (s *Service) PutLogGroupDeletionProtection(ctx context.Context, in *api.PutLogGroupDeletionProtectionInput) (*api.PutLogGroupDeletionProtectionOutput, error) {
	name, err := identified(ctx, *in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	return &api.PutLogGroupDeletionProtectionOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		g.Protected = *in.DeletionProtectionEnabled
		s.groups.Put(tx, name, g)
		return nil
	})
}
