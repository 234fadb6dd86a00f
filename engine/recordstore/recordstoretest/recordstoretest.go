// Package recordstoretest holds the contract of recordstore.Engine as tests, for every engine.
package recordstoretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// Opened is an engine under test.
type Opened struct {
	recordstore.Engine
	Sweep func() // destroys now what was freed
	Stop  func() // closes it, as an end of the process would
}

// Subject is an engine that can be opened.
type Subject struct {
	// Open opens what is in dir, told what rows hold.
	Open func(t *testing.T, dir string, committed iter.Seq2[blob.Ref, error]) Opened
}

// Run runs the contract.
func Run(t *testing.T, s Subject) {
	for name, test := range map[string]func(*testing.T, *house){
		"RoundTrip": roundTrip, "Part": part, "Names": names, "Free": free, "Pin": pin, "Reopen": reopen, "Clear": clearAll, "Together": together, "Model": model,
	} {
		t.Run(name, func(t *testing.T) {
			h := &house{t: t, s: s, dir: t.TempDir(), rows: map[string]row{}}
			h.open()
			defer func() { h.e.Stop() }()
			test(t, h)
		})
	}
}

// house stands for whoever owns the rows.
type house struct {
	t    *testing.T
	s    Subject
	dir  string
	e    Opened
	rows map[string]row
}

// row is a committed batch.
type row struct {
	place recordstore.Place
	data  []byte
}

func (h *house) open() {
	h.t.Helper()
	h.e = h.s.Open(h.t, h.dir, func(yield func(blob.Ref, error) bool) {
		for _, r := range h.rows {
			if !yield(r.place.Ref, nil) {
				return
			}
		}
	})
}

func (h *house) stage(batches ...recordstore.Batch) []recordstore.Place {
	h.t.Helper()
	places, err := h.e.Stage(context.Background(), batches)
	if err != nil || len(places) != len(batches) {
		h.t.Fatalf("%d places of %d batches: %v", len(places), len(batches), err)
	}
	return places
}

// put stages one batch and commits it as name.
func (h *house) put(name, shard string, data []byte) {
	h.t.Helper()
	h.rows[name] = row{h.stage(recordstore.Batch{Shard: shard, Data: data})[0], data}
}

// read compares rows with what the engine has.
func (h *house) read(names ...string) {
	h.t.Helper()
	var places []recordstore.Place
	for _, n := range names {
		places = append(places, h.rows[n].place)
	}
	at := 0
	for data, err := range h.e.Read(context.Background(), places) {
		if err != nil {
			h.t.Fatalf("%s: %v", names[at], err)
		}
		if want := h.rows[names[at]].data; !bytes.Equal(data, want) {
			h.t.Fatalf("%s: read %d bytes, put %d", names[at], len(data), len(want))
		}
		at++
	}
	if at != len(names) {
		h.t.Fatalf("%d batches of %d", at, len(names))
	}
}

