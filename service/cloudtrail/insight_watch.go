package cloudtrail

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// baseline is how long ordinary activity is measured: its average is that of the seven days before.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
const baseline = 7 * 24 * time.Hour

// rate is how often one operation was called, or failed with one code, hour by hour, and what is unusual now.
type rate struct {
	Hours []hour
	Open  *insight `json:",omitempty"`
}

type hour struct {
	At    int64 // hours since 1970
	Count int64
}

// insight is unusual activity, from its first minute to its last.
type insight struct {
	Type, Region, Source, Name, Code string
	Account                          string `json:",omitempty"` // in an organization
	Shared                           string // sharedEventID
	State                            string
	Start, Last                      time.Time // first and last unusual minute
	Baseline                         float64   // a minute
	Count, Minutes                   int64     // in the unusual minutes, and how many from the first to the last
	Who                              []share   // the busiest, in the first minute
	Agents                           []share
}

type share struct {
	Value   string  `json:"value"`
	Average float64 `json:"average"`
}

// unusual is the rule: so many a minute are far beyond what chance makes of the average, and no trifle. AWS does not publish its own.
func unusual(count int64, average float64) bool {
	return float64(count) > average+4*math.Sqrt(average)+10
}

// calm is how long activity must be ordinary for an insight to end.
const calm = 5 * time.Minute

// Most entries and kinds of activity that one look takes.
const (
	looked     = 20_000
	lookedAt   = 300
	attributed = 5
)

// lot is what was counted of one kind of activity: by minute.
type lot struct {
	insight
	minutes map[int64]int64
	who     map[int64]map[string]int64
	agents  map[int64]map[string]int64
}

// runLook counts what has happened, judges the minutes that are over, and sets itself again while an insight is open or there is more.
// What it finds it enters into the journal, one a job.
func (s *Service) runLook(ctx context.Context, a deliverArg) error {
	var w watchman
	var t trail
	var ok bool
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if w, ok = s.watchmen.Get(tx, a.Key); ok {
			t, ok = s.watches(tx, &w)
		}
		return nil
	})
	if err != nil || !ok {
		return err
	}
	if len(w.Found) > 0 {
		return s.tellInsight(ctx, a, &t, &w)
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		w, ok := s.watchmen.Get(tx, a.Key)
		if !ok {
			return nil
		}
		more := s.judge(tx, &t, &w)
		s.watchmen.Put(tx, a.Key, w)
		s.lookAgain(tx, a, &w, more)
		return nil
	})
}

func (s *Service) lookAgain(tx *store.Tx, a deliverArg, w *watchman, more bool) {
	now := s.k.Clock.Now()
	switch {
	case more || len(w.Found) > 0:
		s.glance.AtKey(tx, a.Key, now, a)
	case w.Open > 0:
		s.glance.AtKey(tx, a.Key, now.Truncate(rhythm).Add(rhythm), a)
	}
}

// judge reads on and judges; more says that there is more to read.
func (s *Service) judge(tx *store.Tx, t *trail, w *watchman) (more bool) {
	account, cut := tx.Scope().Account, s.k.Clock.Now().Truncate(time.Minute)
	lots, n := map[string]*lot{}, 0
	var last time.Time // minute
	for e, whose := range s.heard(tx, t, account, w.Cursor) {
		if !e.Time.Before(cut) {
			break
		}
		minute := e.Time.Truncate(time.Minute)
		if n++; (n > looked || len(lots) >= lookedAt) && !minute.Equal(last) { // a minute is judged as a whole
			more, cut = true, minute
			break
		}
		w.Cursor, last = e.Seq, minute
		if e.Call.Category == management && s.takes(t, e.Call, account) {
			if t.Org == "" {
				whose = []string{""}
			}
			for _, one := range whose {
				s.count(lots, w, &e, one)
			}
		}
	}
	for key := range s.rates.Prefix(tx, store.Key(w.Trail, ""), "") { // an open insight ends also when nothing more comes
		if r, _ := s.rates.Get(tx, key); r.Open != nil && lots[key] == nil {
			lots[key] = &lot{insight: *r.Open}
		}
	}
	keys := make([]string, 0, len(lots))
	for key := range lots {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		s.judgeLot(tx, w, key, lots[key], cut)
	}
	return more
}

// watches is what a watchman counts the calls of.
func (s *Service) watches(tx *store.Tx, w *watchman) (t trail, ok bool) {
	if w.Store == "" {
		return s.trails.Get(tx, w.Trail)
	}
	d, ok := s.stores.Get(tx, w.Store)
	return *d.trail(), ok
}

