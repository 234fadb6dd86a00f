package kernel

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel/clock"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/meter"
	"unyo/kernel/metric"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
	"unyo/kernel/store/memory"
	"unyo/kernel/tags"
	"unyo/kernel/vend"
)

// Options of an estate.
type Options struct {
	Dir       string           // where its rows lie; "" keeps them in memory
	FS        vfs.FS           // file system of Dir; nil is the machine's
	Key       *[32]byte        // that files below Dir are encrypted with; nil: they are not
	Seed      uint64           // of a new estate's chance; 0 draws one at random. Kept durably: a later Seed changes nothing
	Held      bool             // a new estate's clock is held
	Start     time.Time        // first instant of a new held estate; zero is the wall's now
	Wall      func() time.Time // nil is time.Now
	Log       *slog.Logger     // nil is slog.Default
	Partition string           // "" is aws
}

// Kernel is an open estate.
type Kernel struct {
	Store      *store.Store
	Clock      *clock.World
	Jobs       *jobs.Queue
	Journal    *journal.Journal
	Tags       *tags.Tags
	Resources  *resource.Index
	Meter      *meter.Meter
	Metrics    *metric.Metrics
	Vend       *vend.Vend
	Principals Principals
	Entropy    *entropy.Source
	Log        *slog.Logger
	Partition  string

	o      Options
	seeds  store.Table[[]byte]
	keyed  bool // BulkKey
	serial atomic.Uint64
	stop   context.CancelFunc
	served sync.WaitGroup
}

// Open opens the estate in o.Dir, or begins it. Nothing runs before Start.
func Open(o Options) (*Kernel, error) {
	k := &Kernel{o: o, Log: o.Log, Partition: cmp.Or(o.Partition, "aws")}
	if k.Log == nil {
		k.Log = slog.Default()
	}
	engine, err := openEngine(o, k.Log)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store: %w", err)
	}
	k.Store, err = store.New(engine, store.Options{Twice: o.Dir == "", Now: func() time.Time { return k.Clock.Now() }})
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	if err := k.open(); err != nil {
		return nil, errors.Join(err, k.Store.Close())
	}
	return k, nil
}

func (k *Kernel) open() error {
	ctx := context.Background()
	k.Clock = clock.New(k.Store, clock.Options{Held: k.o.Held, Start: k.o.Start, Wall: k.o.Wall})
	if err := k.Clock.Open(ctx); err != nil {
		return err
	}
	k.seeds = store.TableOf[[]byte](k.Store.Space("@kernel"), "seed", store.Partition)
	seed, err := k.seed(ctx)
	if err != nil {
		return err
	}
	k.serial.Store(k.Store.Mark().Serial)
	k.Entropy = entropy.New(seed)
	k.Entropy.At(k.serial.Load())
	k.Jobs = jobs.New(k.Store, k.Clock, k.Entropy, k.Log, k.Partition)
	if k.o.Dir != "" && k.o.FS == nil {
		if err := k.Jobs.Watch(ctx, filepath.Join(k.o.Dir, "running")); err != nil {
			return err
		}
	}
	k.Clock.Attach(k.Jobs)
	k.Journal = journal.New(k.Store, k.Clock, k.Jobs, k.Log)
	k.Tags = tags.New(k.Store)
	k.Resources = resource.New(k.Store)
	k.Meter = meter.New(k.Store, k.Clock, k.Jobs)
	k.Metrics = metric.New(k.Store, k.Clock)
	k.Vend = vend.New(k.Store, k.Jobs)
	k.Clock.Before(k.flush)
	k.Journal.OnRecord(func(tx *store.Tx, requestID string, repeated bool) {
		k.Meter.Recorded(tx, requestID, repeated)
		k.Metrics.Recorded(tx, requestID, repeated)
	})
	k.Jobs.OnSettle(func(tx *store.Tx, requestID string) {
		k.Meter.Recorded(tx, requestID, false)
		k.Metrics.Recorded(tx, requestID, false)
	})
	return nil
}

// flush writes what was counted in memory.
func (k *Kernel) flush(ctx context.Context) error {
	if err := k.Meter.Flush(ctx); err != nil {
		return fmt.Errorf("cannot write the meter: %w", err)
	}
	if err := k.Metrics.Flush(ctx); err != nil {
		return fmt.Errorf("cannot write metrics: %w", err)
	}
	return nil
}

// seed returns the estate's seed, and keeps one when there is none.
func (k *Kernel) seed(ctx context.Context) (seed [32]byte, err error) {
	var fresh [32]byte
	if k.o.Seed != 0 {
		fresh = sha256.Sum256(binary.BigEndian.AppendUint64([]byte("unyo seed "), k.o.Seed))
	} else if _, err := rand.Read(fresh[:]); err != nil {
		return seed, fmt.Errorf("cannot draw a seed: %w", err)
	}
	err = k.Store.Update(ctx, func(tx *store.Tx) error {
		_, k.keyed = k.seeds.Get(tx, keyedRow)
		if kept, ok := k.seeds.Get(tx, "seed"); ok && len(kept) == len(seed) {
			seed = [32]byte(kept)
			return nil
		}
		k.keep(tx, fresh[:], k.o.Key != nil)
		seed = fresh
		return nil
	})
	if err != nil {
		return seed, fmt.Errorf("cannot keep the seed: %w", err)
	}
	return seed, nil
}

