package jobs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// mortal is an estate on disk with a job that ends the process, one that waits beside it, and a row that tells how the first has ended.
type mortal struct {
	k             *kernel.Kernel
	s             *kernel.Service
	ctx           context.Context
	told          store.Table[string]
	killer, quiet jobs.Job[string]
}

func openMortal(t *testing.T, dir string, die func()) *mortal {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Dir: dir, Held: true, Start: begin, Seed: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ok(t, err)
	m := &mortal{k: k, s: k.For("demo"), ctx: call.With(t.Context(), &call.Call{Scope: home, Serial: k.Serial(), Service: "demo", RequestID: "req-1"})}
	m.told = store.TableOf[string](m.s.Rows, "told", store.Regional)
	m.killer = jobs.Handle(m.s.Jobs, "killer", func(context.Context, string) error { die(); return nil },
		jobs.GivenUp(func(tx *store.Tx, name, why string) { m.told.Put(tx, name, why) }))
	m.quiet = jobs.Handle(m.s.Jobs, "quiet", func(ctx context.Context, name string) error {
		return m.s.Update(ctx, func(tx *store.Tx) error { m.told.Put(tx, name, "done"); return nil })
	})
	return m
}

func (m *mortal) tell(t *testing.T, name string) (word string) {
	t.Helper()
	ok(t, m.s.View(m.ctx, func(tx *store.Tx) error { word, _ = m.told.Get(tx, name); return nil }))
	return word
}

// A process of its own: it opens the estate and does what is due, whereof it dies.
func TestMortal(t *testing.T) {
	dir := os.Getenv("MORTAL")
	if dir == "" {
		t.Skip("run by TestDeaths")
	}
	m := openMortal(t, dir, func() { os.Exit(9) })
	advance(t, m.k, time.Minute)
	ok(t, m.k.Close())
}

// A job of which the process dies is run again after each of four deaths, as if nothing had been; after the fifth it is kept as work that could not
// be done, who waits for it is told, and the work behind it goes on. Having it tried again counts anew.
func TestDeaths(t *testing.T) {
	dir := t.TempDir()
	run := func() int {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run", "^TestMortal$")
		cmd.Env = append(os.Environ(), "MORTAL="+dir)
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) || cmd.ProcessState.ExitCode() == 1 {
			t.Fatalf("%v\n%s", err, out)
		}
		return cmd.ProcessState.ExitCode()
	}
	look := func(do func(m *mortal)) (hash string) {
		t.Helper()
		m := openMortal(t, dir, func() { t.Error("run") })
		do(m)
		hash, err := m.k.Hash(m.ctx)
		ok(t, err)
		ok(t, m.k.Close())
		return hash
	}
	before := look(func(m *mortal) {
		update(t, m.s, m.ctx, func(tx *store.Tx) { m.killer.Soon(tx, "killed"); m.quiet.Soon(tx, "behind") })
	})
	for range 5 {
		if code := run(); code != 9 {
			t.Fatalf("the process ended with %d", code)
		}
		if got := look(func(*mortal) {}); got != before { // opening and closing in good order counts nothing and clears nothing
			t.Fatal("a death changed the state")
		}
	}
	if code := run(); code != 0 {
		t.Fatalf("the process ended with %d, having died five times", code)
	}
	look(func(m *mortal) {
		failures, err := m.k.Jobs.Failures(m.ctx, 10)
		ok(t, err)
		if len(failures) != 1 || failures[0].Job() != "demo.killer" || !strings.Contains(failures[0].Why, "died 5 times") {
			t.Errorf("%+v", failures)
		}
		if got := m.tell(t, "killed"); got != failures[0].Why {
			t.Errorf("told %q", got)
		}
		if got := m.tell(t, "behind"); got != "done" {
			t.Errorf("behind it %q", got)
		}
		ok(t, m.k.Jobs.Again(m.ctx, failures[0].ID))
	})
	if code := run(); code != 9 {
		t.Errorf("tried again, the process ended with %d", code)
	}
}

// A job that is done, or fails, has its deaths forgotten; and nothing is left running in the file.
func TestDeathsForgotten(t *testing.T) {
	dir := t.TempDir()
	var fault error
	m := openMortal(t, dir, func() {})
	failing := jobs.Handle(m.s.Jobs, "failing", func(context.Context, string) error { return fault })
	fault = errors.New("no")
	update(t, m.s, m.ctx, func(tx *store.Tx) { m.quiet.Soon(tx, "x"); failing.Soon(tx, "") })
	advance(t, m.k, time.Second)
	ok(t, m.k.Close())
	notes, err := os.ReadFile(filepath.Join(dir, "running"))
	ok(t, err)
	if strings.Trim(string(notes), "\x00") != "" {
		t.Errorf("%q", notes)
	}
}

// A service that is called by a job cannot end that job; the job can.
func TestSettleOfCallee(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	runs := 0
	job := jobs.Handle(s.Jobs, "j", func(ctx context.Context, _ int) error {
		inner := *call.From(ctx)
		inner.RequestID = "of the callee"
		if err := s.Update(call.With(ctx, &inner), func(tx *store.Tx) error { jobs.Settle(call.With(ctx, &inner), tx); return nil }); err != nil {
			return err
		}
		if runs++; runs == 1 {
			return errors.New("again") // in vain, had the callee settled
		}
		return s.Update(ctx, func(tx *store.Tx) error { jobs.Settle(ctx, tx); return nil })
	})
	update(t, s, ctx, func(tx *store.Tx) { job.Soon(tx, 0) })
	advance(t, k, time.Minute)
	if left, _ := k.Jobs.Waiting(ctx, 1); runs != 2 || len(left) != 0 {
		t.Errorf("%d runs, left %+v", runs, left)
	}
}
