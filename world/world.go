// Package world wires the house together: kernel, engines, services, gateway. It may import everything;
// do not import it unless you want the world.
package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"unyo/base/call"
	"unyo/gateway"
	"unyo/kernel"
)

// Options open a world.
type Options struct {
	Dir        string    // folder of the estate; "" keeps everything in memory, for tests
	KeyFile    string    // where the estate's key is kept, or will be; "": Dir is not encrypted, but for blobs and logs
	Clock      string    // wall or held, for this start; "" leaves time as it was
	Start      time.Time // first instant of a new held estate; zero: now, or SeededStart with a Seed
	Seed       uint64    // 0: chance is chance
	Management string    // 12 digits
	Accounts   []string  // further accounts
	Loopback   bool      // every listener is on loopback
	SQL        string    // who runs Athena's queries: "" is this process, trino=URL a Trino
	Logs       string    // where log events are kept: "" is this disk, victorialogs=URL a VictoriaLogs
	Kinesis    string    // where the records of streams are kept: "" is this disk, kafka=HOST:PORT,… a Kafka
	SyncReads  bool      // calls that only read are on the disk before they are answered
	RootID     string    // key of the management account's root
	RootSecret string
	Wall       func() time.Time // nil: time.Now
	Log        *slog.Logger
}

// SeededStart is the first instant of a held estate with a seed, so that two runs begin alike.
var SeededStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// World is an open estate that can be served.
type World struct {
	Kernel  *kernel.Kernel
	Gateway *gateway.Gateway

	options  Options
	identity identity
	engines  engines
}

// Open opens the estate, reattaches what was under way, and lets time run.
func Open(ctx context.Context, o Options) (*World, error) {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Start.IsZero() && o.Seed != 0 {
		o.Start = SeededStart
	}
	key, err := o.estateKey()
	if err != nil {
		return nil, err
	}
	k, err := kernel.Open(kernel.Options{Dir: o.stateDir(), Key: key, Seed: o.Seed, Held: o.Clock == "held", Start: o.Start, Wall: o.Wall, Log: o.Log})
	if err != nil {
		return nil, err
	}
	w := &World{Kernel: k, options: o}
	if err := w.open(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) open(ctx context.Context) error {
	o := w.options
	if err := w.openEngines(); err != nil {
		return err
	}
	control := &gateway.Control{Kernel: w.Kernel, Loopback: o.Loopback, RootID: o.RootID, Secret: o.RootSecret, Wall: o.Wall, Log: w.Kernel.Log, Coverage: w.coverage, Reset: w.reset}
	w.Gateway = gateway.New(gateway.Options{Kernel: w.Kernel, Wall: o.Wall, Log: o.Log, Control: control, SyncReads: o.SyncReads})
	w.addServices()
	if err := w.ensureAccounts(ctx); err != nil {
		return err
	}
	if err := w.turnClock(ctx); err != nil {
		return err
	}
	return w.Kernel.Start(ctx)
}

// turnClock applies -clock to an estate that was left otherwise.
func (w *World) turnClock(ctx context.Context) error {
	held := w.Kernel.Clock.Rate() == 0
	switch {
	case w.options.Clock == "held" && !held:
		return w.Kernel.Clock.Hold(ctx)
	case w.options.Clock == "wall" && held:
		return w.Kernel.Clock.Live(ctx)
	}
	return nil
}

func (w *World) ensureAccounts(ctx context.Context) error {
	for _, id := range append([]string{w.options.Management}, w.options.Accounts...) {
		if err := w.identity.EnsureAccount(ctx, id); err != nil {
			return fmt.Errorf("cannot make account %s: %w", id, err)
		}
	}
	return nil
}

// house is the call under which the world itself writes: no request, no principal.
func (w *World) house(ctx context.Context) context.Context {
	return call.With(ctx, &call.Call{Scope: call.Scope{Partition: w.Kernel.Partition}})
}

// Handler answers HTTP.
func (w *World) Handler() http.Handler { return w.Gateway }

// Stop ends long polls and streams, so that the server can be shut down.
func (w *World) Stop() { w.Gateway.Stop() }

// Forgetter is a service that remembers something beside its rows.
type Forgetter interface{ Forget() }

// reset makes the estate as new.
func (w *World) reset(ctx context.Context) error {
	if err := w.Kernel.Reset(ctx); err != nil {
		return err
	}
	if err := w.engines.logs.Clear(); err != nil {
		return fmt.Errorf("cannot clear the log store: %w", err)
	}
	if err := w.engines.records.Clear(); err != nil {
		return fmt.Errorf("cannot clear the store of records: %w", err)
	}
	for _, t := range w.Gateway.Tables() {
		if f, ok := t.Service.(Forgetter); ok {
			f.Forget()
		}
	}
	return w.ensureAccounts(ctx)
}

// Close settles and closes everything; the estate can be opened again as it was.
func (w *World) Close() error {
	return errors.Join(w.Kernel.Close(), w.engines.close())
}
