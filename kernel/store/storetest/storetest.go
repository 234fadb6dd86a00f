// Package storetest is the contract of a store engine, as tests: what a service may rely on wherever its rows lie.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
)

// Home is the account and region of the contract's transactions.
var Home = call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}

// Context is a context of a call in scope.
func Context(scope call.Scope) context.Context {
	return call.With(context.Background(), &call.Call{Scope: scope, Serial: 1})
}

// Run proves an engine. open returns a fresh and empty one each time.
func Run(t *testing.T, open func(t *testing.T) store.Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *store.Store)
	}{
		{"Rows", rows}, {"Order", order}, {"OwnWrites", ownWrites}, {"Scopes", scopes}, {"Limits", limits}, {"Errors", errorsWriteNothing},
		{"Increments", increments}, {"WriteSkew", writeSkew}, {"Phantom", phantom}, {"PhantomBehindTheEnd", beyondStop},
		{"Loser", loser}, {"Snapshot", snapshot}, {"Erase", erase}, {"EraseConflict", eraseConflict}, {"Stamps", stamps},
		{"Random", random}, {"Parallel", parallel}, {"After", after}, {"Clear", clearAll}, {"LongTransaction", longTransaction}, {"WideTransactions", wideTransactions},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := store.New(open(t), store.Options{})
			ok(t, err)
			c.test(t, s)
			ok(t, s.Close())
		})
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type row struct {
	N int    `json:"n"`
	S string `json:"s,omitempty"`
}

func table(s *store.Store) store.Table[row] {
	return store.TableOf[row](s.Space("demo"), "row", store.Regional)
}

func update(t testing.TB, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	ok(t, s.Update(Context(Home), func(tx *store.Tx) error { fn(tx); return nil }))
}

func view(t testing.TB, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	ok(t, s.View(Context(Home), func(tx *store.Tx) error { fn(tx); return nil }))
}

func rows(t *testing.T, s *store.Store) {
	rows := table(s)
	update(t, s, func(tx *store.Tx) {
		rows.Put(tx, "a", row{1, "x"})
		rows.Put(tx, "b", row{2, "y"})
	})
	update(t, s, func(tx *store.Tx) {
		rows.Put(tx, "a", row{3, "z"})
		rows.Delete(tx, "b")
		rows.Delete(tx, "never was")
	})
	view(t, s, func(tx *store.Tx) {
		if v, found := rows.Get(tx, "a"); !found || v != (row{3, "z"}) {
			t.Errorf("a: %v %v", v, found)
		}
		if _, found := rows.Get(tx, "b"); found || rows.Has(tx, "b") {
			t.Error("b is still there")
		}
	})
}

// awkward are keys whose order goes wrong where bytes are escaped or compared as text.
var awkward = []string{"", "\x00", "\x00\x00", "\x00\x01", "\x00\xFF", "\x01", "a", "a\x00", "a\x00b", "a\x01", "a/", "a/b", "ab", "b", "z\xFF", "é", "\xFE", "\xFF", "\xFF\xFF", "\xFF\xFFa"}

