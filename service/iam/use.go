package iam

import (
	"context"
	"strings"
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
	keys, arn := useKeys(c, action)
	stale := false
	err := s.k.View(ctx, func(tx *store.Tx) error {
		stale = s.stale(tx.In(scope(c.Principal.Account)), keys, c.At)
		return nil
	})
	if err != nil || !stale {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(c.Principal.Account))
		for _, key := range keys {
			if u, ok := s.uses.Get(tx, key); !ok || c.At.Sub(u.At) >= coarse {
				s.uses.Put(tx, key, used{At: c.At, ARN: arn})
			}
		}
		return nil
	}, store.Relaxed)
}

// stale reports whether any of the rows is too old to stand for now.
func (s *Service) stale(tx *store.Tx, keys []string, now time.Time) bool {
	for _, key := range keys {
		if u, ok := s.uses.Get(tx, key); !ok || now.Sub(u.At) >= coarse {
			return true
		}
	}
	return false
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
