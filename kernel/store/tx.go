package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"unyo/base/call"
	"unyo/base/must"
)

// Tx is a transaction as seen from one account and region. It is valid only while the function it was given to runs,
// and only on that function's goroutine.
type Tx struct {
	*transaction
	scope call.Scope
}

// In returns the same transaction seen from another account or region. Crossing is thereby spelled.
func (tx *Tx) In(scope call.Scope) *Tx { return &Tx{tx.transaction, scope} }

// Scope is the account and region whose rows tx sees.
func (tx *Tx) Scope() call.Scope { return tx.scope }

// Context is the context that Update or View was called with.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Call is the call on whose behalf the transaction runs, or nil.
func (tx *Tx) Call() *call.Call { return tx.transaction.call }

// After runs f once, when the transaction has become durable (or, Relaxed, visible). f must not fail and must not
// rely on order with the functions of other transactions.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// transaction is what one run of a function has read and wants to write.
type transaction struct {
	store   *Store
	ctx     context.Context
	call    *call.Call
	scope   call.Scope
	view    bool
	snap    Snapshot
	version uint64 // that the snapshot shows; after the commit, its own
	strict  uint64 // last commit in the snapshot that had to be durable

	keys   map[string]struct{} // rows read
	ranges []*span             // ranges read
	writes []Write             // sorted by key; deleted ranges first
	erased int                 // how many of writes are ranges
	stamps []stamp
	after  []func()
	bytes  int
}

type span struct{ lo, hi string }

type stamp struct {
	counter Counter
	id      string
	build   func(n uint64) []Write
}

// run calls fn and turns what the tables threw into its error.
func (t *transaction) run(fn func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			a, ok := r.(abort)
			if !ok {
				panic(r)
			}
			err = a.err
		}
	}()
	return fn(&Tx{t, t.scope})
}

func (t *transaction) close() {
	if t.snap != nil {
		t.snap.Close()
		t.snap = nil
	}
}

// idle reports that nothing is to be written.
func (t *transaction) idle() bool { return len(t.writes) == 0 && len(t.stamps) == 0 }

// read reports whether t read something that w changes.
func (t *transaction) read(w *Write) bool {
	if w.End != "" {
		for k := range t.keys {
			if w.Key <= k && k < w.End {
				return true
			}
		}
		for _, r := range t.ranges {
			if w.Key < r.hi && r.lo < w.End {
				return true
			}
		}
		return false
	}
	if _, ok := t.keys[w.Key]; ok {
		return true
	}
	for _, r := range t.ranges {
		if r.lo <= w.Key && w.Key < r.hi {
			return true
		}
	}
	return false
}

func (t *transaction) fail(err error) { panic(abort{err}) }

// get returns the row under the full key, own writes first.
func (t *transaction) get(key string) ([]byte, bool) {
	must.Hold(t.snap != nil, "transaction used after its end")
	if w, known := t.written(key); known {
		return w, w != nil
	}
	t.rest(key)
	v, ok, err := t.snap.Get(key)
	if err != nil {
		t.fail(fmt.Errorf("cannot read row %q: %w", key, err))
	}
	return v, ok
}

// rest notes that t rests on the row under key.
func (t *transaction) rest(key string) {
	if t.view {
		return
	}
	if t.keys == nil {
		t.keys = make(map[string]struct{}, 8)
	}
	t.keys[key] = struct{}{}
}

// written returns what t itself did to key: a value, nil for deleted, or known=false.
func (t *transaction) written(key string) (value []byte, known bool) {
	if i, ok := t.find(key); ok {
		return t.writes[i].Value, true
	}
	for _, w := range t.writes[:t.erased] {
		if w.Key <= key && key < w.End {
			return nil, true
		}
	}
	return nil, false
}

func (t *transaction) find(key string) (int, bool) {
	i, ok := slices.BinarySearchFunc(t.writes[t.erased:], key, func(w Write, k string) int { return strings.Compare(w.Key, k) })
	return t.erased + i, ok
}

// put buffers a write; nil deletes.
func (t *transaction) put(key string, value []byte) {
	must.Hold(t.snap != nil, "transaction used after its end")
	must.Hold(!t.view, "View writes row %q", key)
	i, ok := t.find(key)
	if ok {
		t.grow(len(value)-len(t.writes[i].Value), 0)
		t.writes[i].Value = value
		return
	}
	t.grow(len(key)+len(value), 1)
	t.writes = slices.Insert(t.writes, i, Write{Key: key, Value: value})
}

