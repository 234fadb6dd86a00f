package logs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Limits of metric filters.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
const (
	maxMetricFilters    = 100
	maxMetricDimensions = 3
	maxMetricRegexes    = 5 // in all filters of a group
)

// PutMetricFilter has the events of a group that match measured from now on. That AWS may disable a filter that names a thousand different
// dimensions within an hour does not happen here.
func (s *Service) PutMetricFilter(ctx context.Context, in *api.PutMetricFilterInput) (*api.PutMetricFilterOutput, error) {
	row, err := metricFilterOf(in)
	if err != nil {
		return nil, err
	}
	row.Created = s.nowMs()
	made, err := compileMetric(call.ScopeOf(ctx), row)
	if err != nil {
		return nil, err
	}
	name := *in.LogGroupName
	return &api.PutMetricFilterOutput{}, s.behind(ctx, name, func(tx *store.Tx, g *group, head uint64) error {
		if err := s.checkMetricRoom(tx, g, *in.FilterName, made.pattern.Regexes()); err != nil {
			return err
		}
		key, row := store.Key(g.ID, *in.FilterName), row
		if old, ok := s.metricFilters.Get(tx, key); ok {
			row.Created, row.From = old.Created, old.From
		} else {
			row.From = head
			if g.Measured++; g.Measured == 1 {
				s.counted.Put(tx, g.ID, counted{Seq: head})
			}
			s.groups.Put(tx, name, *g)
		}
		s.metricFilters.Put(tx, key, row)
		return nil
	})
}

// metricFilterOf checks what a filter is to do.
func metricFilterOf(in *api.PutMetricFilterInput) (metricFilter, error) {
	t := &in.MetricTransformations[0]
	row := metricFilter{Pattern: *in.FilterPattern, Namespace: *t.MetricNamespace, Name: *t.MetricName, Value: *t.MetricValue, Unit: rt.Val(t.Unit), Default: t.DefaultValue, Dimensions: t.Dimensions, Transformed: rt.Val(in.ApplyOnTransformedLogs),
		System: in.EmitSystemFieldDimensions, Selection: rt.Val(in.FieldSelectionCriteria)}
	switch {
	case row.Namespace == "" || row.Name == "" || !printable(row.Namespace+row.Name):
		return row, invalid("Invalid metric transformation: metricNamespace and metricName must be printable ASCII.")
	case strings.HasPrefix(row.Namespace, "AWS/"):
		return row, invalid("Invalid metric transformation: metricNamespace cannot start with AWS/.")
	case len(row.Dimensions) > 0 && row.Default != nil:
		return row, invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
	case len(row.Dimensions)+len(row.System) > maxMetricDimensions:
		return row, invalid("Invalid metric transformation: at most %d dimensions are allowed.", maxMetricDimensions)
	case row.Default != nil && !storable(*row.Default):
		return row, invalid("Invalid metric transformation: defaultValue is out of range.")
	}
	if _, err := strconv.ParseFloat(row.Value, 64); err != nil && !strings.HasPrefix(row.Value, "$") {
		return row, invalid("Invalid metric transformation: metricValue must be a number or a field of the pattern.")
	}
	for i, name := range row.System {
		if _, ok := systemField(call.Scope{}, name); !ok || slices.Contains(row.System[:i], name) || row.Dimensions[name] != "" {
			return row, invalid("Invalid emitSystemFieldDimensions: %s and %s may be there, each once.", systemAccount, systemRegion)
		}
	}
	for name := range row.Dimensions {
		if strings.TrimSpace(name) == "" || strings.HasPrefix(name, ":") || !printable(name) {
			return row, invalid("Invalid metric transformation: a dimension's name must be printable ASCII and not begin with a colon.")
		}
	}
	return row, nil
}

func printable(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < 0x20 || r >= 0x7F }) < 0
}

// checkMetricRoom refuses one filter, or one regular expression, too many.
func (s *Service) checkMetricRoom(tx *store.Tx, g *group, filter string, regexes int) error {
	if g.Class == classInfrequent {
		return api.NewInvalidOperationException("Log groups of the class %s do not support metric filters.", classInfrequent)
	}
	if g.Measured >= maxMetricFilters && !s.metricFilters.Has(tx, store.Key(g.ID, filter)) {
		return api.NewLimitExceededException("Resource limit exceeded.")
	}
	if regexes == 0 {
		return nil
	}
	others, err := s.gauges(tx, g.ID)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.name != filter {
			regexes += o.pattern.Regexes()
		}
	}
	if regexes > maxMetricRegexes {
		return api.NewLimitExceededException("Resource limit exceeded.")
	}
	return nil
}
