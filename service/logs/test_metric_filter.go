package logs

import (
	"context"

	api "unyo/api/logs"
)

// TestMetricFilter tells which messages a pattern matches, and what it names in them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html
func (s *Service) TestMetricFilter(_ context.Context, in *api.TestMetricFilterInput) (*api.TestMetricFilterOutput, error) {
	p, err := compile(*in.FilterPattern)
	if err != nil {
		return nil, err
	}
	out := &api.TestMetricFilterOutput{Matches: []api.MetricFilterMatchRecord{}}
	for i, m := range in.LogEventMessages {
		if values := p.Fields([]byte(m)); values != nil {
			out.Matches = append(out.Matches, api.MetricFilterMatchRecord{EventNumber: new(int64(i)), EventMessage: new(m), ExtractedValues: values})
		}
	}
	return out, nil
}
