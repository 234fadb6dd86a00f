package logstore

import "context"

// Engine is what keeps log events: the contract that service/logs builds on. Store serves it from this machine's disk,
// victorialogs.Store from a VictoriaLogs server or cluster; logstoretest holds it as tests.
//
// An acknowledged Stage survives power loss. Everything may be called from many goroutines. A group comes into being with its
// first batch; one that is not there is empty.
type Engine interface {
	// Committed names who knows the number of the last batch of a stream that the caller has committed; 0 for a stream that is
	// not (or no longer) there. It must be set before the first use, and is asked once for each stream of a group's log after
	// a restart.
	//
	// durable, unless nil, returns when all that the caller has committed so far survives power loss. It is asked before a batch
	// is moved to where nobody asks any more whether it was committed after all.
	Committed(f func(ctx context.Context, group string, stream uint64) (uint64, error), durable func() error)

	// Stage writes a batch durably. It is invisible until Publish, and gone after a crash unless its number was committed.
	Stage(ctx context.Context, b *Batch) (Ref, error)
	// Publish makes a staged batch visible. The caller has committed its number.
	Publish(r Ref)
	// Discard forgets a staged batch whose number was not committed.
	Discard(r Ref)

	// Scan hands the wanted events to yield, in order of their Position, until it says no. Events published while it runs may
	// be missed. Events of one batch are seen all or none.
	Scan(ctx context.Context, group string, f Filter, yield func(*Event) bool) error
	// Batches hands the visible batches behind the sequence after to yield, in order of their sequence, until it says no. It
	// first waits until every batch staged so far is published or discarded: what it has passed over will never appear.
	// Batches of one stream come in the order of their numbers.
	Batches(ctx context.Context, group string, after uint64, yield func(*Stored) bool) error
	// Head is the sequence of the last batch staged in a group; 0 when there is none. It never goes back.
	Head(ctx context.Context, group string) (uint64, error)
	// Stats tells what a group holds.
	Stats(ctx context.Context, group string) (Stats, error)

	// DropBefore removes old events in bulk: those that lie together with none younger than cutoff. Which they are is the
	// engine's to choose; what stays is for the caller to leave out (Filter.From). It returns the time (of an event) that
	// cutoff must have passed before more can go; ok=false when nothing is left.
	DropBefore(ctx context.Context, group string, cutoff int64) (next int64, ok bool, err error)
	// Drop removes a group and all it holds. A group that is not there is no error, and costs nothing. Its name may come again.
	Drop(group string) error
	// Clear removes every group.
	Clear() error
	// Close waits for background work. What was acknowledged is on disk already.
	Close() error
}

var _ Engine = (*Store)(nil)
