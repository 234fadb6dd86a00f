package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"unyo/kernel/store"
)

// Lost updates: everyone reads, adds one, writes.
func increments(t *testing.T, s *store.Store) {
	rows := table(s)
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if err := s.Update(Context(Home), func(tx *store.Tx) error {
					v, _ := rows.Get(tx, "n")
					rows.Put(tx, "n", row{N: v.N + 1})
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx *store.Tx) {
		if v, _ := rows.Get(tx, "n"); v.N != writers*each {
			t.Errorf("%d of %d", v.N, writers*each)
		}
	})
}

// beside runs other within the first run of fn, so that it commits between fn's reads and its commit. It returns how
// often fn ran.
func beside(t *testing.T, s *store.Store, fn, other func(tx *store.Tx)) (runs int) {
	t.Helper()
	update(t, s, func(tx *store.Tx) {
		runs++
		fn(tx)
		if runs == 1 {
			done := make(chan error)
			go func() { done <- s.Update(Context(Home), func(tx *store.Tx) error { other(tx); return nil }) }()
			ok(t, <-done)
		}
	})
	return runs
}

func writeSkew(t *testing.T, s *store.Store) {
	rows := table(s)
	on := func(tx *store.Tx, mine, yours string) { // one of the two must stay
		if rows.Has(tx, yours) {
			rows.Delete(tx, mine)
		}
	}
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "x", row{}); rows.Put(tx, "y", row{}) })
	runs := beside(t, s, func(tx *store.Tx) { on(tx, "x", "y") }, func(tx *store.Tx) { on(tx, "y", "x") })
	view(t, s, func(tx *store.Tx) {
		if got := keysOf(rows.From(tx, "")); len(got) != 1 || runs != 2 {
			t.Errorf("%q after %d runs", got, runs)
		}
	})
	if runs := beside(t, s, func(tx *store.Tx) { rows.Put(tx, "blind", row{}) }, func(tx *store.Tx) { rows.Put(tx, "blind", row{}) }); runs != 1 {
		t.Errorf("what was not read made a conflict")
	}
	if runs := beside(t, s, func(tx *store.Tx) { rows.Get(tx, "p"); rows.Put(tx, "q", row{}) }, func(tx *store.Tx) { rows.Put(tx, "r", row{}) }); runs != 1 {
		t.Errorf("another row made a conflict")
	}
}

func phantom(t *testing.T, s *store.Store) {
	rows := table(s)
	take := func(tx *store.Tx) { // the first free number
		n := len(keysOf(rows.Prefix(tx, "p/", "")))
		rows.Put(tx, fmt.Sprintf("p/%d", n), row{})
	}
	if runs := beside(t, s, take, take); runs != 2 {
		t.Errorf("%d runs", runs)
	}
	view(t, s, func(tx *store.Tx) {
		if got := keysOf(rows.Prefix(tx, "p/", "")); !slices.Equal(got, []string{"p/0", "p/1"}) {
			t.Errorf("%q", got)
		}
	})
	outside := func(tx *store.Tx) { rows.Put(tx, "o/1", row{}) }
	if runs := beside(t, s, take, outside); runs != 1 {
		t.Error("a row outside of the range made a conflict")
	}
}

// A walk that stops early has read only what it walked over.
func beyondStop(t *testing.T, s *store.Store) {
	rows := table(s)
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "b", row{}); rows.Put(tx, "d", row{}) })
	first := func(tx *store.Tx) {
		rows.First(tx, "")
		rows.Put(tx, "x", row{})
	}
	last := func(tx *store.Tx) {
		rows.Last(tx, "")
		rows.Put(tx, "c", row{})
	}
	put := func(k string) func(*store.Tx) { return func(tx *store.Tx) { rows.Put(tx, k, row{}) } }
	for _, c := range []struct {
		name   string
		reader func(*store.Tx)
		key    string
		runs   int
	}{{"behind first", first, "c", 1}, {"before first", first, "a", 2}, {"before last", last, "bb", 1}, {"behind last", last, "y", 2}} {
		if runs := beside(t, s, c.reader, put(c.key)); runs != c.runs {
			t.Errorf("%s: %d runs, want %d", c.name, runs, c.runs)
		}
	}
}

// A transaction that always loses gets through in the end.
func loser(t *testing.T, s *store.Store) {
	rows := table(s)
	runs := 0
	update(t, s, func(tx *store.Tx) {
		runs++
		v, _ := rows.Get(tx, "n")
		rows.Put(tx, "n", row{N: v.N + 1000})
		if runs > 100 {
			return
		}
		done := make(chan error, 1)
		go func() {
			done <- s.Update(Context(Home), func(tx *store.Tx) error {
				v, _ := rows.Get(tx, "n")
				rows.Put(tx, "n", row{N: v.N + 1})
				return nil
			})
		}()
		if runs <= 8 { // while others can commit
			ok(t, <-done)
		}
	})
	if runs != 9 {
		t.Errorf("%d runs", runs)
	}
}

func snapshot(t *testing.T, s *store.Store) {
	rows := table(s)
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "a", row{N: 1}); rows.Put(tx, "b", row{N: 1}) })
	view(t, s, func(tx *store.Tx) {
		a, _ := rows.Get(tx, "a")
		done := make(chan error)
		go func() {
			done <- s.Update(Context(Home), func(tx *store.Tx) error {
				rows.Put(tx, "a", row{N: 2})
				rows.Put(tx, "b", row{N: 2})
				rows.Put(tx, "c", row{N: 2})
				return nil
			})
		}()
		ok(t, <-done)
		b, _ := rows.Get(tx, "b")
		if a.N != b.N || rows.Has(tx, "c") || len(keysOf(rows.From(tx, ""))) != 2 {
			t.Errorf("the snapshot moved: %v %v", a, b)
		}
	})
}

