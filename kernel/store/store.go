package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"unyo/base/call"
	"unyo/base/must"
)

// Options of a store.
type Options struct {
	// Now is recorded with every commit, so that a reopened store knows which instants it has seen. Nil records nothing.
	Now func() time.Time
	// Twice runs every function of Update two times and keeps the second: an impure one shows in tests.
	Twice bool
}

// Store is rows in transactions over an engine.
type Store struct {
	engine Engine
	o      Options

	alive sync.RWMutex // held for reading by whoever uses the engine, so that Close comes last

	mu         sync.RWMutex // guards the fields below; held while one commit is applied
	mark       Mark
	strict     uint64 // version of the last commit that had to be durable
	history    [historySize]record
	oldest     uint64 // history knows all commits after this version
	remembered int    // writes in history

	durable durability
	broken  atomic.Pointer[error]
	syncing atomic.Bool // a Sync is on its way for relaxed commits
}

// Mark is the bookkeeping that every commit carries: what a store remembers across restarts beside its rows.
type Mark struct {
	Version  uint64              // commits so far
	Serial   uint64              // highest call.Call.Serial of a request that wrote
	Now      time.Time           // latest instant at which something was written
	Counters [numCounters]uint64 // last number given of each Counter
}

// Counter is a sequence that numbers rows at commit, in commit order and without gaps.
type Counter int

const (
	Jobs Counter = iota
	Journal
	numCounters
)

// The sequencer remembers so many commits, and so many writes in all. A transaction that began before them runs again, alone.
const (
	historySize   = 4096
	historyWrites = 1 << 16
)

// record is what a commit wrote, for later commits to be checked against: keys and ranges without values.
type record []Write

// attempts is how often a function is run optimistically before it gets the store for itself.
const attempts = 8

var markKey = place{service: "@store", table: "mark"}.String()

// New opens a store over engine, which it then owns.
func New(engine Engine, o Options) (*Store, error) {
	s := &Store{engine: engine, o: o}
	s.durable.init()
	snap := engine.Snapshot()
	defer snap.Close()
	v, ok, err := snap.Get(markKey)
	if err != nil {
		return nil, fmt.Errorf("cannot read the store's mark: %w", err)
	}
	if ok {
		if s.mark, err = decodeMark(v); err != nil {
			return nil, err
		}
	}
	s.oldest, s.strict = s.mark.Version, s.mark.Version
	s.durable.reach(s.mark.Version)
	return s, nil
}

// Mark returns the bookkeeping of the last commit.
func (s *Store) Mark() Mark {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.mark
}

// Space is the rows of one service.
type Space struct {
	store   *Store
	service string
}

// Space returns the rows of service; a name with @ in front is the kernel's.
func (s *Store) Space(service string) *Space { return &Space{s, service} }

// Service is the name under which the space's rows lie.
func (sp *Space) Service() string { return sp.service }

// Option changes how one transaction is made.
type Option int

// Relaxed does not wait for the disk: a crash within the next 0.2 s may take the transaction back, together with all later
// ones that did not wait either. The next one that does wait takes it along.
const Relaxed Option = 1

type deferKey struct{}

// Deferred marks ctx so that every Update under it is Relaxed. The one who marks calls Sync in the end.
func Deferred(ctx context.Context) context.Context { return context.WithValue(ctx, deferKey{}, true) }

// Update runs fn in one transaction: everything it puts becomes durable together, or nothing.
// fn may run more than once and must touch nothing but tx. An error of fn is returned as it is, and nothing is written.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error, opts ...Option) error {
	s.alive.RLock()
	defer s.alive.RUnlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	c := call.From(ctx)
	if c != nil {
		must.Hold(!s.o.Twice || !c.InTx(), "Update called inside a transaction of the same call")
		c.EnterTx()
		defer c.LeaveTx()
	}
	durable := ctx.Value(deferKey{}) == nil
	for _, o := range opts {
		durable = durable && o != Relaxed
	}
	if s.o.Twice {
		if err := s.rehearse(ctx, c, fn); err != nil {
			return err
		}
	}
	for range attempts {
		err := s.optimistic(ctx, c, fn, durable)
		if err == nil || !isConflict(err) {
			return err
		}
		if err == errTooOld {
			break
		}
		if err := s.usable(ctx); err != nil {
			return err
		}
	}
	return s.exclusive(ctx, c, fn, durable)
}