func order(t *testing.T, s *store.Store) {
	rows := table(s)
	want := slices.Sorted(slices.Values(awkward))
	other := store.TableOf[row](s.Space("demo"), "row2", store.Regional)
	update(t, s, func(tx *store.Tx) {
		for i, k := range awkward {
			rows.Put(tx, k, row{N: i})
			other.Put(tx, k, row{N: i})
		}
	})
	view(t, s, func(tx *store.Tx) {
		check := func(what string, got, want []string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", what, got, want)
			}
		}
		check("From", keysOf(rows.From(tx, "")), want)
		back := slices.Clone(want)
		slices.Reverse(back)
		check("Back", keysOf(rows.Back(tx, "", "")), back)
		for _, p := range append(awkward, "c") {
			has := func(k string) bool { return strings.HasPrefix(k, p) }
			check(fmt.Sprintf("Prefix %q", p), keysOf(rows.Prefix(tx, p, "")), filter(want, has))
			check(fmt.Sprintf("From %q", p), keysOf(rows.From(tx, p)), filter(want, func(k string) bool { return k > p || p == "" }))
			check(fmt.Sprintf("Prefix a from %q", p), keysOf(rows.Prefix(tx, "a", p)),
				filter(want, func(k string) bool { return strings.HasPrefix(k, "a") && (k > p || p == "") }))
			k, _, found := rows.Last(tx, p)
			if with := filter(want, has); found != (len(with) > 0) || found && k != with[len(with)-1] {
				t.Errorf("Last %q: %q %v", p, k, found)
			}
			k, _, found = rows.First(tx, p)
			if with := filter(want, has); found != (len(with) > 0) || found && k != with[0] {
				t.Errorf("First %q: %q %v", p, k, found)
			}
		}
	})
}

func keysOf(seq func(func(string, row) bool)) []string {
	out := []string{}
	for k := range seq {
		out = append(out, k)
	}
	return out
}

func filter(in []string, keep func(string) bool) []string {
	out := []string{}
	for _, k := range in {
		if keep(k) {
			out = append(out, k)
		}
	}
	return out
}

func ownWrites(t *testing.T, s *store.Store) {
	rows := table(s)
	update(t, s, func(tx *store.Tx) {
		for _, k := range []string{"b", "d", "f"} {
			rows.Put(tx, k, row{N: 1})
		}
	})
	update(t, s, func(tx *store.Tx) {
		rows.Put(tx, "a", row{N: 2})
		rows.Put(tx, "d", row{N: 2})
		rows.Put(tx, "e", row{N: 2})
		rows.Delete(tx, "f")
		rows.Delete(tx, "e")
		rows.Put(tx, "g", row{N: 2})
		if got := keysOf(rows.From(tx, "")); !slices.Equal(got, []string{"a", "b", "d", "g"}) {
			t.Errorf("forwards %q", got)
		}
		if got := keysOf(rows.Back(tx, "", "")); !slices.Equal(got, []string{"g", "d", "b", "a"}) {
			t.Errorf("backwards %q", got)
		}
		if v, _ := rows.Get(tx, "d"); v.N != 2 {
			t.Errorf("d: %v", v)
		}
		for k := range rows.From(tx, "") { // deleting while walking, and putting ahead
			rows.Delete(tx, k)
			if k == "a" {
				rows.Put(tx, "c", row{N: 3})
			}
		}
		if got := keysOf(rows.From(tx, "")); len(got) != 0 {
			t.Errorf("left after deleting: %q", got)
		}
	})
}

func scopes(t *testing.T, s *store.Store) {
	regional := table(s)
	account := store.TableOf[row](s.Space("demo"), "account", store.PerAccount)
	whole := store.TableOf[row](s.Space("demo"), "whole", store.Partition)
	other := store.TableOf[row](s.Space("other"), "row", store.Regional)
	paris := call.Scope{Partition: "aws", Account: Home.Account, Region: "eu-west-3"}
	bob := call.Scope{Partition: "aws", Account: "222222222222", Region: Home.Region}
	update(t, s, func(tx *store.Tx) {
		regional.Put(tx, "k", row{N: 1})
		account.Put(tx, "k", row{N: 1})
		whole.Put(tx, "k", row{N: 1})
		regional.Put(tx.In(bob), "k", row{N: 2})
	})
	for _, c := range []struct {
		scope                    call.Scope
		regional, account, whole bool
	}{{Home, true, true, true}, {paris, false, true, true}, {bob, true, false, true}} {
		ok(t, s.View(Context(c.scope), func(tx *store.Tx) error {
			if got := regional.Has(tx, "k"); got != c.regional {
				t.Errorf("%v regional %v", c.scope, got)
			}
			if got := account.Has(tx, "k"); got != c.account {
				t.Errorf("%v account %v", c.scope, got)
			}
			if got := whole.Has(tx, "k"); got != c.whole {
				t.Errorf("%v whole %v", c.scope, got)
			}
			if other.Has(tx, "k") {
				t.Error("another service's row is seen")
			}
			var all []call.Scope
			for k := range regional.AllScopes(tx) {
				all = append(all, k.Scope)
			}
			if !slices.Equal(all, []call.Scope{Home, bob}) {
				t.Errorf("all scopes %v", all)
			}
			return nil
		}))
	}
}

