package logs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/base/awserr"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// What filters did is told as metrics, by filter and kind of destination; a stream that asks to be spared is no error.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
func TestForwardMetrics(t *testing.T) {
	e := subscribed(t)
	told := map[string]bool{} // a transaction may be tried more than once: it tells the same
	e.k.Metrics.To(func(_ *store.Tx, s metric.Series, _ time.Time, values []metric.Value) {
		if s.Namespace != "AWS/Logs" || strings.HasPrefix(s.Name, "Incoming") {
			return
		}
		if s.Name == "ForwardedBytes" { // as many as the packed messages have
			values = []metric.Value{{Value: 0, Times: float64(len(values))}}
		}
		dimensions := ""
		for name, value := range s.Dimensions.All() {
			dimensions += " " + name + "=" + value
		}
		told[fmt.Sprint(s.Name, dimensions, values)] = true
	})
	step := func(fault error, refuse []int, want ...string) {
		t.Helper()
		clear(told)
		e.firehose.before, e.firehose.refuse = fault, refuse
		e.put("g", "a", "ERROR 1", "fine", "ERROR 2")
		e.put("g", "b", "ERROR 3")
		e.advance(0)
		must(t, e.k.Metrics.Flush(e.ctx()))
		for i := range want {
			want[i] = strings.Replace(want[i], "[", " DestinationType=Firehose FilterName=f LogGroupName=g[", 1)
		}
		if got := slices.Sorted(maps.Keys(told)); !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
		e.firehose.before = nil
		e.advance(time.Hour)
		must(t, e.k.Metrics.Flush(e.ctx()))
	}
	step(nil, nil, "ForwardedBytes[{0 1}]", "ForwardedLogEvents[{3 1}]")
	step(nil, []int{1}, "DeliveryErrors[{1 1}]", "ForwardedBytes[{0 1}]", "ForwardedLogEvents[{2 1}]")
	step(awserr.New(400, "AccessDeniedException", "no"), nil, "DeliveryErrors[{1 1}]")
	step(awserr.New(503, "ServiceUnavailableException", "busy"), nil, "DeliveryThrottling[{1 1}]")
}
