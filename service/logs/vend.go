package logs

import (
	"context"

	"unyo/kernel/metric"
)

// vend measures what came into a group, for it and for the account.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
func (s *Service) vend(ctx context.Context, group string, events int, bytes int64) {
	for _, d := range []metric.Dimensions{"", metric.Of("LogGroupName", group)} {
		s.k.Metrics.Count(ctx,
			metric.Sample{Series: metric.Series{Namespace: "AWS/Logs", Name: "IncomingBytes", Dimensions: d, Unit: "Bytes"}, Value: float64(bytes)},
			metric.Sample{Series: metric.Series{Namespace: "AWS/Logs", Name: "IncomingLogEvents", Dimensions: d}, Value: float64(events)},
		)
	}
}
