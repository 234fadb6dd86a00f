package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// DescribeDestinations lists the account's destinations in order of their names.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDestinations.html
func (s *Service) DescribeDestinations(ctx context.Context, in *api.DescribeDestinationsInput) (*api.DescribeDestinationsOutput, error) {
	prefix := rt.Val(in.DestinationNamePrefix)
	query := "destinations\x00" + prefix
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	scope := call.ScopeOf(ctx)
	out := &api.DescribeDestinationsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.Destinations, out.NextToken = []api.Destination{}, nil
		for name, d := range s.destinations.Prefix(tx, prefix, after) {
			if n := len(out.Destinations); n == limit {
				out.NextToken = new(page.Token(query, *out.Destinations[n-1].DestinationName))
				break
			}
			d.access = s.accessNow(tx, d.access)
			out.Destinations = append(out.Destinations, *d.shown(s.destinationARN(scope, name), name))
		}
		return nil
	})
}
