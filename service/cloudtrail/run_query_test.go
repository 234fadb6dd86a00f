package cloudtrail

import (
	"context"
	"log/slog"
	"testing"

	api "unyo/api/cloudtrail"
	"unyo/kernel"
	"unyo/kernel/store"
)

// bare is a service of Lake that has neither a place for blobs nor peers: its jobs panic.
func bare(t *testing.T) (*kernel.Kernel, *Service, context.Context) {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 1, Log: slog.New(slog.DiscardHandler)})
	ok(t, err)
	t.Cleanup(func() { ok(t, k.Close()) })
	s := &Service{k: k.For("cloudtrail")}
	s.openLake()
	return k, s, in(k, mine, here)
}

// A query whose job is not run again has failed, says why, and does not count as active.
func TestGivenUpLakeQuery(t *testing.T) {
	k, s, ctx := bare(t)
	ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
		s.queries.Put(tx, "q", lakeQuery{State: api.QueryStatusQueued, Text: "SELECT 1", Stores: nil})
		s.active.Put(tx, "q", true)
		s.query.AtKey(tx, "q", k.Clock.Now(), queryArg{"q"})
		return nil
	}))
	advance(t, k, 0) // the service has nowhere to keep a result: its job panics
	ok(t, s.k.View(ctx, func(tx *store.Tx) error {
		if q, _ := s.queries.Get(tx, "q"); q.State != api.QueryStatusFailed || q.Error == "" || s.active.Has(tx, "q") {
			t.Errorf("%+v", q)
		}
		return nil
	}))
}

// A delivery whose job is not run again has failed too, and tells how far it came.
func TestGivenUpDelivery(t *testing.T) {
	k, s, ctx := bare(t)
	for id, sum := range map[string]string{"rows": "", "sign": "x"} {
		ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
			s.queries.Put(tx, id, lakeQuery{State: api.QueryStatusFinished, Delivery: api.DeliveryStatusPending, Sum: sum})
			s.hand.AtKey(tx, id, k.Clock.Now(), queryArg{id})
			return nil
		}))
	}
	advance(t, k, 0) // there is nothing to read the result from: the jobs panic
	ok(t, s.k.View(ctx, func(tx *store.Tx) error {
		for id, want := range map[string]string{"rows": api.DeliveryStatusFailed, "sign": api.DeliveryStatusFailedSigningFile} {
			if q, _ := s.queries.Get(tx, id); q.Delivery != want {
				t.Errorf("%s: %s", id, q.Delivery)
			}
		}
		return nil
	}))
}