func erase(t *testing.T, s *store.Store) {
	rows := table(s)
	other := store.TableOf[row](s.Space("demo"), "sow", store.Regional)
	for part := range 3 {
		update(t, s, func(tx *store.Tx) {
			for i := range 900 {
				rows.Put(tx, fmt.Sprintf("%04d", part*900+i), row{})
			}
		})
	}
	update(t, s, func(tx *store.Tx) {
		other.Put(tx, "", row{})
		rows.Erase(tx, "0010", "2690")
		rows.Put(tx, "1000", row{N: 1})
		if got := keysOf(rows.From(tx, "0008")); len(got) != 12 || got[0] != "0009" || got[1] != "1000" || got[2] != "2690" {
			t.Errorf("within: %q", got)
		}
		if rows.Has(tx, "2000") || !rows.Has(tx, "1000") {
			t.Error("own range is not seen")
		}
	})
	view(t, s, func(tx *store.Tx) {
		if got := keysOf(rows.From(tx, "")); len(got) != 21 {
			t.Errorf("after: %q", got)
		}
	})
	update(t, s, func(tx *store.Tx) { rows.Erase(tx, "", "") })
	view(t, s, func(tx *store.Tx) {
		if got := keysOf(rows.From(tx, "")); len(got) != 0 || !other.Has(tx, "") {
			t.Errorf("after all: %q", got)
		}
	})
}

func eraseConflict(t *testing.T, s *store.Store) {
	rows := table(s)
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "m", row{N: 1}); rows.Put(tx, "z", row{N: 1}) })
	wipe := func(tx *store.Tx) { rows.Erase(tx, "l", "n") }
	for _, c := range []struct {
		name string
		read func(tx *store.Tx)
		runs int
	}{
		{"row", func(tx *store.Tx) { rows.Get(tx, "m"); rows.Put(tx, "x", row{}) }, 2},
		{"range", func(tx *store.Tx) { keysOf(rows.From(tx, "")); rows.Put(tx, "x", row{}) }, 2},
		{"elsewhere", func(tx *store.Tx) { rows.Get(tx, "z"); keysOf(rows.Prefix(tx, "y", "")); rows.Put(tx, "x", row{}) }, 1},
	} {
		if runs := beside(t, s, c.read, wipe); runs != c.runs {
			t.Errorf("%s: %d runs", c.name, runs)
		}
	}
}

func stamps(t *testing.T, s *store.Store) {
	rows := table(s)
	put := func(tx *store.Tx, id, name string) {
		r := rows.Row(tx, "", row{S: name})
		tx.Stamp(store.Jobs, id, 100, func(n uint64) []store.Write {
			return []store.Write{{Key: r.Key + fmt.Sprintf("%03d", n), Value: r.Value}}
		})
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if err := s.Update(Context(Home), func(tx *store.Tx) error { put(tx, "", "x"); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	update(t, s, func(tx *store.Tx) {
		put(tx, "id", "replaced")
		put(tx, "", "y")
		put(tx, "id", "z")
		put(tx, "gone", "gone")
		if !tx.Unstamp("gone") || tx.Unstamp("never") {
			t.Error("Unstamp")
		}
	})
	view(t, s, func(tx *store.Tx) {
		n := 0
		for k, v := range rows.From(tx, "") {
			if n++; k != fmt.Sprintf("%03d", n) {
				t.Fatalf("number %d is %s", n, k)
			}
			if want := map[int]string{81: "y", 82: "z"}[n]; n > 80 && v.S != want {
				t.Errorf("%d: %s", n, v.S)
			}
		}
		if n != 82 || s.Mark().Counters[store.Jobs] != 82 {
			t.Errorf("%d rows, counter %d", n, s.Mark().Counters[store.Jobs])
		}
	})
}

// A transaction that is older than what the sequencer remembers of commits must not slip through.
func longTransaction(t *testing.T, s *store.Store) { outlive(t, s, 4200, 0) }

// Nor one that is older than what it remembers of writes.
func wideTransactions(t *testing.T, s *store.Store) { outlive(t, s, 80, store.MaxRows-1) }

func outlive(t *testing.T, s *store.Store, commits, width int) {
	rows := table(s)
	runs := 0
	update(t, s, func(tx *store.Tx) {
		runs++
		v, _ := rows.Get(tx, "n")
		if runs == 1 {
			for i := range commits {
				done := make(chan error, 1)
				go func() {
					done <- s.Update(Context(Home), func(tx *store.Tx) error {
						rows.Put(tx, map[bool]string{true: "n", false: "other"}[i == 0], row{N: 5})
						for j := range width {
							rows.Put(tx, fmt.Sprint(j), row{})
						}
						return nil
					}, store.Relaxed)
				}()
				ok(t, <-done)
			}
		}
		rows.Put(tx, "n", row{N: v.N + 1})
	})
	view(t, s, func(tx *store.Tx) {
		if v, _ := rows.Get(tx, "n"); v.N != 6 || runs != 2 {
			t.Errorf("%d after %d runs", v.N, runs)
		}
	})
}
