package kinesis

import "time"

// head is where the next record of a shard goes, and what the shard has taken lately: the instants at which its
// capacity will be whole again if nothing more comes.
type head struct {
	Next    uint64
	At      time.Time // arrival of the last batch
	Records time.Time
	Bytes   time.Time
}

// What a shard takes in a second: 1 MiB, keys included, and 1,000 records. A second's worth may come at once.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
const (
	shardBytes   = 1 << 20
	shardRecords = 1000
	burst        = time.Second
)

// take admits a record of so many bytes at now and says whether the shard has room for it. A record that is larger than
// a second's worth is let in when the shard has rested, and the shard then rests accordingly.
// https://docs.aws.amazon.com/streams/latest/dev/large-records.html
func (h *head) take(now time.Time, bytes int) bool {
	records, size := h.Records, h.Bytes
	if records.Before(now) {
		records = now
	}
	if size.Before(now) {
		size = now
	}
	rested := size.Equal(now)
	records = records.Add(burst / shardRecords)
	size = size.Add((time.Duration(bytes)*burst + shardBytes - 1) / shardBytes)
	if records.Sub(now) > burst || (size.Sub(now) > burst && !(rested && bytes > shardBytes)) {
		return false
	}
	h.Records, h.Bytes = records, size
	return true
}