// count adds a call to what it is of: a call that changes something, and one that failed. In an organization each account has rates of its own.
func (s *Service) count(lots map[string]*lot, w *watchman, e *journal.Entry, account string) {
	c := e.Call
	add := func(kind, code string) {
		x := insight{Type: kind, Region: s.regionOf(c), Source: c.Source, Name: eventName(c), Code: code, Account: account}
		parts := []string{w.Trail, kind, x.Region, x.Source, x.Name, code}
		if account != "" {
			parts = append(parts, account)
		}
		key := store.Key(parts...)
		l := lots[key]
		if l == nil {
			l = &lot{insight: x, minutes: map[int64]int64{}, who: map[int64]map[string]int64{}, agents: map[int64]map[string]int64{}}
			lots[key] = l
		}
		m := e.Time.Unix() / 60
		if l.minutes[m]++; l.who[m] == nil {
			l.who[m], l.agents[m] = map[string]int64{}, map[string]int64{}
		}
		l.who[m][cmp.Or(c.Principal.ARN, c.Principal.Service)]++
		l.agents[m][c.UserAgent]++
	}
	if !c.ReadOnly && slices.Contains(w.Types, api.InsightTypeApiCallRateInsight) {
		add(api.InsightTypeApiCallRateInsight, "")
	}
	if c.ErrorCode != "" && slices.Contains(w.Types, api.InsightTypeApiErrorRateInsight) {
		add(api.InsightTypeApiErrorRateInsight, c.ErrorCode)
	}
}

// judgeLot judges the minutes of one kind of activity, in order. Ordinary ones count for the baseline of those that follow.
func (s *Service) judgeLot(tx *store.Tx, w *watchman, key string, l *lot, cut time.Time) {
	r, _ := s.rates.Get(tx, key)
	minutes := make([]int64, 0, len(l.minutes))
	for m := range l.minutes {
		minutes = append(minutes, m)
	}
	slices.Sort(minutes)
	for _, m := range minutes {
		at, n := time.Unix(m*60, 0).UTC(), l.minutes[m]
		s.closeInsight(w, &r, at)
		average := r.average(at)
		if at.Before(w.Since.Add(learning)) || !unusual(n, average) {
			r.add(m/60, n)
			continue
		}
		if r.Open == nil {
			x := l.insight
			x.State, x.Start, x.Baseline, x.Shared = "Start", at, average, s.insightID(store.Key(tx.Scope().Account, key), at)
			x.Who, x.Agents = busiest(l.who[m]), busiest(l.agents[m])
			x.Last, x.Count, x.Minutes = at, n, 1
			w.Open, w.Found, r.Open = w.Open+1, append(w.Found, x), &x
			continue
		}
		r.Open.Last, r.Open.Count = at, r.Open.Count+n
		r.Open.Minutes = int64(at.Sub(r.Open.Start)/time.Minute) + 1
	}
	s.closeInsight(w, &r, cut)
	s.rates.Put(tx, key, r)
}

// closeInsight ends what is open if it was calm for long enough before at.
func (s *Service) closeInsight(w *watchman, r *rate, at time.Time) {
	if r.Open == nil || at.Sub(r.Open.Last) <= calm {
		return
	}
	x := *r.Open
	x.State = "End"
	w.Open, w.Found, r.Open = w.Open-1, append(w.Found, x), nil
}

func (s *Service) insightID(key string, at time.Time) string {
	return entropy.UUID(s.k.Entropy.Derive("cloudtrail insight", 16, key, uint64(at.Unix())))
}

// average is how often a minute it happened in the seven days before at.
func (r *rate) average(at time.Time) float64 {
	n, first := int64(0), at.Add(-baseline).Unix()/3600
	for _, h := range r.Hours {
		if h.At >= first {
			n += h.Count
		}
	}
	return float64(n) / baseline.Minutes()
}

func (r *rate) add(at, n int64) {
	r.Hours = slices.DeleteFunc(r.Hours, func(h hour) bool { return h.At < at-int64(baseline/time.Hour) })
	if last := len(r.Hours) - 1; last >= 0 && r.Hours[last].At == at {
		r.Hours[last].Count += n
		return
	}
	r.Hours = append(r.Hours, hour{at, n})
}

// busiest are the five that have most.
func busiest(counts map[string]int64) (list []share) {
	for v, n := range counts {
		list = append(list, share{v, float64(n)})
	}
	slices.SortFunc(list, func(a, b share) int { return cmp.Or(cmp.Compare(b.Average, a.Average), cmp.Compare(a.Value, b.Value)) })
	return list[:min(len(list), attributed)]
}

// tellInsight enters the first insight that was found into the journal, where trails, event data stores and event history find it: in the account whose
// activity it is, or, for an event data store, in that whose both are.
func (s *Service) tellInsight(ctx context.Context, a deliverArg, t *trail, w *watchman) error {
	c, x := call.From(ctx), w.Found[0]
	is := told{Source: s.arn(c.Account, t), Into: w.Into, Account: x.Account, Time: x.at(), Shared: x.Shared, Details: x.details()}
	account := cmp.Or(x.Account, c.Account)
	if w.Store != "" {
		is.Source, account = s.storeARN(c.Account, &dataStore{ID: w.Store, Home: t.Home}), c.Account
	}
	extra, err := json.Marshal(is)
	if err != nil {
		return err
	}
	err = s.k.Journal.Record(ctx, journal.Call{
		RequestID: x.Shared + "-" + x.State, Service: "cloudtrail", Source: x.Source, Operation: x.Name, Account: account, Region: x.Region, Category: insightful,
		Principal: journal.Principal{Kind: string(call.AWSService), ID: principal, Service: principal}, Job: c.Job, Extra: extra,
	})
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		if w, ok := s.watchmen.Get(tx, a.Key); ok && len(w.Found) > 0 {
			w.Found = w.Found[1:]
			s.watchmen.Put(tx, a.Key, w)
			s.lookAgain(tx, a, &w, false)
		}
		return nil
	})
}
