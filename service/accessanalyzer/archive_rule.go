package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// CreateArchiveRule makes a rule: findings that meet it are archived when they appear.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateArchiveRule.html
func (s *Service) CreateArchiveRule(ctx context.Context, in *api.CreateArchiveRuleInput) (*api.CreateArchiveRuleOutput, error) {
	if err := checkFilter(in.Filter); err != nil {
		return nil, err
	}
	now := s.k.Clock.Now()
	return &api.CreateArchiveRuleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.named(tx, *in.AnalyzerName); err != nil {
			return err
		}
		key := store.Key(*in.AnalyzerName, *in.RuleName)
		if s.rules.Has(tx, key) {
			return conflict("ARCHIVE_RULE", *in.RuleName, "An archive rule with the name %s exists.", *in.RuleName)
		}
		s.rules.Put(tx, key, rule{in.Filter, now, now})
		return nil
	})
}

// inRule finds a rule that must be there.
func (s *Service) inRule(tx *store.Tx, analyzer, name string) (rule, error) {
	if _, err := s.named(tx, analyzer); err != nil {
		return rule{}, err
	}
	r, ok := s.rules.Get(tx, store.Key(analyzer, name))
	if !ok {
		return r, notFound("ARCHIVE_RULE", name, "The archive rule %s does not exist.", name)
	}
	return r, nil
}

// UpdateArchiveRule replaces what a rule asks for; what is archived stays so.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateArchiveRule.html
func (s *Service) UpdateArchiveRule(ctx context.Context, in *api.UpdateArchiveRuleInput) (*api.UpdateArchiveRuleOutput, error) {
	if err := checkFilter(in.Filter); err != nil {
		return nil, err
	}
	now := s.k.Clock.Now()
	return &api.UpdateArchiveRuleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		r, err := s.inRule(tx, *in.AnalyzerName, *in.RuleName)
		if err != nil {
			return err
		}
		r.Filter, r.UpdatedAt = in.Filter, now
		s.rules.Put(tx, store.Key(*in.AnalyzerName, *in.RuleName), r)
		return nil
	})
}

// DeleteArchiveRule removes a rule; what it has archived stays archived.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteArchiveRule.html
func (s *Service) DeleteArchiveRule(ctx context.Context, in *api.DeleteArchiveRuleInput) (*api.DeleteArchiveRuleOutput, error) {
	return &api.DeleteArchiveRuleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		_, err := s.inRule(tx, *in.AnalyzerName, *in.RuleName)
		if err == nil {
			s.rules.Delete(tx, store.Key(*in.AnalyzerName, *in.RuleName))
		}
		return err
	})
}

// ApplyArchiveRule archives the active findings that meet a rule: it does by itself only what appears after it.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ApplyArchiveRule.html
func (s *Service) ApplyArchiveRule(ctx context.Context, in *api.ApplyArchiveRuleInput) (*api.ApplyArchiveRuleOutput, error) {
	now := s.k.Clock.Now()
	return &api.ApplyArchiveRuleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		r, err := s.inRule(tx, a.Name, *in.RuleName)
		if err != nil {
			return err
		}
		for key, f := range s.findings.Prefix(tx, store.Key(a.Name, ""), "") {
			if f.Status == api.FindingStatusActive && f.meets(r.Filter) {
				f.Status, f.UpdatedAt = api.FindingStatusArchived, now
				s.findings.Put(tx, key, f)
			}
		}
		return nil
	})
}

// GetArchiveRule tells of one rule.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetArchiveRule.html
func (s *Service) GetArchiveRule(ctx context.Context, in *api.GetArchiveRuleInput) (*api.GetArchiveRuleOutput, error) {
	out := &api.GetArchiveRuleOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		r, err := s.inRule(tx, *in.AnalyzerName, *in.RuleName)
		out.ArchiveRule = r.shape(*in.RuleName)
		return err
	})
}

func (r rule) shape(name string) *api.ArchiveRuleSummary {
	return &api.ArchiveRuleSummary{RuleName: &name, Filter: r.Filter, CreatedAt: &r.CreatedAt, UpdatedAt: &r.UpdatedAt}
}

// ListArchiveRules lists an analyzer's rules.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListArchiveRules.html
func (s *Service) ListArchiveRules(ctx context.Context, in *api.ListArchiveRulesInput) (*api.ListArchiveRulesOutput, error) {
	query := "rules " + *in.AnalyzerName
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken.")
	}
	out := &api.ListArchiveRulesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.named(tx, *in.AnalyzerName); err != nil {
			return err
		}
		rows := s.rules.Prefix(tx, store.Key(*in.AnalyzerName, ""), after)
		out.ArchiveRules, out.NextToken = page.Collect(query, limit(in.MaxResults), rows, func(key string, r rule) (api.ArchiveRuleSummary, bool) {
			parts, _ := store.Split(key, 2)
			return *r.shape(parts[1]), true
		})
		return nil
	})
}
