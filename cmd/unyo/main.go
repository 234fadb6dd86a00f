// Command unyo runs and rehearses the operation of an AWS estate. Each verb stands in a file of its name.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// verb is one thing the command can do.
type verb struct {
	name, usage, summary string
	run                  func(ctx context.Context, args []string) error
}

var verbs = []verb{
	{"serve", "serve [flags]", "serve the AWS API", serve},
	{"clock", "clock show | hold | advance 35d | until 2027-01-01T00:00:00Z | run 3600x | live", "read and move the estate's time", clock},
	{"coverage", "coverage [service]", "count the operations that have behaviour", coverage},
	{"rehearse", "rehearse logs [-days 35] [-lines 120] [-out FILE]", "play a sample architecture twice and check what comes of it", rehearse},
	{"import", "import cloudtrail DIR [-bucket NAME]", "bring CloudTrail's files from elsewhere in, and have Athena answer questions about them", importFiles},
	{"scrub", "scrub [-data DIR] [-key-file FILE]", "read all of an estate that is not served, and tell what is damaged", scrub},
	{"doctor", "doctor hash | cat [prefix] | trace REQUEST-ID | failed | retry JOB", "look inside a running estate", doctor},
}

// errUsage is a command line that says nothing sensible.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) < 2 {
		usage()
		os.Exit(2)
	}
	for _, v := range verbs {
		if v.name != os.Args[1] {
			continue
		}
		err := v.run(ctx, os.Args[2:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return
		case errors.Is(err, errUsage):
			fmt.Fprintln(os.Stderr, "usage: unyo", v.usage)
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "unyo "+v.name+":", err)
		os.Exit(1)
	}
	usage()
	os.Exit(2)
}

func usage() {
	fmt.Fprintln(os.Stderr, "unyo runs and rehearses the operation of an AWS estate.\n\nusage:")
	for _, v := range verbs {
		fmt.Fprintf(os.Stderr, "  unyo %s\n        %s\n", v.usage, v.summary)
	}
}
