package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	iamapi "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

const analyzerType = "AWS::AccessAnalyzer::Analyzer"

// maxOfType is how many analyzers of a type an account has in a region.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html
const maxOfType = 1

// linkedRole is whom an analyzer looks as; it is made with the first analyzer.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-using-service-linked-roles.html
const (
	principal  = "access-analyzer.amazonaws.com"
	linkedRole = "AWSServiceRoleForAccessAnalyzer"
)

// CreateAnalyzer makes an analyzer, and sees to it that it has looked at everything soon.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html
func (s *Service) CreateAnalyzer(ctx context.Context, in *api.CreateAnalyzerInput) (*api.CreateAnalyzerOutput, error) {
	age, org, err := int32(0), "", error(nil)
	if wide(*in.Type) {
		if org, err = s.administered(ctx); err != nil {
			return nil, err
		}
	}
	switch {
	case ofUnused(*in.Type):
		age, err = ageOf(in.Configuration)
	case *in.Type != api.TypeAccount && *in.Type != api.TypeOrganization:
		err = unsupported("an analyzer of type " + *in.Type)
	case in.Configuration != nil:
		err = invalid("The configuration does not match the type %s.", *in.Type)
	}
	if err != nil {
		return nil, err
	}
	name := *in.AnalyzerName
	rules := map[string]rule{}
	now := s.k.Clock.Now()
	for _, r := range in.ArchiveRules {
		if err := checkFilter(r.Filter); err != nil {
			return nil, err
		}
		rules[*r.RuleName] = rule{r.Filter, now, now}
	}
	if err := s.withRole(ctx); err != nil {
		return nil, err
	}
	self := s.arn(call.ScopeOf(ctx), name)
	return &api.CreateAnalyzerOutput{Arn: &self}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.analyzers.Has(tx, name) {
			return conflict("ANALYZER", name, "An analyzer with the name %s exists.", name)
		}
		n := 0
		for _, a := range s.analyzers.From(tx, "") {
			if a.Type == *in.Type {
				n++
			}
		}
		if n >= maxOfType {
			return exceeded("ANALYZER", name, "You have reached the maximum number of analyzers of type %s: %d.", *in.Type, maxOfType)
		}
		s.analyzers.Put(tx, name, analyzer{Name: name, Type: *in.Type, Organization: org, Age: age, CreatedAt: now})
		c := tx.Scope()
		if org == "" {
			s.places.Put(tx, store.Key(c.Account, c.Region, name), place{*in.Type})
		} else {
			s.orgPlaces.Put(tx, store.Key(org, c.Account, c.Region, name), place{*in.Type})
		}
		for ruleName, r := range rules {
			s.rules.Put(tx, store.Key(name, ruleName), r)
		}
		s.k.Resources.Put(tx, resource.Resource{ARN: self, Type: analyzerType, Name: name, Service: "accessanalyzer", Account: c.Account, Region: c.Region, Created: now})
		s.survey.Soon(tx, surveyArg{Analyzer: name})
		return mapTags(self, s.k.Tags.Set(tx, self, tags.Sorted(in.Tags)...))
	})
}

// withRole sees to it that the account has the role. Whoever makes the first analyzer must be permitted to make it.
func (s *Service) withRole(ctx context.Context) error {
	if _, err := s.peers.IAM.GetRole(s.asRole(ctx), &iamapi.GetRoleInput{RoleName: new(linkedRole)}); err == nil {
		return nil
	}
	_, err := s.peers.IAM.CreateServiceLinkedRole(ctx, &iamapi.CreateServiceLinkedRoleInput{AWSServiceName: new(principal)})
	return err
}

// asRole has the next calls made in the service's role.
func (s *Service) asRole(ctx context.Context) context.Context {
	return s.asRoleIn(ctx, call.ScopeOf(ctx).Account)
}

