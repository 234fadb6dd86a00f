package cloudwatch

import (
	"maps"
	"slices"

	"unyo/engine/statistic"
	"unyo/kernel/store"
)

// span is the time that is asked about, in Unix seconds: from start to before end, in periods from start on.
type span struct{ start, end, period int64 }

// bucket is the values of one period.
type bucket struct {
	at  int64
	set statistic.Set
}

// read gathers the points of a metric in one unit. Periods that the points' age does not allow any more have none.
func (s *Service) read(tx *store.Tx, sum string, unit byte, in span, into map[int64]*statistic.Set) {
	now := s.now()
	for n := range levels {
		if in.period%levels[n].seconds != 0 {
			break
		}
		for key, raw := range s.points.Between(tx, pointKey(sum, unit, n, max(in.start, 0)), pointKey(sum, unit, n, min(in.end, endOfTime))) {
			to, at := rank(n, timeOf(key), now)
			if to == gone || in.period%levels[to].seconds != 0 || at < in.start || at >= in.end {
				continue
			}
			set := decode(raw)
			at -= (at - in.start) % in.period
			if into[at] == nil {
				into[at] = &statistic.Set{}
			}
			into[at].Merge(&set)
		}
	}
}

// buckets are the periods that have values, ascending. Several units are added together.
func (s *Service) buckets(tx *store.Tx, id *identity, list []byte, in span) []bucket {
	sets := map[int64]*statistic.Set{}
	for _, unit := range list {
		s.read(tx, id.sum, unit, in, sets)
	}
	out := make([]bucket, 0, len(sets))
	for _, at := range slices.Sorted(maps.Keys(sets)) {
		out = append(out, bucket{at, *sets[at]})
	}
	return out
}

// unitsOf are the units that are asked for: the one named, or all in which the metric was measured.
func (s *Service) unitsOf(tx *store.Tx, id *identity, unit *string) []byte {
	if unit != nil {
		return []byte{unitOf(*unit)}
	}
	row, _ := s.metrics.Get(tx, id.key())
	return row.Units
}

// aligned rounds the start down: by the period below a minute, else by the start's age.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
func (s *Service) aligned(start, end, period int64) span {
	by := period
	if age := s.now() - start; period >= 60 {
		switch {
		case age > 63*day:
			by = hour
		case age > 15*day:
			by = 300
		default:
			by = 60
		}
	}
	return span{start - start%by, end, period}
}

// periodAllowed: 1, 5, 10, 20, 30 or a multiple of 60.
func periodAllowed(p int32) bool {
	return p > 0 && (p%60 == 0 || p == 1 || p == 5 || p == 10 || p == 20 || p == 30)
}
