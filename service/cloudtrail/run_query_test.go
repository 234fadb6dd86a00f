package cloudtrail

import (
	"log/slog"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/kernel"
	"unyo/kernel/store"
)

// A query whose job is not run again has failed, says why, and does not count as active.
func TestGivenUpLakeQuery(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Seed: 1, Log: slog.New(slog.DiscardHandler)})
	ok(t, err)
	defer func() { ok(t, k.Close()) }()
	s := &Service{k: k.For("cloudtrail")}
	s.openLake()
	ctx := in(k, mine, here)
	ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
		s.queries.Put(tx, "q", lakeQuery{State: api.QueryStatusQueued, Text: "SELECT 1", Stores: nil})
		s.active.Put(tx, "q", true)
		s.query.AtKey(tx, "q", k.Clock.Now(), queryArg{"q"})
		return nil
	}))
	_, err = k.Clock.Advance(ctx, k.Clock.Now(), nil) // the service has nowhere to keep a result: its job panics
	ok(t, err)
	ok(t, s.k.View(ctx, func(tx *store.Tx) error {
		if q, _ := s.queries.Get(tx, "q"); q.State != api.QueryStatusFailed || q.Error == "" || s.active.Has(tx, "q") {
			t.Errorf("%+v", q)
		}
		return nil
	}))
}

// A delivery whose job is not run again has failed too, and tells how far it came.
func TestGivenUpDelivery(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Seed: 1, Log: slog.New(slog.DiscardHandler)})
	ok(t, err)
	defer func() { ok(t, k.Close()) }()
	s := &Service{k: k.For("cloudtrail")}
	s.openLake()
	ctx := in(k, mine, here)
	for id, sum := range map[string]string{"rows": "", "sign": "x"} {
		ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
			s.queries.Put(tx, id, lakeQuery{State: api.QueryStatusFinished, Delivery: api.DeliveryStatusPending, Sum: sum})
			s.hand.AtKey(tx, id, k.Clock.Now(), queryArg{id})
			return nil
		}))
	}
	_, err = k.Clock.Advance(ctx, k.Clock.Now(), nil) // there is nothing to read the result from: the jobs panic
	ok(t, err)
	ok(t, s.k.View(ctx, func(tx *store.Tx) error {
		for id, want := range map[string]string{"rows": api.DeliveryStatusFailed, "sign": api.DeliveryStatusFailedSigningFile} {
			if q, _ := s.queries.Get(tx, id); q.Delivery != want {
				t.Errorf("%s: %s", id, q.Delivery)
			}
		}
		return nil
	}))
}
