package kernel_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/meter"
	"unyo/kernel/metric"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// demo is a small service with everything that could make two runs differ: ids, timers, work that leaves the store, failures,
// watches with and without Seen, tags, meters.
type demo struct {
	k       *kernel.Kernel
	s       *kernel.Service
	buffers store.Table[[]string]
	flights store.Table[flight]
	objects store.Table[[]string] // the peer's
	seen    store.Table[string]
	flush   jobs.Job[string]
	expire  jobs.Job[string]
	step    func() // called wherever the process may die
}

type flight struct {
	Name  string
	Lines []string
}

func newDemo(t testing.TB, k *kernel.Kernel) *demo {
	d := &demo{k: k, s: k.For("demo"), step: func() {}}
	d.buffers = store.TableOf[[]string](d.s.Rows, "buffer", store.Regional)
	d.flights = store.TableOf[flight](d.s.Rows, "flight", store.Regional)
	d.objects = store.TableOf[[]string](k.For("peer").Rows, "object", store.Partition)
	d.seen = store.TableOf[string](d.s.Rows, "seen", store.Partition)
	d.flush = jobs.Handle(d.s.Jobs, "flush", d.flushBuffer, jobs.Lane(func(name string) string { return name }))
	d.expire = jobs.Handle(d.s.Jobs, "expire", d.expireObject)
	measured := store.TableOf[float64](k.For("monitor").Rows, "measured", store.Regional)
	k.Metrics.To(func(tx *store.Tx, s metric.Series, minute time.Time, values []metric.Value) {
		key := fmt.Sprint(s, minute)
		n, _ := measured.Get(tx, key)
		for _, v := range values {
			n += v.Value * v.Times
		}
		measured.Put(tx, key, n)
	})
	k.Journal.Watch(journal.Watch{Name: "exact", Of: journal.OfChange, See: func(ctx context.Context, e journal.Entry) error {
		d.step()
		return d.s.Update(ctx, func(tx *store.Tx) error {
			n, _ := d.seen.Get(tx, "exact")
			d.seen.Put(tx, "exact", n+"x")
			journal.Seen(ctx, tx)
			return nil
		})
	}})
	k.Journal.Watch(journal.Watch{Name: "calls", Of: journal.OfCall, See: func(ctx context.Context, e journal.Entry) error {
		d.step()
		return d.s.Update(ctx, func(tx *store.Tx) error {
			d.seen.Put(tx, fmt.Sprintf("call/%d", e.Seq), e.Call.RequestID)
			return nil
		})
	}})
	must(t, k.Start(context.Background()))
	return d
}

// put is an operation: it takes a line and sets the timer of its buffer.
func (d *demo) put(ctx context.Context, buffer, line string) error {
	id := d.s.Entropy.ID(ctx, "LINE", 12)
	return d.s.Update(ctx, func(tx *store.Tx) error {
		lines, _ := d.buffers.Get(tx, buffer)
		if len(lines) == 0 {
			d.flush.AtKey(tx, buffer, d.s.Clock.Now().Add(5*time.Minute), buffer)
		}
		d.buffers.Put(tx, buffer, append(lines, id+" "+line))
		return nil
	})
}

var errAway = errors.New("peer is away")

