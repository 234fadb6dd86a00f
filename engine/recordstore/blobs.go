package recordstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"unyo/engine/blob"
)

// Blobs keeps the batches of one put, whatever their shards, in one blob: a put waits for the disk once. The store is its owner's
// to close, and to tell what rows hold.
type Blobs struct{ *blob.Store }

var _ Engine = Blobs{}

// Stage implements Engine.
func (b Blobs) Stage(ctx context.Context, batches []Batch) ([]Place, error) {
	places, parts := make([]Place, len(batches)), make([]io.Reader, len(batches))
	end := int64(0)
	for i, batch := range batches {
		parts[i] = bytes.NewReader(batch.Data)
		places[i] = Place{Offset: end, Size: int64(len(batch.Data))}
		end += places[i].Size
	}
	ref, err := b.Store.Stage(ctx, io.MultiReader(parts...))
	if err != nil {
		return nil, err
	}
	for i := range places {
		places[i].Ref = ref
	}
	return places, nil
}

// Read implements Engine.
func (b Blobs) Read(_ context.Context, places []Place) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, p := range places {
			if data, err := b.read(p); !yield(data, err) || err != nil {
				return
			}
		}
	}
}

func (b Blobs) read(p Place) ([]byte, error) {
	r, err := b.Store.Read(p.Ref, p.Offset, p.Size)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// Clear implements Engine. The store drops what no row holds when it is opened next.
func (Blobs) Clear() error { return nil }

// Close implements Engine.
func (Blobs) Close() error { return nil }
