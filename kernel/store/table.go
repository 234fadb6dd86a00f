package store

import (
	"iter"
	"strings"

	"unyo/base/must"
)

// Table is a service's rows of one kind. Its methods take the account and region from tx.
//
// What does not depend on the rows' type is done by rows: the compiler makes the methods of a Table anew for each type.
type Table[T any] struct{ rows rows }

// TableOf returns the table of sp with the given name. Tables are values; making one writes nothing.
func TableOf[T any](sp *Space, name string, reach Reach) Table[T] {
	must.Hold(sp.service != "" && name != "" && !strings.Contains(sp.service+name, "\x00"), "bad table name %q/%q", sp.service, name)
	return Table[T]{rows{sp.service, name, reach}}
}

// Get returns the row under key; false when there is none.
func (t Table[T]) Get(tx *Tx, key string) (v T, ok bool) {
	ok = t.rows.get(tx, key, &v)
	return v, ok
}

// Has reports whether there is a row under key, without decoding it.
func (t Table[T]) Has(tx *Tx, key string) bool { return t.rows.has(tx, key) }

// Rest has tx run again if another transaction changes the row under key before it commits, as if it had read it.
func (t Table[T]) Rest(tx *Tx, key string) { tx.rest(t.rows.full(tx, key)) }

// Put writes the row under key, over what was there.
func (t Table[T]) Put(tx *Tx, key string, v T) { t.rows.put(tx, key, v) }

// Delete removes the row under key, if there is one.
func (t Table[T]) Delete(tx *Tx, key string) { t.rows.delete(tx, key) }

// Erase removes all rows with lo <= key < hi in one step, however many; hi "" means to the end.
// The transaction must not have written to any of them before.
func (t Table[T]) Erase(tx *Tx, lo, hi string) { t.rows.erase(tx, lo, hi) }

// Row is the write of one row, for Stamp.
func (t Table[T]) Row(tx *Tx, key string, v T) Write { return t.rows.row(tx, key, v) }

// From visits the rows behind key after, in key order; "" begins at the first.
func (t Table[T]) From(tx *Tx, after string) iter.Seq2[string, T] { return t.Prefix(tx, "", after) }

// Prefix visits the rows whose key begins with prefix and lies behind after, in key order.
func (t Table[T]) Prefix(tx *Tx, prefix, behind string) iter.Seq2[string, T] {
	return t.walk(tx, within(prefix, behind), after(prefix), false)
}

// within is the first key that begins with prefix and lies behind behind.
func within(prefix, behind string) string {
	if behind == "" {
		return prefix
	}
	return max(prefix, behind+"\x00")
}

// Between visits the rows with lo <= key < hi in key order; hi "" means to the end.
func (t Table[T]) Between(tx *Tx, lo, hi string) iter.Seq2[string, T] {
	return t.walk(tx, lo, hi, false)
}

// Back visits the rows with lo <= key < hi from the last to the first; hi "" means from the end.
func (t Table[T]) Back(tx *Tx, lo, hi string) iter.Seq2[string, T] { return t.walk(tx, lo, hi, true) }

// First returns the first row whose key begins with prefix.
func (t Table[T]) First(tx *Tx, prefix string) (key string, v T, ok bool) {
	key, ok = t.rows.end(tx, prefix, false, &v)
	return key, v, ok
}

// Last returns the last row whose key begins with prefix.
func (t Table[T]) Last(tx *Tx, prefix string) (key string, v T, ok bool) {
	key, ok = t.rows.end(tx, prefix, true, &v)
	return key, v, ok
}

// walk is not inlined, so that there is one of it for each type.
//
//go:noinline
func (t Table[T]) walk(tx *Tx, lo, hi string, backwards bool) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		t.rows.walk(tx, lo, hi, backwards, func(key string, raw []byte) bool {
			var v T
			t.rows.decode(tx, key, raw, &v)
			return yield(key, v)
		})
	}
}

// AllScopes visits the rows of every account and region, by account, region, key. For jobs and inspection, not for operations.
//
//go:noinline
func (t Table[T]) AllScopes(tx *Tx) iter.Seq2[ScopedKey, T] {
	return func(yield func(ScopedKey, T) bool) {
		t.rows.allScopes(tx, func(at ScopedKey, raw []byte) bool {
			var v T
			t.rows.decode(tx, at.Key, raw, &v)
			return yield(at, v)
		})
	}
}
