package logs

import (
	"context"
	"log/slog"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/store"
)

// A query whose job is not run again has failed, and says why.
func TestGivenUpQuery(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Seed: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	s := &Service{k: k.For("logs")}
	s.openQueries()
	ctx := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-west-1"}, Serial: k.Serial()})
	var q query
	if err := s.k.Update(ctx, func(tx *store.Tx) error { return s.putQuery(tx, "id", query{Status: api.QueryStatusRunning}) }); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Clock.Advance(ctx, k.Clock.Now(), nil); err != nil { // the service has no store: its job panics
		t.Fatal(err)
	}
	if err := s.k.View(ctx, func(tx *store.Tx) error { q, _ = s.asked.rows.Get(tx, "id"); return nil }); err != nil {
		t.Fatal(err)
	}
	if q.Status != api.QueryStatusFailed || q.Why == "" || q.Ended == 0 {
		t.Errorf("%+v", q)
	}
}
