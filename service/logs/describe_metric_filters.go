package logs

import (
	"context"
	"iter"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// DescribeMetricFilters lists metric filters by group and name: those of one group, or of all, or those that measure one metric.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html
func (s *Service) DescribeMetricFilters(ctx context.Context, in *api.DescribeMetricFiltersInput) (*api.DescribeMetricFiltersOutput, error) {
	if (in.MetricName == nil) != (in.MetricNamespace == nil) {
		return nil, invalid("metricName and metricNamespace must be given together.")
	}
	query := "metricfilters\x00" + rt.Val(in.LogGroupName) + "\x00" + rt.Val(in.FilterNamePrefix) + "\x00" + rt.Val(in.MetricName) + "\x00" + rt.Val(in.MetricNamespace)
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &api.DescribeMetricFiltersOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.MetricFilters, out.NextToken = []api.MetricFilter{}, nil
		groups, err := s.measuredGroups(tx, in.LogGroupName)
		if err != nil {
			return err
		}
		last := ""
		for name, g := range groups {
			base := store.Key(g.ID, "")
			for key, row := range s.metricFilters.Prefix(tx, base+rt.Val(in.FilterNamePrefix), "") {
				filter := key[len(base):]
				at := store.Key(name, filter)
				if at <= after || in.MetricName != nil && (row.Name != *in.MetricName || row.Namespace != *in.MetricNamespace) {
					continue
				}
				if len(out.MetricFilters) == limit {
					out.NextToken = new(page.Token(query, last))
					return nil
				}
				out.MetricFilters = append(out.MetricFilters, row.describe(name, filter))
				last = at
			}
		}
		return nil
	})
}

// measuredGroups are the groups that are meant, by name, as far as they have metric filters.
func (s *Service) measuredGroups(tx *store.Tx, only *string) (iter.Seq2[string, group], error) {
	if only != nil {
		g, err := s.groupNamed(tx, *only)
		return func(yield func(string, group) bool) { yield(*only, g) }, err
	}
	return func(yield func(string, group) bool) {
		for name, g := range s.groups.From(tx, "") {
			if g.Measured > 0 && !yield(name, g) {
				return
			}
		}
	}, nil
}

func (f *metricFilter) describe(group, name string) api.MetricFilter {
	t := api.MetricTransformation{MetricName: new(f.Name), MetricNamespace: new(f.Namespace), MetricValue: new(f.Value), DefaultValue: f.Default, Dimensions: f.Dimensions}
	if f.Unit != "" {
		t.Unit = new(f.Unit)
	}
	return api.MetricFilter{
		FilterName: new(name), LogGroupName: new(group), FilterPattern: new(f.Pattern), CreationTime: new(f.Created), ApplyOnTransformedLogs: new(f.Transformed),
		MetricTransformations: []api.MetricTransformation{t}, EmitSystemFieldDimensions: f.System, FieldSelectionCriteria: optional(f.Selection),
	}
}
