package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	api "unyo/api/cloudwatch"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/metricmath"
	"unyo/engine/statistic"
	"unyo/kernel/store"
)

// Limits of a request.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const (
	maxQueries = 500
	maxPoints  = 100_800
	// maxWork is how many points are computed for one request, those that lead to others included: a third of a gigabyte.
	maxWork = 20_000_000
)

var (
	queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)
	zone    = regexp.MustCompile(`^[+-]\d{4}$`)
)

// query is a MetricDataQuery, checked.
type query struct {
	*api.MetricDataQuery
	metric     identity
	statistic  statistic.Statistic
	span       span
	expression *metricmath.Expression

	value *metricmath.Value // when it has been worked out
	busy  bool              // it is being worked out: to be asked for means a circle
}

// GetMetricData gives statistics of many metrics, and expressions over them.
func (s *Service) GetMetricData(ctx context.Context, in *api.GetMetricDataInput) (*api.GetMetricDataOutput, error) {
	list, err := s.queries(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := s.k.Metrics.Flush(ctx); err != nil {
		return nil, err
	}
	var results []answer
	if err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		results, err = s.evaluate(tx, in, list)
		return err
	}); err != nil {
		return nil, err
	}
	return paged(in, results)
}

// queries checks the request.
func (s *Service) queries(ctx context.Context, in *api.GetMetricDataInput) ([]*query, error) {
	switch {
	case len(in.MetricDataQueries) == 0:
		return nil, validation("The collection MetricDataQueries must have a size of at least 1.")
	case len(in.MetricDataQueries) > maxQueries:
		return nil, validation("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	case !in.StartTime.Before(*in.EndTime):
		return nil, validation("The parameter StartTime must be less than the parameter EndTime.")
	case in.MaxDatapoints != nil && (*in.MaxDatapoints < 1 || *in.MaxDatapoints > maxPoints):
		return nil, validation("The parameter MaxDatapoints must be between 1 and %d.", maxPoints)
	case in.LabelOptions != nil && in.LabelOptions.Timezone != nil && !zone.MatchString(*in.LabelOptions.Timezone):
		return nil, validation("The parameter LabelOptions.Timezone must have the form +HHMM or -HHMM.")
	}
	seen := map[string]bool{}
	var out []*query
	for i := range in.MetricDataQueries {
		q, err := s.queryOf(ctx, in, &in.MetricDataQueries[i], fmt.Sprintf("MetricDataQueries.member.%d.", i+1))
		if err != nil {
			return nil, err
		}
		if seen[*q.Id] {
			return nil, validation("The values for parameter id in MetricDataQueries are not unique.")
		}
		seen[*q.Id] = true
		out = append(out, q)
	}
	for _, q := range out {
		if q.expression == nil {
			continue
		}
		for _, id := range q.expression.IDs() {
			if !seen[id] {
				return nil, validation("Error in expression '%s': %s is not the id of a metric or expression.", *q.Id, id)
			}
		}
	}
	return out, nil
}

func (s *Service) queryOf(ctx context.Context, in *api.GetMetricDataInput, from *api.MetricDataQuery, at string) (*query, error) {
	q := &query{MetricDataQuery: from}
	if !queryID.MatchString(*from.Id) {
		return nil, validation("The value %s for parameter %sId is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", *from.Id, at)
	}
	if (from.Expression == nil) == (from.MetricStat == nil) {
		return nil, validation("Exactly one of the parameters %sMetricStat and %sExpression must be specified.", at, at)
	}
	if from.AccountId != nil && *from.AccountId != call.ScopeOf(ctx).Account {
		return nil, unsupported("AccountId of another account")
	}
	if err := checkLabel(rt.Val(from.Label)); err != nil {
		return nil, err
	}
	if from.Period != nil && (from.MetricStat != nil || !periodAllowed(*from.Period)) {
		return nil, validation("The value %d for parameter %sPeriod is invalid.", *from.Period, at)
	}
	if from.Expression != nil {
		var err error
		if q.expression, err = metricmath.Parse(*from.Expression); err != nil {
			return nil, mapMath(*from.Id, err)
		}
		return q, nil
	}
	return q, s.metricStat(in, q, at+"MetricStat.")
}

func (s *Service) metricStat(in *api.GetMetricDataInput, q *query, at string) (err error) {
	m := q.MetricStat
	if m.Metric.Namespace == nil || m.Metric.MetricName == nil {
		return validation("The parameters %sMetric.Namespace and %sMetric.MetricName are required.", at, at)
	}
	if !periodAllowed(*m.Period) {
		return validation("The value %d for parameter %sPeriod is invalid: it must be 1, 5, 10, 20, 30 or a multiple of 60.", *m.Period, at)
	}
	if err := checkDimensions(m.Metric.Dimensions, at+"Metric."); err != nil {
		return err
	}
	if q.statistic, err = statistic.Parse(*m.Stat); err != nil {
		return validation("The value %s for parameter %sStat is not supported.", *m.Stat, at)
	}
	q.metric = identify(*m.Metric.Namespace, *m.Metric.MetricName, dimensionsOf(m.Metric.Dimensions))
	q.span = s.aligned(in.StartTime.Unix(), ceil(*in.EndTime), int64(*m.Period))
	return nil
}

// ceil is the first whole second that is not before t: the end is exclusive.
func ceil(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }

// mapMath words what the expression language refuses.
func mapMath(id string, err error) error {
	switch {
	case errors.Is(err, metricmath.ErrAbsent):
		return unsupported(err.Error()[len(metricmath.ErrAbsent.Error())+2:])
	case errors.Is(err, metricmath.ErrSyntax):
		return validation("Error in expression '%s'%s.", id, err.Error()[len(metricmath.ErrSyntax.Error()):])
	}
	return err
}
