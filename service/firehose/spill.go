package firehose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"unyo/base/awserr"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// spill collects records for several buffers and stages them in blobs, so that what is not yet staged stays small.
type spill struct {
	s     *Service
	ctx   context.Context
	order []*spilling
	by    map[string]*spilling
	held  int // bytes not staged
	total int // bytes in all
}

// spilling is what goes to one buffer.
type spilling struct {
	buffer string
	keys   map[string]string
	raw    []byte
	next   batch
	staged []batch
}

const (
	spillEach = 4 << 20  // bytes of one blob
	spillAll  = 32 << 20 // bytes held for all buffers
)

func (s *Service) newSpill(ctx context.Context) *spill {
	return &spill{s: s, ctx: ctx, by: map[string]*spilling{}}
}

// put adds a record that arrived at an instant.
func (w *spill) put(buffer string, keys map[string]string, at time.Time, record []byte) error {
	b := w.by[buffer]
	if b == nil {
		b = &spilling{buffer: buffer, keys: keys}
		w.by[buffer] = b
		w.order = append(w.order, b)
	}
	if b.next.Records == 0 {
		b.next.At = at
	}
	before := len(b.raw)
	b.raw = frame(b.raw, record)
	b.next.Records++
	b.next.Bytes += int64(len(record))
	w.held += len(b.raw) - before
	w.total += len(b.raw) - before
	if len(b.raw) >= spillEach {
		return w.stage(b)
	}
	if w.held >= spillAll {
		return w.finish()
	}
	return nil
}

func (w *spill) stage(b *spilling) error {
	if b.next.Records == 0 {
		return nil
	}
	ref, err := w.s.blobs.Stage(w.ctx, bytes.NewReader(b.raw))
	if err != nil {
		return fmt.Errorf("cannot buffer records: %w", err)
	}
	b.next.Ref = ref
	b.staged = append(b.staged, b.next)
	w.held -= len(b.raw)
	b.raw, b.next = b.raw[:0], batch{}
	return nil
}

// finish stages the rest.
func (w *spill) finish() error {
	for _, b := range w.order {
		if err := w.stage(b); err != nil {
			return err
		}
	}
	return nil
}

// add puts what was staged into its buffers.
func (w *spill) add(tx *store.Tx, row *stream) {
	for _, b := range w.order {
		w.s.add(tx, row, b.buffer, b.keys, b.staged...)
	}
}

// giveBack destroys what was staged and has got into no row, because of err.
func (w *spill) giveBack(err error) error {
	var refs []blob.Ref
	for _, b := range w.order {
		for _, one := range b.staged {
			refs = append(refs, one.Ref)
		}
	}
	return errors.Join(err, w.s.blobs.Discard(refs...))
}

// errGone: the stream was deleted meanwhile, with all that waited in it.
var errGone = errors.New("delivery stream is gone")

// settled says what becomes of a job whose last transaction has failed. After an error that is not our own the next Open knows what is in
// rows and what is not.
func (w *spill) settled(err error) error {
	if errors.Is(err, errGone) {
		return w.giveBack(nil)
	}
	if awserr.Code(err) != "" {
		return w.giveBack(err)
	}
	return err
}