func limits(t *testing.T, s *store.Store) {
	rows := table(s)
	big := strings.Repeat("x", store.MaxValue-100)
	for name, fn := range map[string]func(tx *store.Tx){
		"key":   func(tx *store.Tx) { rows.Put(tx, strings.Repeat("k", store.MaxKey+1), row{}) },
		"get":   func(tx *store.Tx) { rows.Get(tx, strings.Repeat("k", store.MaxKey+1)) },
		"value": func(tx *store.Tx) { rows.Put(tx, "k", row{S: big + big}) },
		"rows": func(tx *store.Tx) {
			for i := range store.MaxRows + 1 {
				rows.Put(tx, fmt.Sprint(i), row{})
			}
		},
		"bytes": func(tx *store.Tx) {
			for i := range store.MaxBytes/len(big) + 1 {
				rows.Put(tx, fmt.Sprint(i), row{S: big})
			}
		},
	} {
		err := s.Update(Context(Home), func(tx *store.Tx) error {
			rows.Put(tx, "first", row{})
			fn(tx)
			t.Errorf("%s: went on", name)
			return nil
		})
		if !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	view(t, s, func(tx *store.Tx) {
		if got := keysOf(rows.From(tx, "")); len(got) != 0 {
			t.Errorf("written all the same: %q", got)
		}
	})
	update(t, s, func(tx *store.Tx) { // just within
		rows.Put(tx, strings.Repeat("k", store.MaxKey), row{S: big})
		for i := range store.MaxRows - 1 {
			rows.Put(tx, fmt.Sprint(i), row{})
		}
	})
}

func errorsWriteNothing(t *testing.T, s *store.Store) {
	rows := table(s)
	mine := errors.New("mine")
	err := s.Update(Context(Home), func(tx *store.Tx) error {
		rows.Put(tx, "k", row{N: 1})
		return mine
	})
	if err != mine {
		t.Errorf("error became %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Update(Context(Home), func(tx *store.Tx) error {
			rows.Put(tx, "k", row{N: 1})
			panic("mine")
		})
	}()
	ctx, cancel := context.WithCancel(Context(Home))
	cancel()
	if err := s.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "k", row{}); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	view(t, s, func(tx *store.Tx) {
		if rows.Has(tx, "k") {
			t.Error("written all the same")
		}
	})
}

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

// after runs exactly when the transaction has happened.
func after(t *testing.T, s *store.Store) {
	rows := table(s)
	n := 0
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}); tx.After(func() { n++ }) })
	if err := s.Update(Context(Home), func(tx *store.Tx) error {
		tx.After(func() { n += 100 })
		return errors.New("no")
	}); err == nil {
		t.Error("no error")
	}
	if n != 1 {
		t.Errorf("ran %d times", n)
	}
}

func clearAll(t *testing.T, s *store.Store) {
	rows := table(s)
	empty, err := s.Hash(t.Context())
	ok(t, err)
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}) })
	full, err := s.Hash(t.Context())
	ok(t, err)
	ok(t, s.Clear())
	again, err := s.Hash(t.Context())
	ok(t, err)
	if full == empty || again != empty {
		t.Errorf("hashes %s %s %s", empty, full, again)
	}
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}) })
	if h, _ := s.Hash(t.Context()); h != full {
		t.Error("same rows, another hash")
	}
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
