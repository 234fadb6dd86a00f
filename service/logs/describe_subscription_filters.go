package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// DescribeSubscriptionFilters lists the subscription filters of a group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html
func (s *Service) DescribeSubscriptionFilters(ctx context.Context, in *api.DescribeSubscriptionFiltersInput) (*api.DescribeSubscriptionFiltersOutput, error) {
	query := "subscriptions\x00" + *in.LogGroupName + "\x00" + rt.Val(in.FilterNamePrefix)
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &api.DescribeSubscriptionFiltersOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		if g.Class == classInfrequent {
			return api.NewValidationException("This operation is only supported on the Standard log class.")
		}
		base := store.Key(g.ID, "")
		behind := ""
		if after != "" {
			behind = base + after
		}
		out.SubscriptionFilters, out.NextToken = []api.SubscriptionFilter{}, nil
		for key, f := range s.filters.Prefix(tx, base+rt.Val(in.FilterNamePrefix), behind) {
			if n := len(out.SubscriptionFilters); n == limit {
				out.NextToken = new(page.Token(query, *out.SubscriptionFilters[n-1].FilterName))
				break
			}
			out.SubscriptionFilters = append(out.SubscriptionFilters, api.SubscriptionFilter{
				FilterName: new(key[len(base):]), LogGroupName: new(*in.LogGroupName), FilterPattern: new(f.Pattern), DestinationArn: new(f.Destination),
				RoleArn: optional(f.Role), Distribution: new(f.Distribution), CreationTime: new(f.Created), ApplyOnTransformedLogs: new(f.Transformed),
				FieldSelectionCriteria: optional(f.Selection),
			})
		}
		return nil
	})
}
