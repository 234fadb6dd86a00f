package cloudwatch

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	api "unyo/api/cloudwatch"
	"unyo/base/must"
	"unyo/kernel/store"
)

// metric is a metric's row. Its points lie elsewhere.
type metric struct {
	Dimensions []dimension `json:",omitempty"`
	Units      []byte      // in which it was measured, ascending
	Last       int64       // when it was last given a value, Unix seconds; at most lastGrain before that
	Due        int64       // hour, counted from 1970, when its points are to be looked at; it stands in dues
}

type dimension struct{ Name, Value string }

// lastGrain is how seldom a metric's row is written only because values come. AWS's own answer is off by up to 50 minutes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
const lastGrain = 10 * 60

// identity is what tells one metric from another.
type identity struct {
	namespace, name string
	dimensions      []dimension // by name
	sum             string      // 16 bytes over all of it: begins the keys of its points
}

func identify(namespace, name string, dimensions []dimension) identity {
	slices.SortFunc(dimensions, func(a, b dimension) int { return cmp.Compare(a.Name, b.Name) })
	parts := []string{namespace, name}
	for _, d := range dimensions {
		parts = append(parts, d.Name, d.Value)
	}
	sum := sha256.Sum256([]byte(store.Key(append(parts, "")...)))
	return identity{namespace, name, dimensions, string(sum[:16])}
}

func (id *identity) key() string { return store.Key(id.namespace, id.name, id.sum) }

// dimensionsOf takes what a request names.
func dimensionsOf(in []api.Dimension) []dimension {
	out := make([]dimension, len(in))
	for i, d := range in {
		out[i] = dimension{*d.Name, *d.Value}
	}
	return out
}

// units are AWS's, numbered in the order of the model; their numbers are written into keys.
var units = []string{
	api.StandardUnitNone, api.StandardUnitSeconds, api.StandardUnitMicroseconds, api.StandardUnitMilliseconds, api.StandardUnitBytes, api.StandardUnitKilobytes, api.StandardUnitMegabytes,
	api.StandardUnitGigabytes, api.StandardUnitTerabytes, api.StandardUnitBits, api.StandardUnitKilobits, api.StandardUnitMegabits, api.StandardUnitGigabits, api.StandardUnitTerabits,
	api.StandardUnitPercent, api.StandardUnitCount, api.StandardUnitBytesSecond, api.StandardUnitKilobytesSecond, api.StandardUnitMegabytesSecond, api.StandardUnitGigabytesSecond,
	api.StandardUnitTerabytesSecond, api.StandardUnitBitsSecond, api.StandardUnitKilobitsSecond, api.StandardUnitMegabitsSecond, api.StandardUnitGigabitsSecond,
	api.StandardUnitTerabitsSecond, api.StandardUnitCountSecond,
}

func unitOf(name string) byte {
	if name == "" {
		return 0
	}
	n := slices.Index(units, name)
	must.Hold(n >= 0, "unit %q is none of AWS's", name)
	return byte(n)
}

// level is a resolution: points of so many seconds, kept for so long.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
type level struct {
	seconds int64
	keep    int64
	wait    int64 // how long points that are due may gather before they are moved; answers do not depend on it
}

const hour, day = 60 * 60, 24 * 60 * 60

var levels = []level{{1, 3 * hour, hour}, {60, 15 * day, day}, {300, 63 * day, day}, {hour, 455 * day, day}}

// rank is the level at which a point of time t, stored at level n, counts now, and its time there. It counts from what the whole period of the coarser
// level would be, so that a period moves as one. gone is a point that is kept no longer.
func rank(n int, t, now int64) (to int, at int64) {
	for ; n < len(levels); n++ {
		if at = t - t%levels[n].seconds; now-leaves(n, t) <= levels[n].keep {
			return n, at
		}
	}
	return gone, 0
}

const gone = -1

// leaves is the instant from which on the age counts at which a point of time t leaves level n.
func leaves(n int, t int64) int64 {
	if n+1 < len(levels) {
		return t - t%levels[n+1].seconds
	}
	return t - t%levels[n].seconds
}

// pointKey is where the points of a metric in a unit, at a level, from t on lie.
func pointKey(sum string, unit byte, n int, t int64) string {
	return string(binary.BigEndian.AppendUint32(append([]byte(sum), unit, byte(n)), uint32(t)))
}

func timeOf(key string) int64 {
	return int64(binary.BigEndian.Uint32([]byte(key[len(key)-4:])))
}

// endOfTime is behind every point.
const endOfTime = 1<<32 - 1

func dueKey(hours int64, metricKey string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(hours))) + metricKey
}

func (s *Service) now() int64 { return s.k.Clock.Now().Unix() }

func utc(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
