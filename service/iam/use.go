package iam

import (
	"context"
	"strings"
	"sync"
	"time"

	"unyo/base/call"
	"unyo/base/partition"
	"unyo/kernel/store"
)

// used is when somebody was seen last. Rows are by who (the id of a user or role, "root", or that of an access key),
// service, region and action; keys and data events have no action.
type used struct {
	At  time.Time
	ARN string `json:",omitempty"` // who it was
}

// coarse is the span in which only the first use is recorded. AWS's credential report says so of access keys; here it holds
// for all, so that one call in many writes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html#id_credentials_understanding_the_report_format
const coarse = 15 * time.Minute

// tracking is how long back last use is told.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed_tracking-period
const tracking = 400 * 24 * time.Hour

// rootUser stands for an account's root in keys of rows.
const rootUser = "root"

// Seen notes that the caller of ctx has asked for something: allowed or not, as AWS does. action is "" for what is no
// management action.
func (s *Service) Seen(ctx context.Context, action string) error {
	c := call.From(ctx)
	p := &c.Principal
	what := sight{p.Account, p.ID, p.AccessKeyID, c.Service, c.Region, action}
	if s.seen.fresh(what, c.At) {
		return nil
	}
	keys, arn := useKeys(c, action)
	stale, since := false, c.At
	err := s.k.View(ctx, func(tx *store.Tx) error {
		since, stale = s.stale(tx.In(scope(p.Account)), keys, c.At)
		return nil
	})
	if err != nil {
		return err
	}
	if !stale {
		s.seen.remember(what, since)
		return nil
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(p.Account))
		for _, key := range keys {
			if u, ok := s.uses.Get(tx, key); !ok || c.At.Sub(u.At) >= coarse {
				s.uses.Put(tx, key, used{At: c.At, ARN: arn})
			}
		}
		return nil
	}, store.Relaxed)
}

// stale reports whether any of the rows is too old to stand for now; otherwise since when all of them have stood.
func (s *Service) stale(tx *store.Tx, keys []string, now time.Time) (since time.Time, stale bool) {
	since = now
	for _, key := range keys {
		u, ok := s.uses.Get(tx, key)
		if !ok || now.Sub(u.At) >= coarse {
			return since, true
		}
		if u.At.Before(since) {
			since = u.At
		}
	}
	return since, false
}

// sight is who was seen with what. Ids are never given again, so that it needs not be told of what is deleted.
type sight struct{ account, who, key, service, region, action string }

// sights remembers since when the rows of a sight have stood, so that most calls need not look at them.
type sights struct {
	mu sync.RWMutex
	m  map[sight]time.Time
}

// maxSights bounds what is remembered.
const maxSights = 16384

func (s *sights) fresh(what sight, now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	since, ok := s.m[what]
	return ok && now.Sub(since) < coarse
}

func (s *sights) remember(what sight, since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil || len(s.m) >= maxSights {
		s.m = map[sight]time.Time{}
	}
	s.m[what] = since
}

// useKeys are the rows that a call belongs into, and who makes it.
func useKeys(c *call.Call, action string) (keys []string, arn string) {
	p, region := &c.Principal, c.Region
	if region == "" {
		region = partition.Home(c.Partition)
	}
	where := sep + c.Service + sep + region + sep
	who := p.ID
	switch p.Kind {
	case call.Root:
		who, arn = rootUser, p.ARN
	case call.IAMUser:
		arn = p.ARN
	case call.AssumedRole:
		who, arn = idOf(p), p.RoleARN
	case call.FederatedUser:
		if who, arn = p.Parent, p.RoleARN; who == p.Account {
			who = rootUser
		}
	default:
		return nil, ""
	}
	keys = append(keys, who+where+action)
	if p.IssuedAt.IsZero() && p.AccessKeyID != "" {
		keys = append(keys, p.AccessKeyID+where)
	}
	return keys, arn
}

// lastUse is the latest of the rows of somebody.
type lastUse struct {
	At              time.Time
	Service, Region string
}

// lastUseOf finds when somebody was seen last; ok=false where they were not within what is tracked.
func (s *Service) lastUseOf(tx *store.Tx, who string) (last lastUse, ok bool) {
	since := s.k.Clock.Now().Add(-tracking)
	for key, u := range s.uses.Prefix(tx, who+sep, "") {
		if u.At.After(since) && !u.At.Before(last.At) {
			f := strings.Split(key, sep)
			last, ok = lastUse{u.At, f[1], f[2]}, true
		}
	}
	return last, ok
}

// forgetUses drops what was noted of somebody who goes.
func (s *Service) forgetUses(tx *store.Tx, who string) { s.uses.Erase(tx, who+sep, who+sep+"\xff") }
