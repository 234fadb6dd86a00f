package cloudwatch

import (
	"context"
	"fmt"
	"strings"

	api "unyo/api/cloudwatch"
	"unyo/engine/statistic"
	"unyo/kernel/store"
)

// maxDatapoints is how many one call may ask for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
const maxDatapoints = 1440

// GetMetricStatistics gives statistics of one metric, period by period. Of a metric measured in several units each has its own datapoints.
func (s *Service) GetMetricStatistics(ctx context.Context, in *api.GetMetricStatisticsInput) (*api.GetMetricStatisticsOutput, error) {
	asked, err := statisticsOf(in)
	if err != nil {
		return nil, err
	}
	if !periodAllowed(*in.Period) {
		return nil, invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	}
	if !in.StartTime.Before(*in.EndTime) {
		return nil, validation("The parameter StartTime must be less than the parameter EndTime.")
	}
	if err := checkDimensions(in.Dimensions, ""); err != nil {
		return nil, err
	}
	span := s.aligned(in.StartTime.Unix(), ceil(*in.EndTime), int64(*in.Period))
	if n := (span.end - span.start + span.period - 1) / span.period; n > maxDatapoints {
		return nil, clash("You have requested up to %s datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", grouped(n))
	}
	if err := s.k.Metrics.Flush(ctx); err != nil {
		return nil, err
	}
	id := identify(*in.Namespace, *in.MetricName, dimensionsOf(in.Dimensions))
	out := &api.GetMetricStatisticsOutput{Label: in.MetricName}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.Datapoints = []api.Datapoint{}
		for _, unit := range s.unitsOf(tx, &id, in.Unit) {
			for _, b := range s.buckets(tx, &id, []byte{unit}, span) {
				if d, ok := datapoint(&b, asked); ok {
					d.Unit = new(units[unit])
					out.Datapoints = append(out.Datapoints, d)
				}
			}
		}
		return nil
	})
}

// ask is a statistic by the name it was asked for.
type ask struct {
	name string
	statistic.Statistic
}

func statisticsOf(in *api.GetMetricStatisticsInput) ([]ask, error) {
	switch {
	case len(in.Statistics) > 0 && len(in.ExtendedStatistics) > 0:
		return nil, clash("The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.")
	case len(in.Statistics)+len(in.ExtendedStatistics) == 0:
		return nil, api.NewMissingRequiredParameterException("Must specify either Statistics or ExtendedStatistics.")
	}
	var out []ask
	for _, name := range append(in.Statistics, in.ExtendedStatistics...) {
		q, err := statistic.Parse(name)
		if err != nil || q.Basic() != (in.Statistics != nil) {
			return nil, invalid("The value %s for parameter ExtendedStatistics is not supported.", name)
		}
		out = append(out, ask{name, q})
	}
	return out, nil
}

// datapoint is what is asked of a period; false if the period can tell nothing of it.
func datapoint(b *bucket, asked []ask) (d api.Datapoint, some bool) {
	d.Timestamp = new(utc(b.at))
	for _, q := range asked {
		v, ok := q.Of(&b.set)
		if !ok {
			continue
		}
		some = true
		switch q.name {
		case api.StatisticSampleCount:
			d.SampleCount = &v
		case api.StatisticSum:
			d.Sum = &v
		case api.StatisticAverage:
			d.Average = &v
		case api.StatisticMinimum:
			d.Minimum = &v
		case api.StatisticMaximum:
			d.Maximum = &v
		default:
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[q.name] = v
		}
	}
	return d, some
}

// grouped writes 2880 as 2,880.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	var parts []string
	for ; len(text) > 3; text = text[:len(text)-3] {
		parts = append([]string{text[len(text)-3:]}, parts...)
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
