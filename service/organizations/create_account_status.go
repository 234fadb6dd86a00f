package organizations

import (
	"context"
	"slices"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// DescribeCreateAccountStatus tells how far a creation is.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeCreateAccountStatus.html
func (s *Service) DescribeCreateAccountStatus(ctx context.Context, in *api.DescribeCreateAccountStatusInput) (*api.DescribeCreateAccountStatusOutput, error) {
	out := &api.DescribeCreateAccountStatusOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		c, ok := s.creations.Get(tx, store.Key(o.ID, *in.CreateAccountRequestId))
		if !ok {
			return api.NewCreateAccountStatusNotFoundException("You specified a CreateAccountRequestId that doesn't exist.")
		}
		out.CreateAccountStatus = statusShape(*in.CreateAccountRequestId, &c)
		return nil
	})
}

// ListCreateAccountStatus lists creations.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html
func (s *Service) ListCreateAccountStatus(ctx context.Context, in *api.ListCreateAccountStatusInput) (*api.ListCreateAccountStatusOutput, error) {
	out := &api.ListCreateAccountStatusOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.CreateAccountStatuses, out.NextToken, err = listed(asking("creations", in.States...), in.NextToken, in.MaxResults, within(s.creations, tx, o.ID), func(id string, c creation) (api.CreateAccountStatus, bool) {
			return *statusShape(id, &c), len(in.States) == 0 || slices.Contains(in.States, c.State)
		})
		return err
	})
}
