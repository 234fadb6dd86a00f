package accessanalyzer

import (
	"context"
	"strings"
	"time"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/page"
	"unyo/kernel/store"
)

// analyzed is a resource that was looked at.
type analyzed struct {
	ARN, Type, Name, Owner           string
	Public                           bool     `json:",omitempty"`
	Actions                          []string `json:",omitempty"`
	Via                              []string `json:",omitempty"`
	Error                            string   `json:",omitempty"`
	CreatedAt, AnalyzedAt, UpdatedAt time.Time
}

// nameOf tells the type and the name of what an ARN names, of the types that are looked at.
func nameOf(text string) (kind, name string, ok bool) {
	a, err := arn.Parse(text)
	switch {
	case err != nil:
	case a.Service == "s3" && !strings.Contains(a.Resource, "/"):
		return api.ResourceTypeAwsS3Bucket, a.Resource, true
	case a.Service == "iam" && strings.HasPrefix(a.Resource, "user/"):
		return api.ResourceTypeAwsIamUser, a.Resource[strings.LastIndexByte(a.Resource, '/')+1:], true
	case a.Service == "iam" && strings.HasPrefix(a.Resource, "role/aws-service-role/"): // nobody else may assume it, and nobody may remove it
		return "", "", false
	case a.Service == "iam" && strings.HasPrefix(a.Resource, "role/"):
		return api.ResourceTypeAwsIamRole, a.Resource[strings.LastIndexByte(a.Resource, '/')+1:], true
	}
	return "", "", false
}

// GetAnalyzedResource tells of a resource that was looked at.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetAnalyzedResource.html
func (s *Service) GetAnalyzedResource(ctx context.Context, in *api.GetAnalyzedResourceInput) (*api.GetAnalyzedResourceOutput, error) {
	out := &api.GetAnalyzedResourceOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		kind, name, _ := a.rowOf(*in.ResourceArn)
		r, ok := s.resources.Get(tx, store.Key(a.Name, kind, name))
		if !ok || r.ARN != *in.ResourceArn {
			return notFound("RESOURCE", *in.ResourceArn, "The resource %s was not analyzed.", *in.ResourceArn)
		}
		out.Resource = &api.AnalyzedResource{ResourceArn: &r.ARN, ResourceType: &r.Type, ResourceOwnerAccount: &r.Owner, IsPublic: &r.Public, Actions: r.Actions,
			SharedVia: r.Via, Error: text(r.Error), CreatedAt: &r.CreatedAt, AnalyzedAt: &r.AnalyzedAt, UpdatedAt: &r.UpdatedAt}
		out.Resource.Status = s.statusOf(tx, &a, &r)
		return nil
	})
}

// statusOf is the status of the resource's findings: active if one is.
func (s *Service) statusOf(tx *store.Tx, a *analyzer, r *analyzed) (status *string) {
	for key := range s.ofOne.Prefix(tx, store.Key(a.Name, r.Type, r.Name, ""), "") {
		parts, _ := store.Split(key, 4)
		f, _ := s.findings.Get(tx, store.Key(a.Name, parts[3]))
		if status == nil || f.Status == api.FindingStatusActive || *status == api.FindingStatusResolved {
			status = &f.Status
		}
	}
	return status
}

// ListAnalyzedResources lists what was looked at.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAnalyzedResources.html
func (s *Service) ListAnalyzedResources(ctx context.Context, in *api.ListAnalyzedResourcesInput) (*api.ListAnalyzedResourcesOutput, error) {
	query := *in.AnalyzerArn + rt.Val(in.ResourceType)
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken.")
	}
	out := &api.ListAnalyzedResourcesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		rows := s.resources.Prefix(tx, store.Key(a.Name, ""), after)
		out.AnalyzedResources, out.NextToken = page.Collect(query, limit(in.MaxResults), rows, func(_ string, r analyzed) (api.AnalyzedResourceSummary, bool) {
			return api.AnalyzedResourceSummary{ResourceArn: &r.ARN, ResourceType: &r.Type, ResourceOwnerAccount: &r.Owner}, in.ResourceType == nil || r.Type == *in.ResourceType
		})
		return nil
	})
}

// StartResourceScan has a resource looked at again.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_StartResourceScan.html
func (s *Service) StartResourceScan(ctx context.Context, in *api.StartResourceScanInput) (*api.StartResourceScanOutput, error) {
	return &api.StartResourceScanOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		kind, name, ok := nameOf(*in.ResourceArn)
		if !ok {
			return invalid("The resource %s is of a type that cannot be scanned here.", *in.ResourceArn)
		}
		s.rescan(tx, scanArg{Analyzer: a.Name, Type: kind, Name: name, Account: rt.Val(in.ResourceOwnerAccount)})
		return nil
	})
}
