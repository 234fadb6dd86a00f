package logs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// cursor is how far a subscription is delivered.
type cursor struct {
	Seq    uint64  // last batch of the group's log that was dealt with
	Begin  outset  `json:",omitzero"`  // of an account filter: which of the batches behind Seq are its
	Since  int64   `json:",omitempty"` // ms: of an account filter, when it was put
	Flight *flight `json:",omitempty"`
}

// flight is a delivery under way. It names exactly what is delivered, so that a repeat delivers the same.
type flight struct {
	To       uint64    // last batch of it
	Job      string    `json:",omitempty"` // who sends it; nobody else may, for the stream tells repeats by the job. None: whoever comes next
	Left     []int     `json:",omitempty"` // records refused so far; none: all are to be sent
	Since    time.Time // when it was first tried
	Attempts int       `json:",omitempty"` // in vain
	Next     time.Time `json:",omitzero"`  // not to be tried before
}

// giveUpAfter is for how long a delivery is tried.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
const giveUpAfter = 24 * time.Hour

// backoff is the wait after so many attempts in vain: 1 s, 2 s, 4 s … 10 min.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 20), 10*time.Minute)
}

type deliverArg struct{ Name, Group, Filter string }

// lostArg is a delivery that was given up: the records Left of the batches From < seq <= To.
type lostArg struct {
	Name, Group, Filter string
	From, To            uint64
	Begin               outset `json:",omitzero"`
	Left                []int
	Why                 string
}

func (s *Service) handleJobs() {
	s.expire = jobs.Handle(s.k.Jobs, "expire", s.dropExpired, jobs.Every(time.Hour))
	s.drop = jobs.Handle(s.k.Jobs, "drop", s.dropGroup, jobs.Lane(func(a dropArg) string { return a.Group }), jobs.Every(time.Hour))
	s.measure = jobs.Handle(s.k.Jobs, "measure", s.measureStored, jobs.Lane(func(a measureArg) string { return "measure " + a.Group }), jobs.Every(time.Hour))
	s.deliver = jobs.Handle(s.k.Jobs, "deliver", s.deliverNext, jobs.Retry(jobs.Policy{Attempts: 200, Wait: backoff}), jobs.Lane(func(a deliverArg) string { return "deliver " + a.Group + " " + a.Filter }), jobs.Every(time.Hour))
	s.export = jobs.Handle(s.k.Jobs, "export", s.runExport, jobs.Lane(func(a exportArg) string { return "export " + a.Task }), jobs.GivenUp(s.giveUpExport))
	s.vended = jobs.Handle(s.k.Jobs, "vended", s.runVended, jobs.Lane(func(a vendedArg) string { return "vended " + a.ID }), jobs.Every(vendedEvery))
	s.audit = jobs.Handle(s.k.Jobs, "audit", s.runAudit, jobs.Lane(func(a auditArg) string { return "audit " + a.Group }), jobs.Every(time.Hour))
	s.lost = jobs.Handle(s.k.Jobs, "lost", s.deliverLost, jobs.Retry(jobs.Policy{Attempts: 1}), jobs.Lane(func(a lostArg) string { return "lost " + a.Group + " " + a.Filter }), jobs.Once())
}

// wake sees that the subscriptions of a group deliver what tx adds. A row says that a job is on its way that has not begun to
// read, so however many batches come, one job takes them.
func (s *Service) wake(tx *store.Tx, name string, g *group, ref logstore.Ref) {
	s.wakeAccount(tx, name, g, ref)
	if g.Subscribed == 0 {
		return
	}
	base := store.Key(g.ID, "")
	for key := range s.filters.Prefix(tx, base, "") {
		if !s.wakes.Has(tx, key) {
			s.wakes.Put(tx, key, none{})
			s.deliver.Soon(tx, deliverArg{name, g.ID, key[len(base):]})
		}
	}
}

// deliverNext delivers what is new, as much as one call to Firehose takes: it writes down what it will send, sends it, and moves
// the cursor. It puts itself again when there is more.
func (s *Service) deliverNext(ctx context.Context, a deliverArg) error {
	now := s.k.Clock.Now()
	key := store.Key(a.Group, a.Filter)
	var row subscription
	var at cursor
	var ok bool
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		s.wakes.Delete(tx, key)
		if row, ok = s.subscriptionOf(tx, a.Name, a.Group, a.Filter); !ok {
			return nil
		}
		at, _ = s.cursors.Get(tx, key)
		return nil
	}, store.Relaxed)
	if err != nil || !ok {
		return err
	}
	job := call.From(ctx).Job
	if f := at.Flight; f != nil && (f.Next.After(now) || f.Job != "" && f.Job != job) { // left to the job that is set for it
		return nil
	}
	load, err := s.load(ctx, a, &row, at)
	if err != nil {
		return err
	}
	if len(load.records) == 0 {
		return s.arrive(ctx, a, at, load.to, load.more)
	}
	if at.Flight == nil {
		at.Flight = &flight{To: load.to, Since: now}
	}
	if at.Flight.Job == "" {
		at.Flight.Job = job
		if ok, err := s.takeOff(ctx, key, at); err != nil || !ok {
			return err
		}
	}
	failed, err := s.forward(ctx, a.Name, strings.TrimPrefix(a.Filter, accountFilter), &row, load.records)
	if ctx.Err() != nil { // the process is stopping: this job will be run again
		return ctx.Err()
	}
	if err == nil && len(failed) == 0 {
		return s.arrive(ctx, a, at, load.to, load.more)
	}
	return s.delay(ctx, a, at, load.left(failed), err)
}