// flushBuffer takes, acts, settles.
func (d *demo) flushBuffer(ctx context.Context, buffer string) error {
	d.step()
	name := buffer + "/" + d.s.Entropy.UUID(ctx)
	var f flight
	if err := d.s.Update(ctx, func(tx *store.Tx) error { // take
		var flying bool
		if f, flying = d.flights.Get(tx, buffer); flying {
			return nil
		}
		lines, full := d.buffers.Get(tx, buffer)
		if f = (flight{name, lines}); !full {
			return nil // done before the crash
		}
		d.flights.Put(tx, buffer, f)
		d.buffers.Delete(tx, buffer)
		return nil
	}); err != nil {
		return err
	}
	if d.step(); f.Lines == nil {
		return nil
	}
	if d.s.Clock.Now().Minute() == 5 { // some attempts fail, and their retry does not
		return errAway
	}
	if err := d.peerPut(ctx, f); err != nil { // act
		return err
	}
	if len(f.Lines)%2 == 0 { // what a job counts is exact if it settles with its last transaction
		d.k.Metrics.Count(ctx, metric.Sample{Series: metric.Series{Namespace: "Demo", Name: "Flushed"}, Value: float64(len(f.Lines))})
	}
	d.step()
	arn := "arn:aws:s3:::" + f.Name
	err := d.s.Update(ctx, func(tx *store.Tx) error { // settle
		d.flights.Delete(tx, buffer)
		d.s.Journal.Change(tx, journal.Change{ARN: arn, Type: "demo:object", Event: "Flushed"})
		d.s.Resources.Put(tx, resource.Resource{ARN: arn, Type: "Demo::Object", Service: "demo", Account: tx.Scope().Account, Region: tx.Scope().Region, Created: d.s.Clock.Now()})
		d.expire.At(tx, d.s.Clock.Now().Add(26*time.Hour), f.Name)
		if len(f.Lines)%2 == 0 { // both ways of ending
			jobs.Settle(ctx, tx)
		}
		return d.s.Tags.Set(tx, arn, tags.Tag{Key: "lines", Value: fmt.Sprint(len(f.Lines))})
	})
	d.step()
	return err
}

// peerPut is a call to another service, as the gateway makes it: its own serial and request id, recorded and metered.
func (d *demo) peerPut(ctx context.Context, f flight) error {
	parent := call.From(ctx)
	serial, id := d.k.Child(parent)
	c := &call.Call{Scope: parent.Scope, Serial: serial, RequestID: hex.EncodeToString(id[:16]), Service: "peer", Operation: "Put", Job: parent.Job, At: d.k.Clock.Now()}
	ctx = call.With(ctx, c)
	etag := d.k.Entropy.Hex(ctx, 32)
	d.k.Meter.Count(ctx, meter.Quantity{Usage: meter.Usage{Service: "peer", Type: "Requests"}, Amount: 1})
	d.k.Metrics.Count(ctx, metric.Sample{Series: metric.Series{Namespace: "Peer", Name: "Lines"}, Value: float64(len(f.Lines))})
	if err := d.k.Store.Update(ctx, func(tx *store.Tx) error {
		if d.objects.Has(tx, f.Name) {
			return nil
		}
		d.objects.Put(tx, f.Name, append(f.Lines, etag))
		return nil
	}); err != nil {
		return err
	}
	d.step()
	return d.k.Journal.Record(ctx, journal.Call{RequestID: c.RequestID, Service: "peer", Operation: "Put", Job: c.Job, Account: c.Account, Region: c.Region})
}

func (d *demo) expireObject(ctx context.Context, name string) error {
	d.step()
	return d.s.Update(ctx, func(tx *store.Tx) error {
		d.objects.Delete(tx, name)
		d.s.Tags.Clear(tx, "arn:aws:s3:::"+name)
		d.s.Resources.Delete(tx, "arn:aws:s3:::"+name)
		d.s.Meter.Level(tx, meter.Usage{Service: "demo", Type: "Bytes"}, "all", float64(d.s.Clock.Now().Hour()))
		return nil
	})
}

// days of random requests, with time advanced in between.
func (d *demo) days(t testing.TB, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(42, uint64(d.k.Clock.Now().Unix())))
	for range n * 4 {
		for range rng.IntN(5) {
			must(t, d.put(as(d.k, "demo"), fmt.Sprint("buffer-", rng.IntN(3)), fmt.Sprint(rng.Int())))
		}
		d.advance(t, d.k.Clock.Now().Add(6*time.Hour-time.Duration(rng.IntN(300))*time.Second))
	}
}

