package store

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"unyo/base/call"
	"unyo/base/must"
)

// rowVersion is the byte in front of every row: what follows is JSON.
const rowVersion = 1

// Table is a service's rows of one kind. Its methods take the account and region from tx.
type Table[T any] struct {
	service, name string
	reach         Reach
}

// TableOf returns the table of sp with the given name. Tables are values; making one writes nothing.
func TableOf[T any](sp *Space, name string, reach Reach) Table[T] {
	must.Hold(sp.service != "" && name != "" && !strings.Contains(sp.service+name, "\x00"), "bad table name %q/%q", sp.service, name)
	return Table[T]{sp.service, name, reach}
}

// base is the key under which the rows lie that tx sees.
func (t Table[T]) base(tx *Tx) string {
	p := place{service: t.service, table: t.name}
	if t.reach != Partition {
		p.account = tx.scope.Account
		must.Hold(p.account != "", "table %s/%s is used without an account", t.service, t.name)
	}
	if t.reach == Regional {
		p.region = tx.scope.Region
		must.Hold(p.region != "", "table %s/%s is used without a region", t.service, t.name)
	}
	must.Hold(strings.Count(p.account+p.region, "\x00") == 0, "scope with a zero byte: %q", p.account+p.region)
	return p.String()
}

func (t Table[T]) full(tx *Tx, key string) string {
	if len(key) > MaxKey {
		tx.fail(fmt.Errorf("%w: key of %d bytes in %s/%s, at most %d", ErrTooLarge, len(key), t.service, t.name, MaxKey))
	}
	return t.base(tx) + key
}

// Get returns the row under key; false when there is none.
func (t Table[T]) Get(tx *Tx, key string) (T, bool) {
	raw, ok := tx.get(t.full(tx, key))
	if !ok {
		var zero T
		return zero, false
	}
	return t.decode(tx, key, raw), true
}

// Has reports whether there is a row under key, without decoding it.
func (t Table[T]) Has(tx *Tx, key string) bool {
	_, ok := tx.get(t.full(tx, key))
	return ok
}

// Put writes the row under key, over what was there.
func (t Table[T]) Put(tx *Tx, key string, v T) { tx.put(t.full(tx, key), t.encode(tx, key, v)) }

// Delete removes the row under key, if there is one.
func (t Table[T]) Delete(tx *Tx, key string) { tx.put(t.full(tx, key), nil) }

// Erase removes all rows with lo <= key < hi in one step, however many; hi "" means to the end.
// The transaction must not have written to any of them before.
func (t Table[T]) Erase(tx *Tx, lo, hi string) {
	base := t.base(tx)
	end := after(base)
	if hi != "" {
		end = base + hi
	}
	tx.erase(base+lo, end)
}

// Row is the write of one row, for Stamp.
func (t Table[T]) Row(tx *Tx, key string, v T) Write {
	return Write{Key: t.full(tx, key), Value: t.encode(tx, key, v)}
}

// From visits the rows behind key after, in key order; "" begins at the first.
func (t Table[T]) From(tx *Tx, after string) iter.Seq2[string, T] { return t.Prefix(tx, "", after) }

// Prefix visits the rows whose key begins with prefix and lies behind after, in key order.
func (t Table[T]) Prefix(tx *Tx, prefix, behind string) iter.Seq2[string, T] {
	lo := prefix
	if behind != "" {
		lo = max(prefix, behind+"\x00")
	}
	return t.walk(tx, lo, after(prefix), false)
}

// Between visits the rows with lo <= key < hi in key order; hi "" means to the end.
func (t Table[T]) Between(tx *Tx, lo, hi string) iter.Seq2[string, T] {
	return t.walk(tx, lo, hi, false)
}

// Back visits the rows with lo <= key < hi from the last to the first; hi "" means from the end.
func (t Table[T]) Back(tx *Tx, lo, hi string) iter.Seq2[string, T] { return t.walk(tx, lo, hi, true) }

// First returns the first row whose key begins with prefix.
func (t Table[T]) First(tx *Tx, prefix string) (key string, v T, ok bool) {
	for k, v := range t.walk(tx, prefix, after(prefix), false) {
		return k, v, true
	}
	return "", v, false
}

// Last returns the last row whose key begins with prefix.
func (t Table[T]) Last(tx *Tx, prefix string) (key string, v T, ok bool) {
	for k, v := range t.walk(tx, prefix, after(prefix), true) {
		return k, v, true
	}
	return "", v, false
}

func (t Table[T]) walk(tx *Tx, lo, hi string, backwards bool) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		base := t.base(tx)
		end := after(base)
		if hi != "" {
			end = base + hi
		}
		tx.scan(base+lo, end, backwards, func(key string, raw []byte) bool {
			key = key[len(base):]
			return yield(key, t.decode(tx, key, raw))
		})
	}
}

// AllScopes visits the rows of every account and region, by account, region, key. For jobs and inspection, not for operations.
func (t Table[T]) AllScopes(tx *Tx) iter.Seq2[ScopedKey, T] {
	return func(yield func(ScopedKey, T) bool) {
		lo := t.service + "\x00" + t.name + "\x00"
		tx.scan(lo, after(lo), false, func(key string, raw []byte) bool {
			p, ok := parse(key)
			must.Hold(ok, "key of no table: %q", key)
			at := call.Scope{Partition: tx.scope.Partition, Account: p.account, Region: p.region}
			return yield(ScopedKey{at, p.key}, t.decode(tx, p.key, raw))
		})
	}
}

func (t Table[T]) encode(tx *Tx, key string, v T) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		tx.fail(fmt.Errorf("cannot encode row %q of %s/%s: %w", key, t.service, t.name, err))
	}
	if len(j)+1 > MaxValue {
		tx.fail(fmt.Errorf("%w: row %q of %s/%s has %d bytes, at most %d", ErrTooLarge, key, t.service, t.name, len(j)+1, MaxValue))
	}
	b := make([]byte, 1+len(j))
	b[0] = rowVersion
	copy(b[1:], j)
	return b
}

func (t Table[T]) decode(tx *Tx, key string, raw []byte) T {
	var v T
	if err := decodeRow(raw, &v); err != nil {
		tx.fail(fmt.Errorf("%s/%s row %q: %w", t.service, t.name, key, err))
	}
	return v
}

// Quick is what a row's type may be when a million of its rows are read to open a service: it takes from the JSON what it wants, and
// says false of any JSON whose form it does not know, which is then decoded as ever.
type Quick interface{ Quick(json []byte) bool }

func decodeRow(raw []byte, v any) error {
	if len(raw) == 0 || raw[0] != rowVersion {
		return fmt.Errorf("%w: unknown version", ErrCorrupt)
	}
	if q, ok := v.(Quick); ok && q.Quick(raw[1:]) {
		return nil
	}
	if err := json.Unmarshal(raw[1:], v); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}
