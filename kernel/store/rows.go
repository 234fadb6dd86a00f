package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"unyo/base/call"
	"unyo/base/must"
)

// rowVersion is the byte in front of every row: what follows is JSON.
const rowVersion = 1

// rows is a Table without the type of its rows: values come and go as pointers and interfaces.
type rows struct {
	service, name string
	reach         Reach
}

// base is the key under which the rows lie that tx sees.
func (r rows) base(tx *Tx) string {
	p := place{service: r.service, table: r.name}
	if r.reach != Partition {
		p.account = tx.scope.Account
		must.Hold(p.account != "", "table %s/%s is used without an account", r.service, r.name)
	}
	if r.reach == Regional {
		p.region = tx.scope.Region
		must.Hold(p.region != "", "table %s/%s is used without a region", r.service, r.name)
	}
	must.Hold(strings.Count(p.account+p.region, "\x00") == 0, "scope with a zero byte: %q", p.account+p.region)
	return p.String()
}

func (r rows) full(tx *Tx, key string) string {
	if len(key) > MaxKey {
		tx.fail(fmt.Errorf("%w: key of %d bytes in %s/%s, at most %d", ErrTooLarge, len(key), r.service, r.name, MaxKey))
	}
	return r.base(tx) + key
}

// get decodes the row under key into v, a pointer; false when there is none.
func (r rows) get(tx *Tx, key string, v any) bool {
	raw, ok := tx.get(r.full(tx, key))
	if ok {
		r.decode(tx, key, raw, v)
	}
	return ok
}

func (r rows) has(tx *Tx, key string) bool {
	_, ok := tx.get(r.full(tx, key))
	return ok
}

func (r rows) put(tx *Tx, key string, v any) { tx.put(r.full(tx, key), r.encode(tx, key, v)) }

func (r rows) delete(tx *Tx, key string) { tx.put(r.full(tx, key), nil) }

func (r rows) row(tx *Tx, key string, v any) Write {
	return Write{Key: r.full(tx, key), Value: r.encode(tx, key, v)}
}

func (r rows) erase(tx *Tx, lo, hi string) {
	base := r.base(tx)
	tx.erase(base+lo, r.upTo(base, hi))
}

func (rows) upTo(base, hi string) string {
	if hi == "" {
		return after(base)
	}
	return base + hi
}

// walk visits the rows with lo <= key < hi; hi "" means to the end.
func (r rows) walk(tx *Tx, lo, hi string, backwards bool, yield func(key string, raw []byte) bool) {
	base := r.base(tx)
	tx.scan(base+lo, r.upTo(base, hi), backwards, func(key string, raw []byte) bool { return yield(key[len(base):], raw) })
}

// end decodes the first, or the last, of the rows whose key begins with prefix.
func (r rows) end(tx *Tx, prefix string, backwards bool, v any) (found string, ok bool) {
	r.walk(tx, prefix, after(prefix), backwards, func(key string, raw []byte) bool {
		found, ok = key, true
		r.decode(tx, key, raw, v)
		return false
	})
	return found, ok
}

func (r rows) allScopes(tx *Tx, yield func(at ScopedKey, raw []byte) bool) {
	lo := r.service + "\x00" + r.name + "\x00"
	tx.scan(lo, after(lo), false, func(key string, raw []byte) bool {
		p, ok := parse(key)
		must.Hold(ok, "key of no table: %q", key)
		at := call.Scope{Partition: tx.scope.Partition, Account: p.account, Region: p.region}
		return yield(ScopedKey{at, p.key}, raw)
	})
}

func (r rows) encode(tx *Tx, key string, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		tx.fail(fmt.Errorf("cannot encode row %q of %s/%s: %w", key, r.service, r.name, err))
	}
	if len(j)+1 > MaxValue {
		tx.fail(fmt.Errorf("%w: row %q of %s/%s has %d bytes, at most %d", ErrTooLarge, key, r.service, r.name, len(j)+1, MaxValue))
	}
	b := make([]byte, 1+len(j))
	b[0] = rowVersion
	copy(b[1:], j)
	return b
}

// decode reads a row into v, a pointer.
func (r rows) decode(tx *Tx, key string, raw []byte, v any) {
	if err := decodeRow(raw, v); err != nil {
		tx.fail(fmt.Errorf("%s/%s row %q: %w", r.service, r.name, key, err))
	}
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