func (h *house) all() []string {
	var names []string
	for n := range h.rows {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// gone says that what a place names is not there any more.
func (h *house) gone(p recordstore.Place) {
	h.t.Helper()
	for _, err := range h.e.Read(context.Background(), []recordstore.Place{p}) {
		if !errors.Is(err, blob.ErrDamaged) {
			h.t.Errorf("%s is still there: %v", p.Ref, err)
		}
	}
}

func noise(n int, seed uint64) []byte {
	b, r := make([]byte, n), rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Batches of all sizes up to the largest put, of several shards, are read in the order in which they are asked for.
func roundTrip(t *testing.T, h *house) {
	var batches []recordstore.Batch
	for i, n := range []int{1, 2, 100, 16 << 10, 1<<20 + 7, 10<<20 + 100<<10, 3} {
		batches = append(batches, recordstore.Batch{Shard: fmt.Sprint("shard", i%3), Data: noise(n, uint64(i))})
	}
	for i, p := range h.stage(batches...) {
		h.rows[fmt.Sprint(i)] = row{p, batches[i].Data}
	}
	h.read("0", "1", "2", "3", "4", "5", "6")
	h.read("6", "3", "5", "0")
}

// A reader that has enough is not brought more.
func part(t *testing.T, h *house) {
	for i := range 10 {
		h.put(fmt.Sprint(i), "s", noise(10, uint64(i)))
	}
	places := []recordstore.Place{h.rows["3"].place, h.rows["4"].place, h.rows["5"].place}
	for data, err := range h.e.Read(context.Background(), places) {
		if err != nil || !bytes.Equal(data, h.rows["3"].data) {
			t.Fatal(err)
		}
		break
	}
	for range h.e.Read(context.Background(), nil) {
		t.Error("something was read of nothing")
	}
}

// A Ref is what rows and the estate's hash take it for, and comes back from its text.
func names(t *testing.T, h *house) {
	form := regexp.MustCompile(`^[0-9]+\.(f|[0-9]+)\.[0-9]+\.[0-9a-f]{16}(\.e)?$`)
	for _, p := range h.stage(recordstore.Batch{Shard: "a", Data: noise(10, 1)}, recordstore.Batch{Shard: "b", Data: noise(1<<20, 2)}) {
		var again blob.Ref
		if err := again.UnmarshalText([]byte(p.Ref.String())); err != nil || again != p.Ref || !form.MatchString(p.Ref.String()) {
			t.Errorf("%s: %v, %v", p.Ref, again, err)
		}
	}
}

// What was discarded or freed takes nothing with it, and is gone when all around it is.
func free(t *testing.T, h *house) {
	for i := range 20 {
		h.put(fmt.Sprint(i), fmt.Sprint(i%2), noise(1000, uint64(i)))
	}
	dropped := h.stage(recordstore.Batch{Shard: "0", Data: noise(50, 99)}, recordstore.Batch{Shard: "1", Data: noise(50, 98)})
	if err := h.e.Discard(recordstore.Refs(dropped)...); err != nil {
		t.Fatal(err)
	}
	var old []recordstore.Place
	for i := range 10 {
		old = append(old, h.rows[fmt.Sprint(i)].place)
		h.e.Free(recordstore.Refs(old[i:])...)
		delete(h.rows, fmt.Sprint(i))
	}
	h.e.Sweep()
	h.read(h.all()...)
	for _, n := range h.all() {
		old = append(old, h.rows[n].place)
		h.e.Free(h.rows[n].place.Ref)
	}
	h.e.Sweep()
	for _, p := range old {
		h.gone(p)
	}
	h.put("later", "0", noise(10, 7))
	h.read("later")
}

// What was freed after a reader began stays until it has read.
func pin(t *testing.T, h *house) {
	h.put("a", "s", noise(1000, 1))
	release := h.e.Pin()
	h.e.Free(h.rows["a"].place.Ref)
	h.e.Sweep()
	h.read("a")
	release()
	release()
	h.e.Sweep()
	h.gone(h.rows["a"].place)
}

// What rows name outlives the process; what they do not hinders nobody.
func reopen(t *testing.T, h *house) {
	for i := range 10 {
		h.put(fmt.Sprint("a", i), "s", noise(100, uint64(i)))
		h.stage(recordstore.Batch{Shard: "s", Data: noise(100, 50)})
	}
	h.e.Stop()
	h.open()
	h.read(h.all()...)
	h.put("b", "s", noise(100, 60))
	h.read("b", "a3", "a9")
}

// After Clear nothing is named any more, and new batches are kept as ever.
func clearAll(t *testing.T, h *house) {
	h.put("a", "s", noise(100, 1))
	old := h.rows["a"].place.Ref
	delete(h.rows, "a")
	if err := h.e.Clear(); err != nil {
		t.Fatal(err)
	}
	h.put("b", "s", noise(100, 2))
	h.e.Free(old) // of a call that was under way
	h.e.Sweep()
	h.read("b")
	h.e.Stop()
	h.open()
	h.read("b")
}

// Many writers and readers at once: everybody reads what was put.
func together(t *testing.T, h *house) {
	var wg sync.WaitGroup
	for w := range uint64(16) {
		wg.Go(func() {
			var places []recordstore.Place
			var want [][]byte
			for i := range uint64(20) {
				batches := []recordstore.Batch{{Shard: "common", Data: noise(300, w*1000+i)}, {Shard: fmt.Sprint(w), Data: noise(2000, w*1000+i+500)}}
				got, err := h.e.Stage(context.Background(), batches)
				if err != nil {
					t.Error(err)
					return
				}
				places, want = append(places, got...), append(want, batches[0].Data, batches[1].Data)
			}
			defer h.e.Pin()()
			at := 0
			for data, err := range h.e.Read(context.Background(), places) {
				if err != nil || !bytes.Equal(data, want[at]) {
					t.Errorf("writer %d, batch %d: %v", w, at, err)
					return
				}
				at++
			}
		})
	}
	wg.Wait()
}

// Random puts, frees, discards and restarts against a map.
func model(t *testing.T, h *house) {
	r := rand.New(rand.NewPCG(7, 7))
	for step := range 300 {
		switch n := r.IntN(20); {
		case n < 12:
			var batches []recordstore.Batch
			for i := range 1 + r.IntN(4) {
				batches = append(batches, recordstore.Batch{Shard: fmt.Sprint(r.IntN(5)), Data: noise(1+r.IntN(3000), uint64(step*10+i))})
			}
			places := h.stage(batches...)
			if r.IntN(5) == 0 {
				if err := h.e.Discard(recordstore.Refs(places)...); err != nil {
					t.Fatal(err)
				}
				continue
			}
			h.commit(step, places, batches)
		case n < 17:
			h.expire(r)
		case n == 17:
			h.e.Sweep()
		case step%5 == 0:
			h.e.Stop()
			h.open()
		}
		if step%10 == 0 {
			h.read(h.all()...)
		}
	}
}

func (h *house) commit(step int, places []recordstore.Place, batches []recordstore.Batch) {
	for i, p := range places {
		h.rows[fmt.Sprintf("%04d/%d", step, i)] = row{p, batches[i].Data}
	}
}

// expire frees the oldest put, or any one: all that was staged with it.
func (h *house) expire(r *rand.Rand) {
	names := h.all()
	if len(names) == 0 {
		return
	}
	victim := names[0]
	if r.IntN(3) == 0 {
		victim = names[r.IntN(len(names))]
	}
	var places []recordstore.Place
	for _, n := range names {
		if n[:4] == victim[:4] {
			places = append(places, h.rows[n].place)
			delete(h.rows, n)
		}
	}
	h.e.Free(recordstore.Refs(places)...)
}