// View runs fn against one snapshot. It never blocks writers, and tx refuses to write.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	s.alive.RLock()
	defer s.alive.RUnlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	c := call.From(ctx)
	if c != nil {
		c.EnterTx()
		defer c.LeaveTx()
	}
	t, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	defer t.close()
	t.view = true
	if err := t.run(fn); err != nil {
		return err
	}
	t.close()
	return s.settled(t.strict)
}

// rehearse runs fn and forgets what it wrote.
func (s *Store) rehearse(ctx context.Context, c *call.Call, fn func(*Tx) error) error {
	t, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	defer t.close()
	return t.run(fn)
}

func (s *Store) usable(ctx context.Context) error {
	if e := s.broken.Load(); e != nil {
		return *e
	}
	return ctx.Err()
}

// begin takes a snapshot together with the version it shows.
func (s *Store) begin(ctx context.Context, c *call.Call) (*transaction, error) {
	t := &transaction{store: s, ctx: ctx, call: c, scope: call.ScopeOf(ctx)}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t, s.show(t)
}

// show gives t its snapshot. s.mu is held, for reading at least.
func (s *Store) show(t *transaction) error {
	if e := s.broken.Load(); e != nil { // a closed engine has no snapshots
		return *e
	}
	t.snap, t.version, t.strict = s.engine.Snapshot(), s.mark.Version, s.strict
	return nil
}

func (s *Store) optimistic(ctx context.Context, c *call.Call, fn func(*Tx) error, durable bool) error {
	t, err := s.begin(ctx, c)
	if err != nil {
		return err
	}
	defer t.close()
	if err := t.run(fn); err != nil {
		return err
	}
	t.close()
	if t.idle() {
		return s.finish(t, nil, true)
	}
	// Most of the checking is done beside other commits; under the lock only what came since.
	s.mu.RLock()
	seen, err := s.check(t, t.version)
	s.mu.RUnlock()
	if err != nil {
		return err
	}
	s.mu.Lock()
	if _, err = s.check(t, seen); err != nil {
		s.mu.Unlock()
		return err
	}
	wait, err := s.apply(t, durable)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.finish(t, wait, durable || t.idle())
}

// exclusive lets nobody commit while fn runs, so that a transaction which always loses gets through.
func (s *Store) exclusive(ctx context.Context, c *call.Call, fn func(*Tx) error, durable bool) error {
	t := &transaction{store: s, ctx: ctx, call: c, scope: call.ScopeOf(ctx)}
	wait, err := func() (func() error, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := s.show(t); err != nil {
			return nil, err
		}
		defer t.close()
		if err := t.run(fn); err != nil || t.idle() {
			return nil, err
		}
		return s.apply(t, durable)
	}()
	if err != nil {
		return err
	}
	return s.finish(t, wait, durable || t.idle())
}

// check looks for a commit after version that changed what t read. It returns the version up to which there is none.
func (s *Store) check(t *transaction, version uint64) (uint64, error) {
	if version < s.oldest {
		return 0, errTooOld
	}
	for v := version + 1; v <= s.mark.Version; v++ {
		rec := s.history[v%historySize]
		for i := range rec {
			if t.read(&rec[i]) {
				return 0, errConflict
			}
		}
	}
	return s.mark.Version, nil
}