// stands tells that at is still where the delivery is that was read at x: the filter has not begun anew since. What begins it sets its job.
func (c *cursor) stands(x *cursor) bool {
	return c.Seq == x.Seq && c.Since == x.Since && c.Begin.From == x.Begin.From
}

// takeOff writes down what will be sent, and by whom; ok=false: it is no longer to be sent.
func (s *Service) takeOff(ctx context.Context, key string, at cursor) (ok bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		now, there := s.cursors.Get(tx, key)
		if ok = there && now.stands(&at); ok {
			s.cursors.Put(tx, key, at)
		}
		return nil
	})
	return ok, err
}

// arrive moves the cursor behind what has been dealt with.
func (s *Service) arrive(ctx context.Context, a deliverArg, from cursor, to uint64, more bool) error {
	key := store.Key(a.Group, a.Filter)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if at, ok := s.cursors.Get(tx, key); ok && at.stands(&from) {
			if at.Seq, at.Flight = max(at.Seq, to), nil; at.Seq >= at.Begin.From {
				at.Begin = outset{}
			}
			s.cursors.Put(tx, key, at)
			if more {
				s.deliver.Soon(tx, a)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// delay sets the next attempt for what was refused. After a day it is given up and kept as work that could not be done, and
// the subscription goes on behind it.
func (s *Service) delay(ctx context.Context, a deliverArg, from cursor, left []int, fault error) error {
	key := store.Key(a.Group, a.Filter)
	now := s.k.Clock.Now()
	why := fmt.Sprintf("%d records refused", len(left))
	if fault != nil {
		why = fault.Error()
	}
	s.k.Log.Warn("subscription could not deliver", "group", a.Name, "filter", a.Filter, "error", why)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if at, ok := s.cursors.Get(tx, key); ok && at.stands(&from) && at.Flight != nil {
			f := *at.Flight
			f.Attempts, f.Left, f.Job = f.Attempts+1, left, ""
			f.Next = now.Add(backoff(f.Attempts))
			if at.Flight = &f; f.Next.After(f.Since.Add(giveUpAfter)) {
				s.lost.Soon(tx, lostArg{a.Name, a.Group, a.Filter, at.Seq, f.To, at.Begin, left, why})
				at.Seq, at.Flight = f.To, nil
				s.deliver.Soon(tx, a)
			} else {
				s.deliver.At(tx, f.Next, a)
			}
			s.cursors.Put(tx, key, at)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// deliverLost tries once more what was given up, when an operator asks for it, and first when it is given up.
func (s *Service) deliverLost(ctx context.Context, a lostArg) error {
	var row subscription
	var ok bool
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		row, ok = s.subscriptionOf(tx, a.Name, a.Group, a.Filter)
		return nil
	}); err != nil || !ok {
		return err
	}
	load, err := s.load(ctx, deliverArg{a.Name, a.Group, a.Filter}, &row, cursor{Seq: a.From, Begin: a.Begin, Flight: &flight{To: a.To, Left: a.Left}})
	if err != nil || len(load.records) == 0 {
		return err
	}
	failed, err := s.forward(ctx, a.Name, strings.TrimPrefix(a.Filter, accountFilter), &row, load.records)
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("%d of %d records refused", len(failed), len(load.records))
	}
	if err != nil {
		return fmt.Errorf("cannot deliver log events of %s to %s, given up after %s (%s): %w", a.Name, row.Destination, giveUpAfter, a.Why, err)
	}
	return nil
}

// load reads what is to be delivered from the cursor on; with a flight exactly that.
func (s *Service) load(ctx context.Context, a deliverArg, row *subscription, at cursor) (*load, error) {
	p, err := compile(row.Pattern)
	if err != nil {
		return nil, err
	}
	selected, err := parseSelection(row.Selection)
	if err != nil {
		return nil, err
	}
	scope := call.ScopeOf(ctx)
	var mask *masker
	var shape *shaper
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		g, ok := s.groups.Get(tx, a.Name)
		if !ok || g.ID != a.Group {
			return nil
		}
		if mask, err = s.maskerOf(tx, &g); err == nil && row.Transformed {
			shape, err = s.shaperOf(tx, a.Name, &g, mask, s.streamNames(ctx, a.Group))
		}
		return err
	}); err != nil {
		return nil, err
	}
	l := &load{begin: at.Begin, off: !selected.takes(scope), pattern: p, mask: mask, shape: shape, account: scope.Account, arg: a, to: at.Seq, names: map[uint64]string{}, name: func(id uint64) (name string, err error) {
		return name, s.k.View(ctx, func(tx *store.Tx) error {
			name, _ = s.names.Get(tx, streamIDKey(a.Group, id))
			return nil
		})
	}}
	if at.Flight != nil {
		l.until, l.pick = at.Flight.To, at.Flight.Left
	}
	if err := s.store.Batches(ctx, folder(scope, a.Group), at.Seq, l.add); err != nil {
		return nil, err
	}
	if err := l.finish(); err != nil {
		return nil, err
	}
	if l.pick != nil {
		all := l.records
		l.records = make([]parcel, len(l.pick))
		for i, n := range l.pick {
			l.records[i] = all[n]
		}
	}
	return l, nil
}
