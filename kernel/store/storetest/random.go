package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"unyo/kernel/store"
)

// random does many operations on the store and on a plain map, and compares after each transaction.
func random(t *testing.T, s *store.Store) {
	rows := table(s)
	rng := rand.New(rand.NewPCG(1, 2))
	model := map[string]row{}
	key := func() string {
		b := make([]byte, rng.IntN(4))
		for i := range b {
			b[i] = "\x00\x01ab\xFE\xFF"[rng.IntN(6)]
		}
		return string(b)
	}
	sorted := func(m map[string]row, lo, hi string) []string {
		out := []string{}
		for k := range m {
			if k >= lo && (hi == "" || k < hi) {
				out = append(out, k)
			}
		}
		slices.Sort(out)
		return out
	}
	compare := func(tx *store.Tx, m map[string]row) {
		lo, hi := key(), key()
		if hi != "" && hi < lo {
			lo, hi = hi, lo
		}
		want := sorted(m, lo, hi)
		if got := keysOf(rows.Between(tx, lo, hi)); !slices.Equal(got, want) {
			t.Fatalf("[%q,%q): got %q, want %q", lo, hi, got, want)
		}
		slices.Reverse(want)
		if got := keysOf(rows.Back(tx, lo, hi)); !slices.Equal(got, want) {
			t.Fatalf("back [%q,%q): got %q, want %q", lo, hi, got, want)
		}
		k := key()
		if v, found := rows.Get(tx, k); found != has(m, k) || v != m[k] {
			t.Fatalf("get %q: %v %v", k, v, found)
		}
	}
	rollback := errors.New("rollback")
	for step := range 600 {
		next := map[string]row{}
		for k, v := range model {
			next[k] = v
		}
		abort := rng.IntN(5) == 0
		err := s.Update(Context(Home), func(tx *store.Tx) error {
			if rng.IntN(10) == 0 {
				lo, hi := key(), key()
				if hi == "" || lo < hi {
					rows.Erase(tx, lo, hi)
					for _, k := range sorted(next, lo, hi) {
						delete(next, k)
					}
				}
			}
			for range rng.IntN(12) {
				switch k := key(); rng.IntN(3) {
				case 0:
					rows.Delete(tx, k)
					delete(next, k)
				default:
					v := row{N: step, S: k}
					v.S = fmt.Sprintf("%q", k)
					rows.Put(tx, k, v)
					next[k] = v
				}
				compare(tx, next)
			}
			if abort {
				return rollback
			}
			return nil
		})
		if abort != (err == rollback) {
			t.Fatal(err)
		}
		if !abort {
			model = next
		}
		view(t, s, func(tx *store.Tx) { compare(tx, model) })
	}
}

func has(m map[string]row, k string) bool { _, found := m[k]; return found }

// parallel moves amounts between rows from many goroutines: the sum, read by scans meanwhile, never changes.
func parallel(t *testing.T, s *store.Store) {
	rows := table(s)
	const accounts, amount = 10, 100
	update(t, s, func(tx *store.Tx) {
		for i := range accounts {
			rows.Put(tx, fmt.Sprint(i), row{N: amount})
		}
	})
	sum := func(tx *store.Tx) (n int) {
		for _, v := range rows.From(tx, "") {
			n += v.N
		}
		return n
	}
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range 40 {
				from, to := fmt.Sprint(rng.IntN(accounts)), fmt.Sprint(rng.IntN(accounts))
				var opts []store.Option
				if g%2 == 0 {
					opts = append(opts, store.Relaxed)
				}
				if err := s.Update(Context(Home), func(tx *store.Tx) error {
					if n := sum(tx); n != accounts*amount {
						return fmt.Errorf("an update sees %d", n)
					}
					a, _ := rows.Get(tx, from)
					rows.Put(tx, from, row{N: a.N - 1})
					b, _ := rows.Get(tx, to)
					rows.Put(tx, to, row{N: b.N + 1})
					return nil
				}, opts...); err != nil {
					t.Error(err)
				}
				if err := s.View(Context(Home), func(tx *store.Tx) error {
					if n := sum(tx); n != accounts*amount {
						return fmt.Errorf("a view sees %d", n)
					}
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	ok(t, s.Sync())
}
