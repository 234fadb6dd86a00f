package cloudtrail

import (
	"context"
	"slices"
	"strings"
	"time"

	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

type deliverArg struct{ Key string } // of the trail's row

// patience is how long CloudTrail goes on trying to deliver.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const patience = 30 * 24 * time.Hour

// deliverRetry is for what is no answer of S3's, a full disk for example.
var deliverRetry = jobs.Policy{Attempts: int(patience / rhythm), Wait: func(int) time.Duration { return rhythm }}

// outlet is one of the two places that a trail delivers to, and how much goes there at a time.
type outlet struct {
	of     func(*trail) *feed
	again  jobs.Job[deliverArg]
	events int
	text   int // bytes
	within time.Duration
}

// typical is what a record has beside its parameters, in bytes; few have more.
const typical = 2500

func (s *Service) toFiles() outlet {
	return outlet{func(t *trail) *feed { return &t.Files }, s.deliver, 20_000, 32 << 20, patience}
}

// toLines stays below what PutLogEvents takes: 1 MB, 10,000 events, 24 hours.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
func (s *Service) toLines() outlet {
	return outlet{func(t *trail) *feed { return &t.Lines }, s.write, 5000, 900_000, 24 * time.Hour}
}

// stage is what is to be done next for a feed: put a file for the first region of the flight, which has just been planned if it is fresh.
// A fresh one moves the feed's first span on to entry from, or over its end. Without a flight nothing of it is to be delivered.
type stage struct {
	flight *flight
	fresh  bool
	from   uint64
	over   bool
}

func (x *stage) apply(f *feed) {
	if !x.fresh || len(f.Spans) == 0 {
		return
	}
	f.Flight, f.Spans[0].From = x.flight, x.from
	if x.over {
		f.Spans = f.Spans[1:]
	}
}

// runDeliver writes down what is next, puts it, and sets itself again while there is more: one object a job.
func (s *Service) runDeliver(ctx context.Context, a deliverArg) error {
	err := s.deliverNext(ctx, a)
	s.noteStuck(ctx, a.Key, err)
	return err
}

func (s *Service) deliverNext(ctx context.Context, a deliverArg) error {
	o := s.toFiles()
	t, x, err := s.prepare(ctx, a.Key, o)
	if err != nil || x == nil || x.flight == nil {
		return err
	}
	place := x.flight.Regions[0]
	file, about, err := s.file(ctx, t, x.flight, place)
	if err != nil {
		return err
	}
	about.Bucket, about.Key = t.Bucket, s.fileName(ctx, t, x.flight, place)
	if err := s.put(ctx, t, about.Key, file, nil); err != nil {
		return s.delay(ctx, a.Key, o, x.flight, err)
	}
	return s.settle(ctx, a.Key, o, func(tx *store.Tx, t *trail) { s.digested(tx, a.Key, t, strings.TrimSuffix(place, insightPlace), about) })
}

// prepare finds out what is next and writes it down. Where nothing is to be delivered, it settles.
func (s *Service) prepare(ctx context.Context, key string, o outlet) (t *trail, x *stage, err error) {
	t, x, err = s.plan(ctx, key, o)
	if err != nil || x != nil && x.flight != nil && !x.fresh {
		return t, x, err
	}
	return t, x, s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.trails.Get(tx, key)
		if x != nil && ok {
			x.apply(o.of(&row))
			s.keep(tx, key, &row)
		}
		if x == nil || x.flight == nil {
			if x != nil && ok && len(o.of(&row).Spans) > 0 {
				o.again.AtKey(tx, key, s.k.Clock.Now(), deliverArg{key})
			}
			jobs.Settle(ctx, tx)
		}
		return nil
	})
}

// keep puts a trail's row, but that of a deleted one when there is nothing more to deliver.
func (s *Service) keep(tx *store.Tx, key string, t *trail) {
	if t.Gone && t.Files.idle() && t.Lines.idle() {
		s.trails.Delete(tx, key)
		return
	}
	s.trails.Put(tx, key, *t)
}

func (f *feed) idle() bool { return len(f.Spans) == 0 && f.Flight == nil }

