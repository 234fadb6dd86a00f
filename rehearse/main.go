// Command unyo-rehearse plays the sample architectures: it builds each in an estate of its own, drives it, jumps in time, breaks it,
// and checks what has come of it. It stands outside the product and knows it by its public API alone, through the AWS SDK for Go; `unyo rehearse` runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"unyo/rehearse/accounts"
	"unyo/rehearse/audit"
	"unyo/rehearse/logs"
	"unyo/rehearse/report"
)

// story is one rehearsal. flags declares what it can be told; what it returns, called once the flags are read, makes ready what both takes need
// (work is a folder for it) and gives what plays the story once, in a new estate in dir.
type story struct {
	name, summary string
	flags         func(fs *flag.FlagSet) func(ctx context.Context, work string) (take, error)
}

type take func(ctx context.Context, binary, dir string) (*report.Report, error)

var stories = []story{
	{"logs", "logs of three systems, collected, filtered, archived and kept for as long as each deserves", playLogs},
	{"accounts", "an organisation with guard rails, and people who switch into its accounts", playAccounts},
	{"audit", "an intruder in the estate, and what an auditor finds of him", playAudit},
}

func playLogs(fs *flag.FlagSet) func(ctx context.Context, work string) (take, error) {
	days := fs.Int("days", 35, "days of the estate's time")
	lines := fs.Int("lines", 120, "lines that the three systems write in six hours")
	return func(ctx context.Context, work string) (take, error) {
		sources, err := logs.Record(ctx, filepath.Join(work, "sources"))
		return func(ctx context.Context, binary, dir string) (*report.Report, error) {
			return logs.Play(ctx, logs.Options{Binary: binary, Dir: dir, Days: *days, Lines: *lines, Sources: sources})
		}, err
	}
}

func playAccounts(*flag.FlagSet) func(ctx context.Context, work string) (take, error) {
	return func(context.Context, string) (take, error) {
		wall := time.Now()
		return func(ctx context.Context, binary, dir string) (*report.Report, error) {
			return accounts.Play(ctx, accounts.Options{Binary: binary, Dir: dir, Wall: wall})
		}, nil
	}
}

func playAudit(fs *flag.FlagSet) func(ctx context.Context, work string) (take, error) {
	evidence := fs.String("evidence", "rehearsal-audit-evidence", "folder that the auditor's evidence goes to")
	return func(context.Context, string) (take, error) {
		return func(ctx context.Context, binary, dir string) (*report.Report, error) {
			return audit.Play(ctx, audit.Options{Binary: binary, Dir: dir, Evidence: *evidence})
		}, nil
	}
}

// errOff says that the rehearsal went off otherwise than it must.
var errOff = errors.New("the rehearsal is off")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "unyo rehearse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		for _, s := range stories {
			if s.name == args[0] {
				return rehearse(ctx, s, args[1:])
			}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: unyo rehearse STORY [flags]")
	for _, s := range stories {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", s.name, s.summary)
	}
	return errors.New("no such story")
}

// rehearse plays a story twice and reports on it. Both must end in the same state.
func rehearse(ctx context.Context, s story, args []string) error {
	fs := flag.NewFlagSet(s.name, flag.ContinueOnError)
	binary := fs.String("unyo", beside("unyo"), "the binary that serves")
	ready := s.flags(fs)
	out := fs.String("out", "rehearsal-"+s.name+".html", "where the report goes")
	work := fs.String("keep", "", "where the two estates stay; they go if it is not given")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *work == "" {
		dir, err := os.MkdirTemp("", "rehearse")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		*work = dir
	}
	play, err := ready(ctx, *work)
	if err != nil {
		return err
	}
	var first *report.Report
	for _, name := range []string{"first", "second"} {
		r, err := play(ctx, *binary, filepath.Join(*work, name))
		if err != nil {
			return err
		}
		if first == nil {
			first = r
			continue
		}
		first.Check("the same again ends in the same state", first.Hash, r.Hash)
	}
	first.Print(os.Stdout)
	if err := first.WriteHTML(*out); err != nil {
		return err
	}
	fmt.Printf("\nThe report with its plots: %s\n", *out)
	if n := first.Failed(); n > 0 {
		return fmt.Errorf("%w: %d of %d checks", errOff, n, len(first.Checks))
	}
	return nil
}

// beside is the program of that name that lies where this one does.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		return name
	}
	return filepath.Join(filepath.Dir(self), name)
}
