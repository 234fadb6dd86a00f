package cloudwatch

import (
	"context"
	"fmt"

	api "unyo/api/cloudwatch"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// What a list shows.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
const (
	maxListed   = 500
	maxFilters  = 30
	listedFor   = 14 * day
	recentlyFor = 3 * hour
)

// ListMetrics lists the metrics that were given values within two weeks, and can be restricted to those of the last three hours.
func (s *Service) ListMetrics(ctx context.Context, in *api.ListMetricsInput) (*api.ListMetricsOutput, error) {
	if rt.Val(in.IncludeLinkedAccounts) {
		return nil, unsupported("IncludeLinkedAccounts")
	}
	if in.OwningAccount != nil && *in.OwningAccount != call.ScopeOf(ctx).Account {
		return nil, unsupported("OwningAccount of another account")
	}
	if len(in.Dimensions) > maxFilters {
		return nil, validation("The collection Dimensions must not have a size greater than %d.", maxFilters)
	}
	query := fmt.Sprint("metrics", rt.Val(in.Namespace), "\x00", rt.Val(in.MetricName), "\x00", rt.Val(in.RecentlyActive))
	for _, d := range in.Dimensions {
		query += fmt.Sprint("\x00", *d.Name, "\x00", d.Value != nil, rt.Val(d.Value))
	}
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken")
	}
	if err := s.k.Metrics.Flush(ctx); err != nil {
		return nil, err
	}
	since := s.now() - listedFor
	if in.RecentlyActive != nil {
		since = s.now() - recentlyFor - lastGrain
	}
	out := &api.ListMetricsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.Metrics, out.NextToken = []api.Metric{}, nil
		last := ""
		for key, row := range s.metrics.Prefix(tx, listPrefix(in), after) {
			p, _ := store.Split(key, 3)
			if row.Last < since || in.MetricName != nil && p[1] != *in.MetricName || !row.has(in.Dimensions) {
				continue
			}
			if len(out.Metrics) == maxListed {
				out.NextToken = new(page.Token(query, last))
				break
			}
			m := api.Metric{Namespace: new(p[0]), MetricName: new(p[1]), Dimensions: []api.Dimension{}}
			for _, d := range row.Dimensions {
				m.Dimensions = append(m.Dimensions, api.Dimension{Name: new(d.Name), Value: new(d.Value)})
			}
			out.Metrics = append(out.Metrics, m)
			last = key
		}
		return nil
	})
}

// listPrefix is as much of a key as is known.
func listPrefix(in *api.ListMetricsInput) string {
	switch {
	case in.Namespace == nil:
		return ""
	case in.MetricName == nil:
		return store.Key(*in.Namespace, "")
	}
	return store.Key(*in.Namespace, *in.MetricName, "")
}

// has reports whether the metric has every dimension that is asked for, with the value if one is named.
func (m *metric) has(filters []api.DimensionFilter) bool {
	for _, f := range filters {
		found := false
		for _, d := range m.Dimensions {
			found = found || d.Name == *f.Name && (f.Value == nil || d.Value == *f.Value)
		}
		if !found {
			return false
		}
	}
	return true
}
