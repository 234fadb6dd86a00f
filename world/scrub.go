package world

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"unyo/engine/blob"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/kernel/store"
	"unyo/service/cloudtrail"
	"unyo/service/firehose"
	"unyo/service/kinesis"
	"unyo/service/s3"
)

// Scrubbed is what Scrub has read.
type Scrubbed struct {
	Rows, Tables, Blobs int
	Bytes               int64 // of blobs
	Logs                logstore.Checked
	Damaged             int
}

// Scrub reads all of an estate that nobody serves: every row and table, every blob that a row names, every log and segment. It opens what is sealed, compares it with its sum, tells
// what is damaged, and changes nothing.
func Scrub(ctx context.Context, o Options, damaged func(what string, err error)) (n Scrubbed, err error) {
	tell := func(what string, err error) {
		n.Damaged++
		damaged(what, err)
	}
	key, err := o.keyOf()
	if err != nil {
		return n, err
	}
	k, err := kernel.LookAt(kernel.Options{Dir: o.stateDir(), Key: key})
	if err != nil {
		return n, fmt.Errorf("rows cannot be read, and without them nobody can tell what else there is: %w", err)
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	if err := scrubRows(ctx, k, &n, tell); err != nil {
		return n, err
	}
	if err := o.scrubBlobs(ctx, k, &n, tell); err != nil {
		return n, err
	}
	n.Logs, err = logstore.Check(ctx, filepath.Join(o.Dir, "log"), logstore.Options{Key: k.BulkKey("log")}, tell)
	return n, err
}

// keyOf is the estate's key, none if it has none. Unlike estateKey it makes none.
func (o Options) keyOf() (*[32]byte, error) {
	if _, err := os.Stat(filepath.Join(o.Dir, "key")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return o.estateKey()
}

func scrubRows(ctx context.Context, k *kernel.Look, n *Scrubbed, damaged func(string, error)) (err error) {
	if n.Tables, err = k.Files.Tables(ctx, func(file string, err error) { damaged("rows: "+file, err) }); err != nil {
		return err
	}
	err = k.Store.Cat(ctx, "", func(r store.Raw) bool {
		if n.Rows++; len(r.Bytes) > 0 && r.Bytes[0] == 1 && !strings.HasPrefix(r.Path(), "@store/") && !json.Valid(r.Bytes[1:]) {
			damaged("row "+r.Path(), errors.New("it is no JSON"))
		}
		return ctx.Err() == nil
	})
	if err != nil {
		damaged("rows", err)
	}
	return ctx.Err()
}

func (o Options) scrubBlobs(ctx context.Context, k *kernel.Look, n *Scrubbed, damaged func(string, error)) error {
	refs := together(s3.NewStock(k.For("s3")).Refs(), firehose.Blobs(k.For("firehose")), cloudtrail.Blobs(k.For("cloudtrail")))
	if _, err := os.Stat(filepath.Join(o.Dir, "kafka")); errors.Is(err, fs.ErrNotExist) { // records of Kinesis are not here otherwise
		refs = together(refs, kinesis.Refs(k.For("kinesis")))
	}
	checker, seen := blob.Check(filepath.Join(o.Dir, "blob"), k.BulkKey("blob")), map[blob.Ref]bool{}
	for ref, err := range refs {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		n.Blobs, n.Bytes = n.Blobs+1, n.Bytes+ref.Size
		if err := checker.Blob(ref); err != nil {
			damaged("blob "+ref.String(), err)
		}
	}
	return nil
}