// keyedRow says that the estate was begun with a key.
const keyedRow = "keyed"

// keep keeps what an estate begins with.
func (k *Kernel) keep(tx *store.Tx, seed []byte, keyed bool) {
	k.seeds.Put(tx, "seed", seed)
	if k.keyed = keyed; keyed {
		k.seeds.Put(tx, keyedRow, []byte{1})
	}
}

// BulkKey is what an engine wraps its keys under: it follows from the estate's key, whatever the seed is. That of an estate which was begun without one
// follows from the seed, for its files are there.
func (k *Kernel) BulkKey(engine string) [32]byte {
	if !k.keyed || k.o.Key == nil {
		return [32]byte(k.Entropy.Derive(engine, 32, ""))
	}
	m := hmac.New(sha256.New, k.o.Key[:])
	m.Write([]byte("bulk " + engine))
	return [32]byte(m.Sum(nil))
}

// Start lets the journal's watches and the jobs run. Every handler must be known by now.
func (k *Kernel) Start(ctx context.Context) error {
	if err := k.Journal.Start(ctx); err != nil {
		return err
	}
	ctx, k.stop = context.WithCancel(context.WithoutCancel(ctx))
	k.served.Go(func() { k.Jobs.Serve(ctx) })
	return nil
}

// Close lets running jobs return, writes what is buffered and closes the store.
func (k *Kernel) Close() error {
	if k.stop != nil {
		k.stop()
		k.served.Wait()
	}
	err := k.flush(context.Background())
	if errors.Is(err, store.ErrClosed) {
		err = nil
	}
	return errors.Join(err, k.Jobs.Close(), k.Store.Close())
}

// Serial numbers a request. A number is given again only when its call wrote nothing before a crash, so that the same
// calls give the same rows.
func (k *Kernel) Serial() uint64 {
	n := k.serial.Add(1)
	k.Entropy.At(n)
	return n
}

// Child gives the serial and 32 bytes for the ids of a call that another call makes. They follow from the parent, so a job that
// is run again makes calls of the same serials and ids.
func (k *Kernel) Child(parent *call.Call) (serial uint64, id [32]byte) {
	b := k.Entropy.Derive("child", 40, parent.Job, parent.Serial, parent.Draw())
	return binary.BigEndian.Uint64(b) | 3<<62, [32]byte(b[8:])
}

// Reset makes the estate as new, with the same seed: no rows, the clock as Options begin it, calls counted from 1. For tests.
func (k *Kernel) Reset(ctx context.Context) error {
	open, err := k.Clock.Stop(ctx)
	if err != nil {
		return err
	}
	defer open()
	var seed []byte
	if err := k.Store.View(ctx, func(tx *store.Tx) error {
		seed, _ = k.seeds.Get(tx, "seed")
		return nil
	}); err != nil {
		return err
	}
	k.Meter.Forget()
	k.Metrics.Forget()
	if err := k.Store.Clear(); err != nil {
		return fmt.Errorf("cannot clear the store: %w", err)
	}
	k.serial.Store(0)
	k.Entropy.Restart()
	if err := k.Store.Update(ctx, func(tx *store.Tx) error {
		k.keep(tx, seed, k.keyed)
		return nil
	}); err != nil {
		return err
	}
	if err := k.Clock.Begin(ctx); err != nil {
		return err
	}
	if err := k.Jobs.Restart(ctx); err != nil {
		return err
	}
	return k.Journal.Restart(ctx)
}

// Hash is SHA-256 over all rows in key order, in hexadecimal. Left out are the store's mark (counters that a crash may
// advance), the seed, which is the estate's key and no part of its state, and the user agents in the journal, into which
// clients put marks of chance.
func (k *Kernel) Hash(ctx context.Context) (string, error) {
	if err := k.flush(ctx); err != nil {
		return "", err
	}
	rows, err := k.Store.Hash(ctx, "@kernel", "@journal")
	if err != nil {
		return "", err
	}
	entries, err := k.Journal.Hash(ctx)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256([]byte(rows + entries))
	return hex.EncodeToString(h[:]), nil
}

func openEngine(o Options, log *slog.Logger) (store.Engine, error) {
	if o.Dir == "" {
		return memory.New(), nil
	}
	return embedded.Open(filepath.Join(o.Dir, "store"), embedded.Options{FS: o.FS, Key: rowKey(o.Key), Log: log})
}

// rowKey is what the keys of the files of rows are wrapped under.
func rowKey(key *[32]byte) *[32]byte {
	if key == nil {
		return nil
	}
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte("rows"))
	return new([32]byte(m.Sum(nil)))
}
