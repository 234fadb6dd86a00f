package recordstore

import (
	"context"
	"errors"
	"iter"
	"slices"

	"unyo/engine/blob"
)

// ErrAway is an engine on another machine that does not answer, or not in time.
var ErrAway = errors.New("the store of records is away")

// Batch is the records of one put in one shard.
type Batch struct {
	Shard string // any name; batches of one shard are read together
	Data  []byte
}

// Place is where a batch lies: a stretch of what Ref names. Batches staged together may share a Ref.
type Place struct {
	Ref    blob.Ref
	Offset int64
	Size   int64
}

// Engine keeps batches. Everything may be called from many goroutines.
type Engine interface {
	// Stage writes batches durably and returns the place of each.
	Stage(ctx context.Context, batches []Batch) ([]Place, error)
	// Discard gives staged batches back that no row has ever held.
	Discard(refs ...blob.Ref) error
	// Free says that no committed row holds refs any more.
	Free(refs ...blob.Ref)
	// Pin keeps all that is not freed yet until release is called; release may be called twice.
	Pin() (release func())
	// Read yields the batches at places, in their order, and reads no more than it must when the loop is left early.
	Read(ctx context.Context, places []Place) iter.Seq2[[]byte, error]
	// Clear forgets everything: no row names anything any more.
	Clear() error
	// Close waits for background work.
	Close() error
}

// Refs are the different refs of places that were staged together.
func Refs(places []Place) (refs []blob.Ref) {
	for _, p := range places {
		if !slices.Contains(refs, p.Ref) {
			refs = append(refs, p.Ref)
		}
	}
	return refs
}