func (d *demo) advance(t testing.TB, to time.Time) {
	t.Helper()
	_, err := d.k.Clock.Advance(context.Background(), to, nil)
	must(t, err)
}

// rows are all rows as text, to tell where two estates differ.
func (d *demo) rows(t testing.TB) (out []string) {
	t.Helper()
	must(t, d.k.Store.Cat(t.Context(), "", func(r store.Raw) bool {
		out = append(out, r.Path()+" "+string(r.JSON))
		return true
	}))
	return out
}

func difference(got, want []string) string {
	var out strings.Builder
	for _, r := range got {
		if !slices.Contains(want, r) {
			fmt.Fprintln(&out, "has  ", r)
		}
	}
	for _, r := range want {
		if !slices.Contains(got, r) {
			fmt.Fprintln(&out, "lacks", r)
		}
	}
	return out.String()
}

func (d *demo) hash(t testing.TB) string {
	t.Helper()
	h, err := d.k.Hash(context.Background())
	must(t, err)
	return h
}

// Same seed, same calls: same rows, on both stores, with the estate reopened in between or reset before; another seed, other rows.
func TestSameCallsSameRows(t *testing.T) {
	run := func(o kernel.Options, reopen, reset bool) string {
		o.FS = vfs.NewMem()
		k := held(t, o)
		d := newDemo(t, k)
		if reset {
			d.days(t, 1)
			must(t, k.Reset(t.Context()))
		}
		d.days(t, 2)
		if reopen {
			must(t, k.Close())
			k = held(t, o)
			d = newDemo(t, k)
		}
		d.days(t, 2)
		h := d.hash(t)
		must(t, k.Close())
		return h
	}
	want := run(kernel.Options{}, false, false)
	for name, got := range map[string]string{
		"again":            run(kernel.Options{}, false, false),
		"embedded":         run(kernel.Options{Dir: "estate"}, false, false),
		"reopened":         run(kernel.Options{Dir: "estate"}, true, false),
		"reset":            run(kernel.Options{}, false, true),
		"reset (embedded)": run(kernel.Options{Dir: "estate"}, false, true),
	} {
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if run(kernel.Options{Seed: 8}, false, false) == want {
		t.Error("another seed gives the same rows")
	}
}

// The process dies at every step of an Advance, with all written, half of it, or only what was synced: advancing again leads to the
// same rows as if nothing had happened.
func TestCrashWithinAdvance(t *testing.T) {
	disk := vfs.NewCrashableMem()
	k := held(t, kernel.Options{Dir: "estate", FS: disk})
	d := newDemo(t, k)
	d.days(t, 1)
	for i := range 40 {
		must(t, d.put(as(k, "demo"), fmt.Sprint("buffer-", i%17), fmt.Sprint(i)))
	}
	last := as(k, "demo") // entering a call does not wait for the disk; moving time does
	must(t, k.Journal.Record(last, journal.Call{RequestID: call.From(last).RequestID, Service: "demo", Operation: "Last"}))
	end := k.Clock.Now().Add(48 * time.Hour)
	var crashes []*vfs.MemFS
	rng := rand.New(rand.NewPCG(5, 5))
	steps := 0
	d.step = func() {
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}))
		if steps++; steps%4 != 0 {
			must(t, k.Store.Sync())
		}
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{}))
	}
	d.advance(t, end)
	d.step = func() {}
	want, rows := d.hash(t), d.rows(t)
	must(t, k.Close())
	if steps < 60 {
		t.Fatalf("%d steps", steps)
	}
	for i, fs := range crashes {
		k := held(t, kernel.Options{Dir: "estate", FS: fs})
		d := newDemo(t, k)
		d.advance(t, end)
		if got := d.hash(t); got != want {
			t.Fatalf("crash at step %d: %s, want %s\n%s", i/2, got, want, difference(d.rows(t), rows))
		}
		must(t, k.Close())
	}
	t.Logf("%d crashes", len(crashes))
}
