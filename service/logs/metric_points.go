package logs

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// points are values that are to be added to metrics: how often each was taken, by series and time.
type points map[cell]map[float64]float64

// cell is a series in a minute, or in a second if the series is fine.
type cell struct {
	series metric.Series
	at     int64 // ms since 1970
}

func (c cell) compare(d cell) int {
	return cmp.Or(cmp.Compare(c.series.Namespace, d.series.Namespace), cmp.Compare(c.series.Name, d.series.Name), cmp.Compare(c.series.Dimensions, d.series.Dimensions),
		cmp.Compare(c.series.Unit, d.series.Unit), cmp.Compare(c.at, d.at))
}

const minuteMs = 60 * 1000

// add notes a value taken at ms.
func (p points) add(series metric.Series, ms int64, x float64) {
	grain := int64(minuteMs)
	if series.Fine {
		grain = 1000
	}
	c := cell{series, ms - ms%grain}
	if p[c] == nil {
		p[c] = map[float64]float64{}
	}
	p[c][x]++
}

// addPoints adds p to the metrics, in tx.
func (s *Service) addPoints(tx *store.Tx, p points) {
	for _, c := range slices.SortedFunc(maps.Keys(p), cell.compare) {
		var values []metric.Value
		for _, v := range slices.Sorted(maps.Keys(p[c])) {
			values = append(values, metric.Value{Value: v, Times: p[c][v]})
		}
		s.k.Metrics.AddAt(tx, c.series, time.UnixMilli(c.at).UTC(), values)
	}
}
