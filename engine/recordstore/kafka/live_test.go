package kafka

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// The floor is never above an offset that is named, and not far below the lowest.
func TestFloor(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := &Store{parts: make([]part, 1)}
	named := map[int64]int{}
	ref := func(offset int64) blob.Ref { return blob.Ref{File: 1, Offset: offset} }
	end, cut := int64(0), int64(0)
	for step := range 20_000 {
		switch r.IntN(5) {
		case 0, 1, 2: // sometimes a little out of order
			offset := max(end-int64(r.IntN(3)), cut)
			end = max(end, offset) + int64(r.IntN(40))
			if !s.know(ref(offset)) {
				t.Fatalf("step %d: %d is not known above %d", step, offset, cut)
			}
			named[offset]++
		default:
			for range r.IntN(4) {
				for offset := range named {
					s.forget(ref(offset))
					if named[offset]--; named[offset] == 0 {
						delete(named, offset)
					}
					break
				}
			}
		}
		lowest := s.parts[0].top
		for offset := range named {
			lowest = min(lowest, offset)
		}
		floor := s.parts[0].floor()
		if floor > lowest || floor < lowest-stretch {
			t.Fatalf("step %d: floor %d, lowest %d", step, floor, lowest)
		}
		if r.IntN(100) == 0 {
			cut = max(cut, floor)
			s.parts[0].cut = cut
		}
	}
	if cut == 0 {
		t.Fatal("nothing was cut")
	}
	if s.know(ref(cut - 1)) {
		t.Error("what was cut off is known")
	}
}

// A partition is cut off as its oldest go, also by the next process, and when the cluster was away when it was to be done.
func TestCut(t *testing.T) {
	cluster, address := fake(t)
	dir := t.TempDir()
	failures := 0
	o := Options{Patience: time.Second, Failed: func(error) { failures++ }}
	s := open(t, dir, address+"?partitions=1", none, o)
	var places []recordstore.Place
	for i := range 3000 {
		places = append(places, put(t, s, "s", fmt.Sprint(i)))
	}
	start := func(s *Store) int64 { return cluster.PartitionInfo(s.topic.Name, 0).LogStartOffset }
	free := func(s *Store, n int) {
		s.Free(recordstore.Refs(places[:n])...)
		places = places[n:]
		s.Sweep()
	}
	free(s, 1000)
	if at := start(s); at != 0 {
		t.Errorf("cut at %d", at)
	}
	free(s, 100)
	if at := start(s); at != stretch {
		t.Errorf("cut at %d, want %d", at, stretch)
	}
	must(t, s.Close())
	s = open(t, dir, address, func(yield func(blob.Ref, error) bool) {
		for _, p := range places {
			if !yield(p.Ref, nil) {
				return
			}
		}
	}, o)
	var away atomic.Bool
	away.Store(true)
	cluster.ControlKey(int16(kmsg.DeleteRecords), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		return nil, errors.New("away"), away.Load()
	})
	free(s, 1000)
	if at := start(s); at != stretch || failures == 0 {
		t.Errorf("cut at %d while the cluster was away, %d failures", at, failures)
	}
	away.Store(false)
	free(s, 1)
	if at := start(s); at != 2*stretch {
		t.Errorf("cut at %d, want %d", at, 2*stretch)
	}
	if list, err := read(s, places...); err != nil || len(list) != len(places) {
		t.Errorf("%d batches of %d: %v", len(list), len(places), err)
	}
	must(t, s.Close())
}
