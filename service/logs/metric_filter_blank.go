package logs

import (
	"context"
	"encoding/binary"
	"time"

	"unyo/kernel/jobs"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// maxBlanks is how many minutes of filters one transaction closes.
const maxBlanks = 200

// blankKey is the place of a filter's minute.
func blankKey(group, filter string, minute int64) string {
	return store.Key(group, filter, string(binary.BigEndian.AppendUint64(nil, uint64(minute))))
}

// fillBlanks closes, when the minute in which events came is over, the minutes that they belong to: where a filter with a default value
// had events and none matched, the metric takes the default value.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
func (s *Service) fillBlanks(ctx context.Context, a countArg) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		s.blank.CancelKey(tx, a.Group) // events that come from now on set their own
		n := 0
		lo, end := within(a.Group)
		for key, matched := range s.blanks.Between(tx, lo, end) {
			if n++; n > maxBlanks {
				s.blank.AtKey(tx, a.Group, s.k.Clock.Now(), a)
				break
			}
			s.blanks.Delete(tx, key)
			p, _ := store.Split(key, 3)
			row, ok := s.metricFilters.Get(tx, store.Key(a.Group, p[1]))
			if matched || !ok || row.Default == nil {
				continue
			}
			minute := time.UnixMilli(int64(binary.BigEndian.Uint64([]byte(p[2]))) * minuteMs).UTC()
			s.k.Metrics.AddAt(tx, metric.Series{Namespace: row.Namespace, Name: row.Name, Unit: row.Unit}, minute, []metric.Value{{Value: *row.Default, Times: 1}})
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
