package logstoretest

import (
	"slices"
	"sync"

	"unyo/engine/logstore"
	"unyo/engine/shaped"
)

// checkSweep sweeps over what there was at some batch, which must give what the model has, and count what lies around it.
func (b *bench) checkSweep(f logstore.Filter) {
	b.t.Helper()
	last := uint64(0)
	for _, e := range b.model.events {
		if last = max(last, e.pos.Seq); b.r.IntN(100) == 0 {
			break
		}
	}
	late := func(e event) bool { return e.pos.Seq > last }
	want := slices.DeleteFunc(b.model.scan(f), late)
	oldest := b.r.IntN(2) == 0
	var got []event
	var mu sync.Mutex
	swept, err := logstore.Sweep(b.t.Context(), b.store, group, logstore.Sweeping{Filter: f, Last: last, Workers: 3, Oldest: oldest}, func(worker int, events []logstore.Event, _ shaped.Block) error {
		mu.Lock()
		defer mu.Unlock()
		for i := range events {
			e := &events[i]
			got = append(got, event{e.Position(), e.Stream, e.Ingestion, string(e.Message)})
		}
		return nil
	})
	if err != nil {
		b.t.Fatalf("Sweep: %v", err)
	}
	slices.SortFunc(got, func(a, b event) int { return a.pos.Compare(b.pos) })
	if !slices.Equal(got, want) {
		b.t.Fatalf("Sweep %+v up to %d: %d events, want %d\ngot  %v\nwant %v", f, last, len(got), len(want), head(got), head(want))
	}
	f.Contains = nil
	around := logstore.Swept{}
	for _, e := range slices.DeleteFunc(b.model.scan(f), late) {
		around.Events++
		around.Bytes += int64(len(e.message))
	}
	if swept != around {
		b.t.Fatalf("Sweep %+v up to %d counts %+v, want %+v", f, last, swept, around)
	}
}