// erase buffers the deletion of a range that nothing was written to in this transaction.
func (t *transaction) erase(lo, hi string) {
	must.Hold(!t.view, "View deletes rows from %q", lo)
	for _, w := range t.writes[t.erased:] {
		must.Hold(w.Key < lo || w.Key >= hi, "range deleted after a write into it: %q", w.Key)
	}
	t.grow(len(lo)+len(hi), 1)
	t.writes = slices.Insert(t.writes, t.erased, Write{Key: lo, End: hi})
	t.erased++
}

func (t *transaction) grow(bytes, rows int) {
	t.bytes += bytes
	if t.bytes > MaxBytes {
		t.fail(fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBytes))
	}
	if n := len(t.writes) + len(t.stamps) + rows; n > MaxRows {
		t.fail(fmt.Errorf("%w: more than %d rows", ErrTooLarge, MaxRows))
	}
}

// Stamp has rows written at commit that carry the next number of counter. bytes bounds their size; build must
// make them from nothing but n. A transaction does not see its own stamped rows; it names them by id, and a later Stamp of
// the same id replaces the earlier ("" replaces nothing).
func (tx *Tx) Stamp(counter Counter, id string, bytes int, build func(n uint64) []Write) {
	must.Hold(!tx.view, "View stamps rows")
	if id != "" {
		tx.Unstamp(id)
	}
	tx.grow(bytes, 1)
	tx.stamps = append(tx.stamps, stamp{counter, id, build})
}

// Unstamp takes back the Stamp of id and reports whether there was one.
func (tx *Tx) Unstamp(id string) bool {
	n := len(tx.stamps)
	tx.transaction.stamps = slices.DeleteFunc(tx.stamps, func(s stamp) bool { return s.id == id })
	return len(tx.stamps) < n
}

// scan walks over lo <= key < hi with own writes merged in, and remembers what was walked over.
// fn returns false to stop. Rows written while walking are seen if they lie ahead.
func (t *transaction) scan(lo, hi string, backwards bool, fn func(key string, value []byte) bool) {
	must.Hold(t.snap != nil, "transaction used after its end")
	if hi != "" && lo >= hi {
		return
	}
	seen := &span{lo, hi}
	if hi == "" {
		seen.hi = "\xFF\xFF\xFF\xFF" // behind every service's name
	}
	if !t.view {
		t.ranges = append(t.ranges, seen)
	}
	cur := t.snap.Scan(lo, hi, backwards)
	closed := false
	defer func() {
		if !closed {
			cur.Close()
		}
	}()
	m := merge{t: t, cur: cur, lo: lo, hi: hi, backwards: backwards}
	m.pull()
	for {
		key, value, ok := m.next()
		if !ok {
			break
		}
		if !fn(key, value) {
			if backwards {
				seen.lo = key
			} else {
				seen.hi = key + "\x00"
			}
			return
		}
	}
	closed = true
	if err := cur.Close(); err != nil {
		t.fail(fmt.Errorf("cannot read rows from %q: %w", lo, err))
	}
}

// merge lays a transaction's own writes over a cursor.
type merge struct {
	t         *transaction
	cur       Cursor
	lo, hi    string
	backwards bool
	have      bool   // the cursor stands on a row not yet given out
	last      string // key given out last
	started   bool
}

func (m *merge) pull() { m.have = m.cur.Next() }

func (m *merge) next() (string, []byte, bool) {
	for {
		own, ok := m.own()
		if !ok && !m.have {
			return "", nil, false
		}
		if m.have && (!ok || m.before(m.cur.Key(), own.Key)) {
			key, value := m.cur.Key(), m.cur.Value()
			m.pull()
			m.last, m.started = key, true
			if _, known := m.t.written(key); known { // in a range this transaction deleted
				continue
			}
			return key, value, true
		}
		if m.have && m.cur.Key() == own.Key {
			m.pull()
		}
		m.last, m.started = own.Key, true
		if own.Value != nil {
			return own.Key, own.Value, true
		}
	}
}

func (m *merge) before(a, b string) bool {
	if m.backwards {
		return a > b
	}
	return a < b
}

// own finds the transaction's next write behind the last key given out.
func (m *merge) own() (Write, bool) {
	if m.backwards {
		i := len(m.t.writes)
		if bound := m.last; m.started {
			i, _ = m.t.find(bound)
		} else if m.hi != "" {
			i, _ = m.t.find(m.hi)
		}
		if i--; i < m.t.erased || m.t.writes[i].Key < m.lo {
			return Write{}, false
		}
		return m.t.writes[i], true
	}
	i, exact := m.t.find(m.lo)
	if m.started {
		if i, exact = m.t.find(m.last); exact {
			i++
		}
	}
	if i >= len(m.t.writes) || m.hi != "" && m.t.writes[i].Key >= m.hi {
		return Write{}, false
	}
	return m.t.writes[i], true
}
