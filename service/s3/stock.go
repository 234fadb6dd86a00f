package s3

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"unyo/engine/blob"
	"unyo/kernel"
	"unyo/kernel/store"
)

// Stock is what rows say is stored: every blob, for blob.Open, and how much that is, for the meter. It is taken in one pass over all
// rows before there are requests, so that nothing is counted twice.
type Stock struct {
	k      *kernel.Service
	totals map[shelf]int64
}

// NewStock is of the rows of k.
func NewStock(k *kernel.Service) *Stock { return &Stock{k: k, totals: map[shelf]int64{}} }

// held is a row of objects or versions as far as it matters here.
type held struct {
	Blob    blob.Ref `json:"blob"`
	Class   string   `json:"class"`
	Restore *restore `json:"restore"`
	Size    int64    `json:"size"`
}

// Quick reads the rows of which there may be millions, those of objects in one blob, by their beginning; see store.Quick. Nothing in it is a
// customer's to choose.
func (h *held) Quick(row []byte) bool {
	rest, ok := bytes.CutPrefix(row, []byte(`{"blob":"`))
	if !ok {
		return false
	}
	ref, rest, ok := bytes.Cut(rest, []byte(`","class":"`))
	if !ok {
		return false
	}
	class, rest, ok := bytes.Cut(rest, []byte(`"`))
	if !ok || !bytes.HasPrefix(rest, []byte(`,"seq":`)) || h.Blob.UnmarshalText(ref) != nil {
		return false
	}
	h.Size = h.Blob.Size
	if string(class) == standard {
		h.Class = standard
	} else {
		h.Class = string(class)
	}
	return true
}

// Refs yields every blob that a row names, and adds up what is stored.
func (st *Stock) Refs() iter.Seq2[blob.Ref, error] {
	return func(yield func(blob.Ref, error) bool) {
		more := true
		give := func(ref blob.Ref) bool { more = more && yield(ref, nil); return more }
		err := st.k.View(context.Background(), func(tx *store.Tx) error {
			t := tablesOf(st.k.Rows)
			st.totals = map[shelf]int64{}
			if !st.versions(tx, t.buckets, give) {
				return nil
			}
			for _, p := range t.parts.From(tx, "") {
				if !give(p.Blob) {
					return nil
				}
			}
			for _, ps := range t.extents.From(tx, "") {
				for _, p := range ps {
					if !give(p.Blob) {
						return nil
					}
				}
			}
			return nil
		})
		if err != nil && more {
			yield(blob.Ref{}, fmt.Errorf("cannot read what is stored: %w", err))
		}
	}
}

// versions goes through all objects and older versions.
func (st *Stock) versions(tx *store.Tx, buckets store.Table[bucket], give func(blob.Ref) bool) bool {
	for _, name := range []string{"object", "version"} {
		var b bucket
		last := ""
		for k, h := range store.TableOf[held](st.k.Rows, name, store.Partition).From(tx, "") {
			if !give(h.Blob) {
				return false
			}
			if h.Size == 0 {
				continue
			}
			if in, _, ok := cutBucket(k); ok && in != last {
				b, _ = buckets.Get(tx, in)
				last = in
			}
			st.totals[shelf{b.Account, b.Region, last, h.Class}] += h.Size
			if h.Restore != nil && h.Restore.Copied {
				st.totals[shelf{b.Account, b.Region, last, standard}] += h.Size
			}
		}
	}
	return true
}