func (s *Service) asRoleIn(ctx context.Context, account string) context.Context {
	return call.As(ctx, call.Role{ARN: "arn:" + s.k.Partition + ":iam::" + account + ":role/aws-service-role/" + principal + "/" + linkedRole,
		SessionName: "access-analyzer", Service: principal, SourceAccount: account})
}

// DeleteAnalyzer removes an analyzer with its rules and findings.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteAnalyzer.html
func (s *Service) DeleteAnalyzer(ctx context.Context, in *api.DeleteAnalyzerInput) (*api.DeleteAnalyzerOutput, error) {
	name := *in.AnalyzerName
	return &api.DeleteAnalyzerOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		x, err := s.named(tx, name)
		if err != nil {
			return err
		}
		c := tx.Scope()
		s.orgPlaces.Delete(tx, store.Key(x.Organization, c.Account, c.Region, name))
		s.analyzers.Delete(tx, name)
		s.places.Delete(tx, store.Key(c.Account, c.Region, name))
		lo, hi := store.Key(name, ""), store.Key(name, "")+"\xff"
		s.rules.Erase(tx, lo, hi)
		s.resources.Erase(tx, lo, hi)
		s.findings.Erase(tx, lo, hi)
		s.ofOne.Erase(tx, lo, hi)
		s.previews.Erase(tx, lo, hi)
		self := s.arn(c, name)
		s.k.Resources.Delete(tx, self)
		s.k.Tags.Clear(tx, self)
		return nil
	})
}

// named finds an analyzer that must be there.
func (s *Service) named(tx *store.Tx, name string) (analyzer, error) {
	a, ok := s.analyzers.Get(tx, name)
	if !ok {
		return a, notFound("ANALYZER", name, "The analyzer %s does not exist.", name)
	}
	return a, nil
}

// byARN finds an analyzer of this account and region.
func (s *Service) byARN(tx *store.Tx, text string) (analyzer, error) {
	parsed, err := arn.Parse(text)
	if c := tx.Scope(); err != nil || parsed.Service != "access-analyzer" || parsed.Account != c.Account || parsed.Region != c.Region {
		return analyzer{}, notFound("ANALYZER", text, "The analyzer %s does not exist.", text)
	}
	return s.named(tx, parsed.Resource[len("analyzer/"):])
}

// GetAnalyzer tells of one analyzer.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetAnalyzer.html
func (s *Service) GetAnalyzer(ctx context.Context, in *api.GetAnalyzerInput) (*api.GetAnalyzerOutput, error) {
	out := &api.GetAnalyzerOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.named(tx, *in.AnalyzerName)
		out.Analyzer = s.summary(tx, &a)
		return err
	})
}

func (s *Service) summary(tx *store.Tx, a *analyzer) *api.AnalyzerSummary {
	self := s.arn(tx.Scope(), a.Name)
	out := &api.AnalyzerSummary{Arn: &self, Name: &a.Name, Type: &a.Type, CreatedAt: &a.CreatedAt, Status: new(api.AnalyzerStatusActive), Tags: s.k.Tags.Map(tx, self), Configuration: a.configuration()}
	if a.Last != "" {
		out.LastResourceAnalyzed, out.LastResourceAnalyzedAt = &a.Last, &a.LastAt
	}
	return out
}

// ListAnalyzers lists the analyzers of an account in a region.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzers.html
func (s *Service) ListAnalyzers(ctx context.Context, in *api.ListAnalyzersInput) (*api.ListAnalyzersOutput, error) {
	after, err := page.After("analyzers", rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken.")
	}
	out := &api.ListAnalyzersOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.Analyzers, out.NextToken = page.Collect("analyzers", limit(in.MaxResults), s.analyzers.From(tx, after), func(_ string, a analyzer) (api.AnalyzerSummary, bool) {
			return *s.summary(tx, &a), in.Type == nil || a.Type == *in.Type
		})
		return nil
	})
}

// defaultPage is how many a list gives unless told.
const defaultPage = 100

func limit(given *int32) int {
	if given == nil || *given <= 0 || *given > defaultPage {
		return defaultPage
	}
	return int(*given)
}
