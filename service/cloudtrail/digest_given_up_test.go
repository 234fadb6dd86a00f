package cloudtrail

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// A chain of digests outlives a digest whose job is given up: it is tried again after an hour.
func TestGivenUpDigest(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Seed: 1, Log: slog.New(slog.DiscardHandler)})
	ok(t, err)
	defer func() { ok(t, k.Close()) }()
	s := &Service{k: k.For("cloudtrail")}
	s.chains = store.TableOf[chain](s.k.Rows, "chain", store.Regional)
	runs := 0
	s.digest = jobs.Handle(s.k.Jobs, "digest", s.struck(&runs), jobs.GivenUp(s.giveUpDigest))
	ctx := in(k, mine, here)
	ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
		s.chains.Put(tx, "c", chain{Start: k.Clock.Now(), Next: 1})
		s.digest.AtKey(tx, "c", k.Clock.Now().Add(hourly), digestArg{"c"})
		return nil
	}))
	_, err = k.Clock.Advance(ctx, k.Clock.Now().Add(5*hourly), nil)
	ok(t, err)
	if runs != 5 {
		t.Errorf("it was tried %d times", runs)
	}
}

func (s *Service) struck(runs *int) func(context.Context, digestArg) error {
	return func(context.Context, digestArg) error {
		*runs++
		panic("struck")
	}
}
