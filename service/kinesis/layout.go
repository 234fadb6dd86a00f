package kinesis

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"unyo/base/must"
	"unyo/kernel/store"
)

// layoutOf is a sum over the open shards: two streams, or the same at two times, that have the same one have the same
// open shards.
func layoutOf(open []*shard) string {
	sum := sha256.Sum256(must.Do(json.Marshal(open)))
	return hex.EncodeToString(sum[:16])
}

// layouts remembers open shards by their sum, so that a put need not read them all. What it holds can be
// forgotten at any time, and never is wrong.
type layouts struct {
	mu    sync.Mutex
	known map[string][]*shard
}

// keptLayouts bounds what is remembered; at 200 shards each it is some ten megabytes.
const keptLayouts = 256

// openShards are the shards that take records, in the order of their hash keys. They must not be changed.
func (s *Service) openShards(tx *store.Tx, row *stream) []*shard {
	s.layouts.mu.Lock()
	open, ok := s.layouts.known[row.Layout]
	s.layouts.mu.Unlock()
	if ok {
		return open
	}
	open = s.gridOf(s.shardsOf(tx, row), row).open
	s.layouts.mu.Lock()
	defer s.layouts.mu.Unlock()
	if s.layouts.known == nil || len(s.layouts.known) >= keptLayouts {
		s.layouts.known = map[string][]*shard{}
	}
	s.layouts.known[row.Layout] = open
	return open
}
