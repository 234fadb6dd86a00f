package kernel

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"unyo/base/must"
	"unyo/kernel/clock"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/meter"
	"unyo/kernel/metric"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
	"unyo/kernel/vend"
)

// Service is what one service is given. It cannot name another's rows or jobs.
type Service struct {
	Name       string
	Rows       *store.Space
	Jobs       *jobs.Space
	Journal    *journal.Journal
	Clock      clock.Clock
	Entropy    *entropy.Source
	Tags       *tags.Tags
	Resources  *resource.Index
	Meter      *meter.Meter
	Metrics    *metric.Metrics
	Vend       *vend.Vend
	Principals *Principals
	Log        *slog.Logger
	Partition  string

	store *store.Store
	world *clock.World
}

// For returns what the service of that name is given.
func (k *Kernel) For(service string) *Service {
	must.Hold(service != "" && !strings.HasPrefix(service, "@"), "no name for a service: %q", service)
	return &Service{
		Name: service, Rows: k.Store.Space(service), Jobs: k.Jobs.Space(service), Journal: k.Journal, Clock: k.Clock,
		Entropy: k.Entropy, Tags: k.Tags, Resources: k.Resources, Meter: k.Meter, Metrics: k.Metrics, Vend: k.Vend, Principals: &k.Principals, Log: k.Log.With("service", service),
		Partition: k.Partition, store: k.Store, world: k.Clock,
	}
}

// Update runs fn in one transaction, in the account and region of the call in ctx; see store.Store.Update.
func (s *Service) Update(ctx context.Context, fn func(tx *store.Tx) error, opts ...store.Option) error {
	return s.store.Update(ctx, fn, opts...)
}

// View runs fn against one snapshot; see store.Store.View.
func (s *Service) View(ctx context.Context, fn func(tx *store.Tx) error) error {
	return s.store.View(ctx, fn)
}

// Wait lets a call that streams or polls wait for an instant, or until it is woken; see clock.World.Wait.
func (s *Service) Wait(ctx context.Context, t time.Time, woken <-chan struct{}) error {
	return s.world.Wait(ctx, t, woken)
}

// Flows reports that time passes by itself now: it is not held, and nobody is advancing it. Limits on what happens within a second
// that leave no row are judged only then: while time stands there is no second in which there could be too much.
func (s *Service) Flows() bool { return s.world.Mode() != clock.Held && !s.world.Advancing() }

// Durable returns when everything committed so far survives power loss, also within Advance, where commits do not wait for
// the disk. Ask it before destroying what a committed row no longer refers to.
func (s *Service) Durable() error { return s.store.Sync() }
