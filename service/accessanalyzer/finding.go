package accessanalyzer

import (
	"context"
	"slices"
	"strings"
	"time"

	api "unyo/api/accessanalyzer"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// finding is one access of somebody outside to one resource: a principal under a set of conditions.
type finding struct {
	ID, Type               string
	Resource, ResourceType string
	Owner                  string
	Principal              map[string]string `json:",omitempty"`
	Actions                []string          `json:",omitempty"`
	Condition              map[string]string `json:",omitempty"`
	Public                 bool              `json:",omitempty"`
	Sources                []string          `json:",omitempty"` // POLICY, BUCKET_ACL
	Error                  string            `json:",omitempty"`
	KeyID                  string            `json:",omitempty"` // of an unused key
	LastAccessed           time.Time         `json:",omitzero"`
	Services               []idleService     `json:",omitempty"` // that go unused
	Status                 string
	CreatedAt              time.Time
	AnalyzedAt             time.Time
	UpdatedAt              time.Time
}

// resolvedLife is how long a resolved finding is kept.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
const resolvedLife = 90 * 24 * time.Hour

// mark tells one finding of a resource from another: what is found again is the same finding.
func (f *finding) mark() string {
	parts := []string{f.Type, f.Resource, f.Error, f.KeyID}
	for _, m := range []map[string]string{f.Principal, f.Condition} {
		var list []string
		for k, v := range m {
			list = append(list, k+"="+v)
		}
		slices.Sort(list)
		parts = append(parts, strings.Join(list, ";"))
	}
	return strings.Join(parts, "\x00")
}

// settle makes of a resource's findings what was found: new ones appear, known ones stay or come back, others are resolved.
func (s *Service) settle(tx *store.Tx, a *analyzer, r *analyzed, found []finding) {
	now := s.k.Clock.Now()
	self := s.arn(tx.Scope(), a.Name)
	seen := map[string]bool{}
	for _, f := range found {
		f.Resource, f.ResourceType, f.Owner = r.ARN, r.Type, r.Owner
		f.ID = entropy.UUID(s.k.Entropy.Derive("finding", 16, self+a.CreatedAt.String()+f.mark()))
		f.CreatedAt, f.AnalyzedAt, f.UpdatedAt, f.Status = now, now, now, api.FindingStatusActive
		seen[f.ID] = true
		s.put(tx, a, r, f)
	}
	for key := range s.ofOne.Prefix(tx, store.Key(a.Name, r.Type, r.Name, ""), "") {
		parts, _ := store.Split(key, 4)
		if id := parts[3]; !seen[id] {
			s.resolve(tx, a, id)
		}
	}
}

func (s *Service) put(tx *store.Tx, a *analyzer, r *analyzed, f finding) {
	key := store.Key(a.Name, f.ID)
	if old, ok := s.findings.Get(tx, key); ok {
		f.CreatedAt = old.CreatedAt
		if old.Status != api.FindingStatusResolved {
			f.Status = old.Status
			if slices.Equal(old.Actions, f.Actions) && slices.Equal(old.Sources, f.Sources) && slices.Equal(old.Services, f.Services) && old.Public == f.Public {
				f.UpdatedAt = old.UpdatedAt
			}
		}
		s.forget.CancelKey(tx, key)
	}
	if f.Status == api.FindingStatusActive && s.archived(tx, a, &f) {
		f.Status = api.FindingStatusArchived
	}
	s.findings.Put(tx, key, f)
	s.ofOne.Put(tx, store.Key(a.Name, r.Type, r.Name, f.ID), struct{}{})
}

// archived says that a rule archives the finding: rules do so with what appears.
func (s *Service) archived(tx *store.Tx, a *analyzer, f *finding) bool {
	if s.findings.Has(tx, store.Key(a.Name, f.ID)) {
		if old, _ := s.findings.Get(tx, store.Key(a.Name, f.ID)); old.Status != api.FindingStatusResolved {
			return false
		}
	}
	for _, r := range s.rules.Prefix(tx, store.Key(a.Name, ""), "") {
		if f.meets(r.Filter) {
			return true
		}
	}
	return false
}

func (s *Service) resolve(tx *store.Tx, a *analyzer, id string) {
	key := store.Key(a.Name, id)
	f, ok := s.findings.Get(tx, key)
	if !ok || f.Status == api.FindingStatusResolved {
		return
	}
	f.Status, f.UpdatedAt, f.AnalyzedAt = api.FindingStatusResolved, s.k.Clock.Now(), s.k.Clock.Now()
	s.findings.Put(tx, key, f)
	s.forget.AtKey(tx, key, f.UpdatedAt.Add(resolvedLife), forgetArg{a.Name, id})
}

type forgetArg struct{ Analyzer, ID string }

// runForget drops a finding that has been resolved for long.
func (s *Service) runForget(ctx context.Context, a forgetArg) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		key := store.Key(a.Analyzer, a.ID)
		if f, ok := s.findings.Get(tx, key); ok && f.Status == api.FindingStatusResolved {
			s.findings.Delete(tx, key)
			x, _ := s.analyzers.Get(tx, a.Analyzer)
			if kind, name, ok := x.rowOf(f.Resource); ok {
				s.ofOne.Delete(tx, store.Key(a.Analyzer, kind, name, a.ID))
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
