package cloudtrail

import (
	"context"
	"encoding/json"

	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// hereAlready ends a span where it is, and not with a call.
const hereAlready = "-"

// reform makes a trail one of an organization, or of its account alone. What it has recorded so far is still delivered as what it was, under
// a key that no trail has, and its chains end; what happens from now on lies in other folders and in other chains.
func (s *Service) reform(tx *store.Tx, t *trail, org, owner string) {
	old := *t
	old.Logging = false
	for _, f := range []*feed{&old.Files, &old.Lines} {
		if n := len(f.Spans); n > 0 && f.Spans[n-1].Stop == "" {
			f.Spans[n-1].To, f.Spans[n-1].Stop, f.Spans[n-1].Ended = s.k.Journal.Last(tx), hereAlready, s.k.Clock.Now()
		}
	}
	s.setDigests(tx, t, &old)
	if !old.Files.idle() || !old.Lines.idle() {
		s.bury(tx, old)
	}
	t.Org, t.Owner, t.Digests = org, owner, digests{}
	t.Files = feed{Latest: old.Files.Latest, Attempted: old.Files.Attempted}
	t.Lines = feed{Latest: old.Lines.Latest, Attempted: old.Lines.Attempted}
	if !t.Logging {
		return
	}
	from := span{From: s.k.Journal.Last(tx)}
	t.Files.Spans = []span{from}
	if t.LogGroup != "" {
		t.Lines.Spans = []span{from}
	}
	s.setDigests(tx, &old, t)
}

// reformStore makes an event data store one of an organization, or of its account alone, from now on.
func (s *Service) reformStore(tx *store.Tx, d *dataStore, org string) {
	now := s.k.Journal.Last(tx)
	for i := range d.Feed.Spans {
		x := &d.Feed.Spans[i]
		if x.As == nil {
			x.As = &former{d.Org, d.Epoch}
		}
		if x.Stop == "" {
			x.To, x.Stop, x.Ended = now, hereAlready, s.k.Clock.Now()
		}
	}
	if d.Ingesting {
		d.Feed.Spans = append(d.Feed.Spans, span{From: now})
	}
	d.Org, d.Epoch = org, d.Epoch+1
}

// distrusts tells of calls by which an organization ends the trusted access of CloudTrail.
func distrusts(e *journal.Entry) bool {
	c := e.Call
	if c == nil || c.Service != "organizations" || c.Operation != "DisableAWSServiceAccess" || c.ErrorCode != "" {
		return false
	}
	var in struct{ ServicePrincipal string }
	return json.Unmarshal(c.Request, &in) == nil && in.ServicePrincipal == principal
}

// seeDistrust turns the trails and event data stores of an organization into such of its management account. When access is given again, they
// stay so until they are updated.
// https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudtrail.html
func (s *Service) seeDistrust(ctx context.Context, e journal.Entry) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		journal.Seen(ctx, tx)
		account := e.Call.Account
		there := tx.In(call.Scope{Partition: s.k.Partition, Account: account})
		for key, t := range s.trails.From(there, "") {
			if t.Org != "" && !t.Gone {
				home := tx.In(call.Scope{Partition: s.k.Partition, Account: account, Region: t.Home})
				s.reform(home, &t, "", "")
				s.trails.Put(home, key, t)
			}
		}
		for at, d := range s.stores.AllScopes(tx) {
			if d.Org != "" && at.Account == account {
				s.reformStore(tx, &d, "")
				d.Updated = s.k.Clock.Now()
				s.stores.Put(tx.In(call.Scope{Partition: s.k.Partition, Account: at.Account, Region: at.Region}), d.ID, d)
			}
		}
		tx.After(s.look)
		return nil
	})
}
