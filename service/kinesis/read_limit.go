package kinesis

import (
	"context"
	"sync"
	"time"

	"unyo/base/call"
	"unyo/kernel"
)

// What a shard gives in a second to all that ask it by GetRecords: five calls, 2 MiB. A call may give ten, and then the
// shard rests accordingly.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
const (
	readCalls = 5
	readBytes = 2 << 20
)

// reads is what the shards have given lately. It is not kept: a limit on reading protects a shard, and changes nothing in the estate.
// For the same reason it is judged only while time flows, see kernel.Service.Flows.
type reads struct {
	mu     sync.Mutex
	shards map[string]*given
}

// given are the instants at which a shard's capacity will be whole again.
type given struct{ calls, bytes time.Time }

// keptReads is how many shards are remembered; those that have rested are forgotten first.
const keptReads = 4096

func (r *reads) of(ctx context.Context, f *found, now time.Time) *given {
	scope := call.ScopeOf(ctx)
	key := scope.Account + " " + scope.Region + " " + f.row.ID + " " + f.shard.id()
	if r.shards == nil {
		r.shards = map[string]*given{}
	}
	if r.shards[key] == nil {
		if len(r.shards) >= keptReads {
			for k, g := range r.shards {
				if g.calls.Before(now) && g.bytes.Before(now) {
					delete(r.shards, k)
				}
			}
		}
		r.shards[key] = &given{}
	}
	return r.shards[key]
}

// take admits a read of the shard, or not.
func (r *reads) take(ctx context.Context, k *kernel.Service, f *found) bool {
	if !k.Flows() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := k.Clock.Now()
	g := r.of(ctx, f, now)
	calls := maxTime(g.calls, now).Add(time.Second / readCalls)
	if calls.Sub(now) > time.Second || g.bytes.Sub(now) >= time.Second {
		return false
	}
	g.calls = calls
	return true
}

// give notes what a read was given.
func (r *reads) give(ctx context.Context, k *kernel.Service, f *found, bytes int) {
	if !k.Flows() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := k.Clock.Now()
	g := r.of(ctx, f, now)
	g.bytes = maxTime(g.bytes, now).Add(time.Duration(bytes) * time.Second / readBytes)
}
