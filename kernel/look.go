package kernel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"unyo/kernel/entropy"
	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
)

// Look is an estate whose rows are looked at while nobody serves it: nothing happens in it, and nothing is changed.
type Look struct {
	*Kernel
	Files *embedded.Look
}

// LookAt opens the estate in o.Dir to be looked at.
func LookAt(o Options) (*Look, error) {
	files, err := embedded.LookAt(filepath.Join(o.Dir, "store"), embedded.Options{FS: o.FS, Key: rowKey(o.Key)})
	if err != nil {
		return nil, fmt.Errorf("cannot open the store: %w", err)
	}
	k := &Kernel{o: o, Log: slog.New(slog.DiscardHandler), Partition: "aws"}
	if k.Store, err = store.New(files, store.Options{}); err != nil {
		return nil, errors.Join(err, files.Close())
	}
	k.seeds = store.TableOf[[]byte](k.Store.Space("@kernel"), "seed", store.Partition)
	err = k.Store.View(context.Background(), func(tx *store.Tx) error {
		_, k.keyed = k.seeds.Get(tx, keyedRow)
		seed, ok := k.seeds.Get(tx, "seed")
		if !ok || len(seed) != 32 {
			return errors.New("the estate has no seed")
		}
		k.Entropy = entropy.New([32]byte(seed))
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, k.Store.Close())
	}
	return &Look{k, files}, nil
}

// Close ends it.
func (l *Look) Close() error { return l.Store.Close() }
