package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
)

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