// apply numbers what waits for a number, adds the mark and hands all to the engine. s.mu is held.
func (s *Store) apply(t *transaction, durable bool) (func() error, error) {
	if e := s.broken.Load(); e != nil {
		return nil, *e
	}
	m := s.mark
	m.Version++
	if t.call != nil && t.call.Serial < Derived {
		m.Serial = max(m.Serial, t.call.Serial)
	}
	if s.o.Now != nil {
		if now := s.o.Now(); now.After(m.Now) {
			m.Now = now
		}
	}
	writes := make([]Write, 0, len(t.writes)+len(t.stamps)+1)
	writes = append(writes, t.writes...)
	for _, st := range t.stamps {
		m.Counters[st.counter]++
		writes = append(writes, st.build(m.Counters[st.counter])...)
	}
	n := len(writes)
	writes = append(writes, Write{Key: markKey, Value: m.encode()})
	wait, err := s.engine.Commit(writes, durable)
	if err != nil {
		return nil, err
	}
	s.mark, t.version = m, m.Version
	s.remember(writes[:n])
	if durable {
		s.strict, t.strict = m.Version, m.Version
	}
	return wait, nil
}

// remember enters the commit of this version into the history. s.mu is held.
func (s *Store) remember(writes []Write) {
	for i := range writes {
		writes[i].Value = nil
	}
	s.remembered += len(writes)
	for s.mark.Version-s.oldest > historySize || s.remembered > historyWrites && s.oldest < s.mark.Version-1 {
		s.oldest++
		s.remembered -= len(s.history[s.oldest%historySize])
		s.history[s.oldest%historySize] = nil
	}
	s.history[s.mark.Version%historySize] = writes
}

// finish waits for the disk and then tells who wanted to know. Without a commit to wait for it is what was read that
// must be on disk first, unless the writer asked not to wait.
func (s *Store) finish(t *transaction, wait func() error, patient bool) error {
	if wait != nil {
		if err := wait(); err != nil {
			return s.fail(err)
		}
		s.durable.reach(t.version)
	} else if patient {
		if err := s.settled(t.strict); err != nil {
			return err
		}
	} else {
		s.syncSoon()
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// settled returns when the strict commits up to version are on disk.
func (s *Store) settled(version uint64) error {
	if s.durable.await(version) {
		return nil
	}
	return *s.broken.Load()
}

func (s *Store) fail(err error) error {
	err = fmt.Errorf("%w: %w", ErrBroken, err)
	s.broken.CompareAndSwap(nil, &err)
	s.durable.fail()
	return *s.broken.Load()
}

// Sync returns when everything committed so far survives power loss, Relaxed or not.
func (s *Store) Sync() error {
	s.alive.RLock()
	defer s.alive.RUnlock()
	if e := s.broken.Load(); e != nil {
		return *e
	}
	version := s.Mark().Version
	if err := s.engine.Sync(); err != nil {
		return s.fail(err)
	}
	s.durable.reach(version)
	return nil
}

// Close waits for transactions under way and closes the engine. Further ones fail.
func (s *Store) Close() error {
	s.alive.Lock()
	defer s.alive.Unlock()
	closed := ErrClosed
	if !s.broken.CompareAndSwap(nil, &closed) && *s.broken.Load() == ErrClosed {
		return nil
	}
	s.durable.fail()
	return s.engine.Close()
}

// Derived is the first serial that does not come from the estate's count of calls but is worked out from
// something else, such as a job's number; Mark does not record it.
const Derived = 1 << 63

func (m Mark) encode() []byte {
	b := make([]byte, 0, 8*(3+int(numCounters))+1)
	b = append(b, 1)
	b = binary.BigEndian.AppendUint64(b, m.Version)
	b = binary.BigEndian.AppendUint64(b, m.Serial)
	var now int64
	if !m.Now.IsZero() {
		now = m.Now.UnixNano()
	}
	b = binary.BigEndian.AppendUint64(b, uint64(now))
	for _, c := range m.Counters {
		b = binary.BigEndian.AppendUint64(b, c)
	}
	return b
}

func decodeMark(b []byte) (m Mark, err error) {
	if len(b) != 8*(3+int(numCounters))+1 || b[0] != 1 {
		return Mark{}, fmt.Errorf("%w: @store/mark", ErrCorrupt)
	}
	u := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	m.Version, m.Serial = u(0), u(1)
	if now := int64(u(2)); now != 0 {
		m.Now = time.Unix(0, now).UTC()
	}
	for i := range m.Counters {
		m.Counters[i] = u(3 + i)
	}
	return m, nil
}

func isConflict(err error) bool { return err == errConflict || err == errTooOld }
