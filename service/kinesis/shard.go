package kinesis

import (
	"fmt"
	"time"

	api "unyo/api/kinesis"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// shard is a part of a stream that keeps the order of its records.
type shard struct {
	Number      int
	From, To    hashKey // the hash keys whose records it takes, both included
	Parents     []int   `json:",omitempty"` // none, the shard it was split off, or the two it was merged from
	OpenedAt    time.Time
	ClosedAt    time.Time // zero while it takes records
	EndPosition uint64    // of a closed shard: behind its last record
}

func (sh *shard) open() bool { return sh.ClosedAt.IsZero() }

func (sh *shard) id() string { return shardID(sh.Number) }

func shardID(n int) string { return fmt.Sprintf("shardId-%012d", n) }

// shardNumber undoes shardID.
func shardNumber(id string) (int, bool) {
	var n int
	_, err := fmt.Sscanf(id, "shardId-%d", &n)
	return n, err == nil && n >= 0 && shardID(n) == id
}

func shardKey(stream string, n int) string { return store.Key(stream, fmt.Sprintf("%08x", n)) }

// batchKey is where the batch at a position of a shard lies.
func batchKey(stream string, shard int, position uint64) string {
	return store.Key(stream, fmt.Sprintf("%08x", shard), fmt.Sprintf("%016x", position))
}

// shardsOf reads the shards of a stream that have not expired, in the order of their numbers.
func (s *Service) shardsOf(tx *store.Tx, row *stream) []shard {
	var list []shard
	horizon := row.horizon(s.k.Clock.Now())
	for _, sh := range s.shards.Prefix(tx, store.Key(row.Name, ""), "") {
		if sh.open() || sh.ClosedAt.After(horizon) {
			list = append(list, sh)
		}
	}
	return list
}

// shard reads one shard by its id.
func (s *Service) shard(tx *store.Tx, row *stream, id string) (shard, bool) {
	n, ok := shardNumber(id)
	if !ok {
		return shard{}, false
	}
	sh, ok := s.shards.Get(tx, shardKey(row.Name, n))
	return sh, ok && (sh.open() || sh.ClosedAt.After(row.horizon(s.k.Clock.Now())))
}

// head reads where the next record of a shard goes.
func (s *Service) head(tx *store.Tx, stream string, n int) head {
	h, ok := s.heads.Get(tx, shardKey(stream, n))
	if !ok {
		h.Next = 1
	}
	return h
}

// describe tells of a shard as the API does.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Shard.html
func (row *stream) describe(sh *shard) api.Shard {
	out := api.Shard{
		ShardId:             new(sh.id()),
		HashKeyRange:        sh.hashRange(),
		SequenceNumberRange: &api.SequenceNumberRange{StartingSequenceNumber: new(row.sequence(sh, 0))},
	}
	if !sh.open() {
		out.SequenceNumberRange.EndingSequenceNumber = new(row.sequence(sh, sh.EndPosition))
	}
	if len(sh.Parents) > 0 {
		out.ParentShardId = new(shardID(sh.Parents[0]))
	}
	if len(sh.Parents) > 1 {
		out.AdjacentParentShardId = new(shardID(sh.Parents[1]))
	}
	return out
}

func (sh *shard) hashRange() *api.HashKeyRange {
	return &api.HashKeyRange{StartingHashKey: new(sh.From.decimal()), EndingHashKey: new(sh.To.decimal())}
}

// levels meters what a stream costs by the hour.
// https://aws.amazon.com/kinesis/data-streams/pricing/
func (s *Service) levels(tx *store.Tx, row *stream) {
	shards, streams := float64(row.Open), 0.0
	if row.OnDemand {
		shards, streams = 0, 1
	}
	arn := s.arn(tx.Scope(), row.Name)
	s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: "Storage-ShardHour"}, arn, shards)
	s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: "OnDemand-StreamHour"}, arn, streams)
	for _, c := range s.consumersOf(tx, row.Name) { // an hour of each shard for each consumer
		s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: fanoutHour}, s.consumerARN(tx.Scope(), row.Name, &c), float64(row.Open))
	}
}
