package jobs_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Who awaits a topic is run when another service announces it, once, in the instant of the announcement, and while it runs it may await again.
func TestAwait(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	teller := k.For("teller")
	var ran []string
	var note jobs.Job[string]
	note = jobs.Handle(s.Jobs, "note", func(ctx context.Context, name string) error {
		ran = append(ran, name+" "+s.Clock.Now().Sub(begin).String())
		return s.Update(ctx, func(tx *store.Tx) error {
			if name == "again" {
				note.Await(tx, "topic", "again", name)
			}
			return nil
		})
	})
	announce := func(topic string) { update(t, teller, ctx, func(tx *store.Tx) { teller.Jobs.Announce(tx, topic) }) }
	update(t, s, ctx, func(tx *store.Tx) {
		note.Await(tx, "topic", "once", "once")
		note.Await(tx, "topic", "again", "again")
		note.Await(tx, "topic", "taken back", "taken back")
		note.Unawait(tx, "topic", "taken back")
		note.Await(tx, "topic of others", "other", "other")
		note.AtKey(tx, "once", begin.Add(time.Hour), "replaced by the announcement")
	})
	advance(t, k, time.Minute)
	if len(ran) != 0 {
		t.Fatalf("ran unannounced: %q", ran)
	}
	announce("topic")
	announce("topic")
	announce("topic of nobody")
	advance(t, k, time.Minute)
	announce("topic")
	advance(t, k, 2*time.Hour)
	if want := []string{"again 1m0s", "once 1m0s", "again 2m0s"}; !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
}
