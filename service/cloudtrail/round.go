package cloudtrail

import (
	"context"
	"time"

	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// rhythm is how often trails deliver what has happened.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const rhythm = 5 * time.Minute

// wanted is what an account's trails record while they log.
type wanted struct{ any, data bool }

// anybody is every account, in the list of those that are watched.
const anybody = "*"

// look finds out whose calls trails and event data stores record, whenever that may have changed.
func (s *Service) look() {
	found := map[string]wanted{}
	err := s.k.View(context.Background(), func(tx *store.Tx) error {
		clear(found)
		for at, t := range s.trails.AllScopes(tx) {
			if t.Logging && !t.Gone {
				whose := at.Account
				if t.Org != "" { // who its members are, the round finds out
					whose = anybody
				}
				found[whose] = wanted{true, found[whose].data || t.wantsData()}
			}
		}
		for at, d := range s.stores.AllScopes(tx) {
			if d.Ingesting {
				whose := at.Account
				if d.Org != "" {
					whose = anybody
				}
				found[whose] = wanted{true, found[whose].data || d.trail().wantsData()}
			}
		}
		return nil
	})
	if err == nil { // the store is broken or closed otherwise, and nothing more will happen
		s.watched.Store(&found)
	}
}

// wants reports whether an entry is to be delivered. What CloudTrail itself does goes along with the next that is.
func (s *Service) wants(e *journal.Entry) bool {
	watched := *s.watched.Load()
	if len(watched) == 0 || e.Call == nil || e.Call.InvokedBy == principal {
		return false
	}
	if w := watched[anybody]; w.data || w.any && e.Call.Category != "Data" {
		return true
	}
	for _, account := range accounts(e.Call) {
		if w := watched[account]; w.data || w.any && e.Call.Category != "Data" {
			return true
		}
	}
	return false
}

// visit sets the jobs of all trails that have something to deliver.
func (s *Service) visit(ctx context.Context) error {
	if err := s.index.Extend(ctx); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		now := s.k.Clock.Now()
		for at, t := range s.trails.AllScopes(tx) {
			there := tx.In(call.Scope{Partition: s.k.Partition, Account: at.Account, Region: t.Home})
			if len(t.Files.Spans) > 0 {
				s.deliver.AtKey(there, at.Key, now, deliverArg{at.Key})
			}
			if len(t.Lines.Spans) > 0 {
				s.write.AtKey(there, at.Key, now, deliverArg{at.Key})
			}
		}
		for at, w := range s.watchmen.AllScopes(tx) {
			region, _ := store.Split(w.Trail, 2)
			s.glance.AtKey(tx.In(call.Scope{Partition: s.k.Partition, Account: at.Account, Region: region[0]}), w.Trail, now, deliverArg{w.Trail})
		}
		for at, d := range s.stores.AllScopes(tx) {
			if len(d.Feed.Spans) > 0 {
				there := tx.In(call.Scope{Partition: s.k.Partition, Account: at.Account, Region: at.Region})
				s.ingest.AtKey(there, d.ID, now, storeArg{d.ID})
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
