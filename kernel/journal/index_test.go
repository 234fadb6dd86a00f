package journal_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

func words(e *journal.Entry) []string {
	if e.Call == nil {
		return nil
	}
	return []string{"all", e.Call.Operation}
}

// What the index finds is what reading everything finds: in both directions, from anywhere, indexed or not yet, also after a restart and
// after the oldest entries have gone.
func TestIndex(t *testing.T) {
	disk := vfs.NewMem()
	k := open(t, disk)
	x := k.Journal.Index(words)
	r := rand.New(rand.NewPCG(1, 2))
	check := func() {
		t.Helper()
		for _, word := range []string{"all", "Op0", "Op7", "Never"} {
			at := uint64(r.IntN(2000))
			ok(t, k.Store.View(t.Context(), func(tx *store.Tx) error {
				var want, back, on []uint64
				for e := range k.Journal.Scan(tx, 0) {
					if slices.Contains(words(&e), word) {
						want = append(want, e.Seq)
					}
				}
				for e := range x.Before(tx, word, at) {
					back = append(back, e.Seq)
				}
				for e := range x.After(tx, word, at) {
					on = append(on, e.Seq)
				}
				slices.Reverse(back)
				i, found := slices.BinarySearch(want, at)
				below, above := want[:i], want[i:]
				if found {
					above = want[i+1:]
				}
				if at == 0 {
					below = want
				}
				if !slices.Equal(back, below) || !slices.Equal(on, above) {
					t.Errorf("%s around %d: %d before and %d after, want %d and %d", word, at, len(back), len(on), len(below), len(above))
				}
				return nil
			}))
		}
	}
	for i := range 1500 {
		if r.IntN(10) == 0 {
			change(t, k, "c", "Changed")
		}
		ok(t, k.Journal.Record(as(k, fmt.Sprint("r", i)), journal.Call{RequestID: fmt.Sprint("r", i), Operation: fmt.Sprint("Op", r.IntN(10))}))
		if i%200 == 0 {
			check()
			ok(t, x.Extend(t.Context()))
			check()
			advance(t, k, 20*24*time.Hour)
		}
		if i == 900 {
			ok(t, k.Close())
			k = open(t, disk)
			x = k.Journal.Index(words)
		}
	}
	check()
}

// Near finds the first entry at an instant or after it.
func TestNear(t *testing.T) {
	k := open(t, nil)
	for range 10 {
		record(t, k, "r")
		record(t, k, "r")
		advance(t, k, time.Hour)
	}
	for hours, want := range map[int]uint64{-1: 1, 0: 1, 1: 3, 9: 19, 10: 21} {
		ok(t, k.Store.View(t.Context(), func(tx *store.Tx) error {
			if got := k.Journal.Near(tx, begin.Add(time.Duration(hours)*time.Hour)); got != want {
				t.Errorf("at hour %d: %d, want %d", hours, got, want)
			}
			return nil
		}))
	}
}

func BenchmarkIndex(b *testing.B) {
	k, err := kernel.Open(kernel.Options{Dir: b.TempDir(), Held: true, Start: begin, Seed: 1})
	ok(b, err)
	defer k.Close()
	x := k.Journal.Index(words)
	const n = 200_000
	for i := range n {
		op := "Op"
		if i == 1000 {
			op = "Rare"
		}
		ok(b, k.Journal.Record(as(k, "r"), journal.Call{RequestID: "r", Operation: op, Service: "iam", Account: "111111111111"}))
	}
	begin := time.Now()
	ok(b, x.Extend(b.Context()))
	b.Logf("%d entries indexed in %s", n, time.Since(begin))
	for b.Loop() {
		found := 0
		ok(b, k.Store.View(b.Context(), func(tx *store.Tx) error {
			for range x.Before(tx, "Rare", 0) {
				found++
			}
			return nil
		}))
		if found != 1 {
			b.Fatal(found)
		}
	}
}
