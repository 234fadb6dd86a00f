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

	"unyo/rehearse/logs"
	"unyo/rehearse/report"
)

// story is one rehearsal. play plays it once in a new estate below dir.
type story struct {
	name, summary string
	play          func(ctx context.Context, o logs.Options) (*report.Report, error)
}

var stories = []story{
	{"logs", "logs of three systems, collected, filtered, archived and kept for as long as each deserves", logs.Play},
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
	o := logs.Options{}
	fs.StringVar(&o.Binary, "unyo", beside("unyo"), "the binary that serves")
	fs.IntVar(&o.Days, "days", 35, "days of the estate's time")
	fs.IntVar(&o.Lines, "lines", 120, "lines that the three systems write in six hours")
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
	sources, err := logs.Record(ctx, filepath.Join(*work, "sources"))
	if err != nil {
		return err
	}
	o.Sources = sources
	var first *report.Report
	for _, take := range []string{"first", "second"} {
		o.Dir = filepath.Join(*work, take)
		r, err := s.play(ctx, o)
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
