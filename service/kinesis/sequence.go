package kinesis

import (
	"fmt"
	"hash/fnv"
	"strconv"
)

// A sequence number has 56 digits, as AWS's do: 49, the instant at which the shard was opened (14 digits,
// milliseconds), the shard (6), the position in the shard (20), and 14 digits of the stream, which tell apart the
// numbers of different streams. So numbers grow within a shard, and those of a shard are above those of its parents.
// Position 0 begins a shard and is no record's.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#sequence-number
func (row *stream) sequence(sh *shard, position uint64) string {
	return fmt.Sprintf("49%014d%06d%020d%014d", sh.OpenedAt.UnixMilli(), sh.Number, position, row.salt())
}

// position undoes sequence; false for a number that is not of this shard.
func (row *stream) position(sh *shard, sequence string) (uint64, bool) {
	if len(sequence) != 56 {
		return 0, false
	}
	n, err := strconv.ParseUint(sequence[22:42], 10, 64)
	return n, err == nil && row.sequence(sh, n) == sequence
}

func (row *stream) salt() uint64 {
	h := fnv.New64a()
	h.Write([]byte(row.ID))
	return h.Sum64() % 1e14
}
