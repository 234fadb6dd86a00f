package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"unyo/world"
)

// scrub reads all of an estate that is not served and tells what is damaged.
func scrub(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("scrub", flag.ContinueOnError)
	data := fs.String("data", "data", "folder that holds the estate")
	key := fs.String("key-file", os.Getenv("UNYO_KEY_FILE"), "file with the estate's key; also UNYO_KEY_FILE. Default: -data with .key behind its name")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return errUsage
	}
	if *key == "" {
		*key = filepath.Clean(*data) + ".key"
	}
	n, err := world.Scrub(ctx, world.Options{Dir: *data, KeyFile: *key}, func(what string, err error) { fmt.Printf("DAMAGED %s: %v\n", what, err) })
	if err != nil {
		return err
	}
	fmt.Printf("%d rows in %d tables and the log, %d blobs (%d bytes), %d events in %d files of %d log groups: %d damaged\n", n.Rows, n.Tables, n.Blobs, n.Bytes, n.Logs.Events, n.Logs.Files, n.Logs.Groups, n.Damaged)
	if n.Damaged > 0 {
		return errors.New("the estate is damaged: bring back what is named from a backup")
	}
	return nil
}
