package logs

import (
	"context"

	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/metric"
)

// forward sends a filter's parcels on and measures it. A message has been forwarded when the stream has taken it; with what was refused the
// filter tries again, which is an error each time, or throttling where the stream says so.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
func (s *Service) forward(ctx context.Context, group, filter string, row *subscription, parcels []parcel) (failed []int, err error) {
	scope := call.ScopeOf(ctx)
	r, err := s.routeTo(ctx, scope.Account, row)
	if err == nil {
		failed, err = s.send(ctx, s.groupARN(scope, group)+":*", r, parcels)
	}
	if ctx.Err() != nil { // the process is stopping: what became of it will be seen by the next
		return failed, err
	}
	if r == nil {
		r = &route{target: row.target}
	}
	dimensions := metric.Of("LogGroupName", group, "DestinationType", r.vendor(), "FilterName", filter)
	count := func(name, unit string, value int) {
		if value > 0 {
			s.k.Metrics.Count(ctx, metric.Sample{Series: metric.Series{Namespace: "AWS/Logs", Name: name, Dimensions: dimensions, Unit: unit}, Value: float64(value)})
		}
	}
	bytes, events := 0, 0
	if err == nil {
		for i := range parcels {
			bytes, events = bytes+len(parcels[i].data), events+parcels[i].events
		}
		for _, i := range failed {
			bytes, events = bytes-len(parcels[i].data), events-parcels[i].events
		}
	}
	count("ForwardedBytes", "Bytes", bytes)
	count("ForwardedLogEvents", "", events)
	switch awserr.Code(err) {
	case "ProvisionedThroughputExceededException", "ServiceUnavailableException", "ThrottlingException":
		count("DeliveryThrottling", "", 1)
	case "":
		if err != nil || len(failed) > 0 {
			count("DeliveryErrors", "", 1)
		}
	default:
		count("DeliveryErrors", "", 1)
	}
	return failed, err
}