// plan finds the next stage; nil when there is nothing to do now.
func (s *Service) plan(ctx context.Context, key string, o outlet) (t *trail, x *stage, err error) {
	account := call.From(ctx).Account
	err = s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.trails.Get(tx, key)
		t, x = &row, nil
		switch f := o.of(&row); {
		case !ok:
		case f.Flight != nil:
			x = &stage{flight: f.Flight}
		case len(f.Spans) > 0:
			x = s.stretch(tx, t, f.Spans[0], account, o)
		}
		return nil
	})
	return t, x, err
}

// stretch reads on in a span, as far as one flight goes; nil when nothing has come.
func (s *Service) stretch(tx *store.Tx, t *trail, at span, account string, o outlet) *stage {
	x := &stage{fresh: true, from: at.From, over: at.Stop != ""}
	f := &flight{From: at.From, At: s.k.Clock.Now()}
	n, size, full, foreign := 0, 0, false, false
	var first time.Time
	for e, whose := range s.heard(tx, t, account, at.From) {
		last := at.Stop != "" && e.Call.RequestID == at.Stop
		if at.Stop != "" && e.Seq > at.To && !last {
			if e.Time.After(at.Ended) {
				break
			}
			continue
		}
		if s.takes(t, e.Call, account) {
			if n == 0 {
				first = e.Time
			}
			n, size = n+1, size+len(e.Call.Request)+len(e.Call.Response)+typical
			if n > o.events || n > 1 && size > o.text || e.Time.Sub(first) >= o.within { // the next flight's
				n, x.over, full = n-1, false, true
				break
			}
			foreign = foreign || e.Call.InvokedBy != principal
			for _, one := range whose {
				if p := t.placeOf(e.Call, one, s.regionOf(e.Call)); !slices.Contains(f.Regions, p) {
					f.Regions = append(f.Regions, p)
				}
			}
		}
		if x.from = e.Seq; last {
			break
		}
	}
	if n > 0 && !foreign && !full && !x.over {
		return nil // nothing but what delivering has caused: it would cause more of it, for ever, and goes along with what comes next
	}
	if f.To = x.from; n > 0 {
		slices.Sort(f.Regions)
		x.flight = f
	} else if x.from == at.From && !x.over {
		return nil
	}
	return x
}

// settle moves on behind the region that was delivered, with what else also does in the same transaction.
func (s *Service) settle(ctx context.Context, key string, o outlet, also func(*store.Tx, *trail)) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if t, ok := s.trails.Get(tx, key); ok && o.of(&t).Flight != nil {
			f := o.of(&t)
			if f.Flight.Regions = f.Flight.Regions[1:]; len(f.Flight.Regions) == 0 {
				f.Flight = nil
			}
			f.Latest, f.Attempted, f.Error, f.Failed = s.k.Clock.Now(), s.k.Clock.Now(), "", 0
			also(tx, &t)
			if !f.idle() {
				o.again.AtKey(tx, key, s.k.Clock.Now(), deliverArg{key})
			}
			s.keep(tx, key, &t)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// soon ends this run and sets the next.
func (s *Service) soon(ctx context.Context, key string, o outlet) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		o.again.AtKey(tx, key, s.k.Clock.Now(), deliverArg{key})
		jobs.Settle(ctx, tx)
		return nil
	})
}

// delay notes what went wrong and tries again later, at last every hour, but not what has waited for 30 days.
func (s *Service) delay(ctx context.Context, key string, o outlet, tried *flight, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	code := awserr.Code(fault)
	if code == "" { // no answer, but the house's own trouble
		return fault
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		now := s.k.Clock.Now()
		if t, ok := s.trails.Get(tx, key); ok {
			f := o.of(&t)
			f.Attempted, f.Error, f.Failed = now, code, f.Failed+1
			wait := min(time.Duration(f.Failed)*rhythm, time.Hour)
			if now.Sub(tried.At) >= patience {
				f.Flight, wait = nil, 0
			}
			if !f.idle() {
				o.again.AtKey(tx, key, now.Add(wait), deliverArg{key})
			}
			s.keep(tx, key, &t)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
