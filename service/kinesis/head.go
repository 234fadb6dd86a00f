package kinesis

import "time"

// head is where the next record of a shard goes, and what the shard has taken lately: the instants, in nanoseconds of
// Unix time, at which its capacity will be whole again if nothing more comes.
type head struct {
	Next    uint64
	Records int64
	Bytes   int64
	Minute  *minute `json:",omitempty"` // of an on-demand stream's shard
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
	at := now.UnixNano()
	records := max(h.Records, at) + int64(burst/shardRecords)
	size := max(h.Bytes, at) + (int64(bytes)*int64(burst)+shardBytes-1)/shardBytes
	large := bytes > shardBytes && h.Bytes <= at
	if records-at > int64(burst) || (size-at > int64(burst) && !large) {
		return false
	}
	h.Records, h.Bytes = records, size
	return true
}
