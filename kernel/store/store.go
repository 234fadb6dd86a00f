package store

import (
	"context"
	"fmt"
	"slices"
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
	changes    changes

	durable  durability
	broken   atomic.Pointer[error]
	syncing  atomic.Bool // a Sync is on its way for relaxed commits
	hurrying atomic.Bool // and one for late ones
}

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

// Kept is Relaxed, but for that what was put survives the death of the process when Update returns: only a failure of the machine can take it back.
const Kept Option = 2

type deferKey struct{}

// Deferred marks ctx so that every Update under it is Relaxed. The one who marks calls Sync in the end.
func Deferred(ctx context.Context) context.Context { return context.WithValue(ctx, deferKey{}, true) }

// IsDeferred reports whether ctx is marked so.
func IsDeferred(ctx context.Context) bool { return ctx.Value(deferKey{}) != nil }

type gatherKey struct{}

// Gathered marks ctx so that every Update under it leaves the waiting to a later one: what it puts is as if it were durable to others, who
// wait for the disk before they answer anything that rests on it, but the one who asked goes on. The one who marks makes one more Update,
// outside of the mark, which waits for all; without one the disk has it after lateDelay.
func Gathered(ctx context.Context) context.Context { return context.WithValue(ctx, gatherKey{}, true) }

func gathered(ctx context.Context) bool { return ctx.Value(gatherKey{}) != nil }

// care is how an Update is to be kept.
type care int

const (
	relaxed care = iota
	kept         // so does kill -9 not take it back
	late         // others wait for the disk, the one who asked does not
	durable
)

func (c care) until() Until {
	switch c {
	case durable:
		return Synced
	case kept:
		return Written
	}
	return Visible
}

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
	how := durable
	if gathered(ctx) {
		how = late
	}
	switch {
	case IsDeferred(ctx) || slices.Contains(opts, Relaxed):
		how = relaxed
	case slices.Contains(opts, Kept):
		how = kept
	}
	if s.o.Twice {
		if err := s.rehearse(ctx, c, fn); err != nil {
			return err
		}
	}
	for range attempts {
		err := s.optimistic(ctx, c, fn, how)
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
	return s.exclusive(ctx, c, fn, how)
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
	if gathered(ctx) {
		return nil
	}
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

// finish waits for the disk and then tells who wanted to know. Without a commit to wait for it is what was read that
// must be on disk first, unless the writer asked not to wait.
func (s *Store) finish(t *transaction, wait func() error, how care) error {
	switch {
	case wait != nil:
		if err := wait(); err != nil {
			return s.fail(err)
		}
		if how == kept {
			s.syncSoon()
			break
		}
		s.durable.reach(t.version)
	case gathered(t.ctx):
		if !t.idle() {
			s.hurry(t.version)
		}
	case how == durable || t.idle():
		if err := s.settled(t.strict); err != nil {
			return err
		}
	default:
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

// Precede has f run before any row that is committed from now on gets to the disk: what rows name, and was not waited for, must be there first. An
// error of f breaks the store. An engine that writes nothing never runs it. It must be called before the store is used by many.
func (s *Store) Precede(f func() error) {
	if e, ok := s.engine.(interface{ Precede(f func() error) }); ok {
		e.Precede(f)
	}
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
