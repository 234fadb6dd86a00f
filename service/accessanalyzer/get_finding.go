package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/kernel/store"
)

// GetFinding tells of one finding about external access.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetFinding.html
func (s *Service) GetFinding(ctx context.Context, in *api.GetFindingInput) (*api.GetFindingOutput, error) {
	f, err := s.finding(ctx, *in.AnalyzerArn, *in.Id)
	if err != nil {
		return nil, err
	}
	if f.Type != api.FindingTypeExternalAccess {
		return nil, invalid("Findings about unused access are given by GetFindingV2.")
	}
	return &api.GetFindingOutput{Finding: f.shape()}, nil
}

// GetFindingV2 tells of one finding of any kind.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetFindingV2.html
func (s *Service) GetFindingV2(ctx context.Context, in *api.GetFindingV2Input) (*api.GetFindingV2Output, error) {
	f, err := s.finding(ctx, *in.AnalyzerArn, *in.Id)
	if err != nil {
		return nil, err
	}
	x := f.shape()
	out := &api.GetFindingV2Output{
		Id: x.Id, FindingType: &f.Type, Resource: x.Resource, ResourceType: x.ResourceType, ResourceOwnerAccount: x.ResourceOwnerAccount,
		Status: x.Status, Error: x.Error, CreatedAt: x.CreatedAt, AnalyzedAt: x.AnalyzedAt, UpdatedAt: x.UpdatedAt,
		FindingDetails: []api.FindingDetails{{ExternalAccessDetails: &api.ExternalAccessDetails{
			Action: x.Action, Condition: x.Condition, IsPublic: x.IsPublic, Principal: x.Principal, Sources: x.Sources,
			ResourceControlPolicyRestriction: x.ResourceControlPolicyRestriction,
		}}},
	}
	if f.Type != api.FindingTypeExternalAccess {
		out.FindingDetails = f.unusedDetails()
	}
	return out, nil
}

func (s *Service) finding(ctx context.Context, analyzer, id string) (f finding, err error) {
	return f, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, analyzer)
		if err != nil {
			return err
		}
		var ok bool
		if f, ok = s.findings.Get(tx, store.Key(a.Name, id)); !ok {
			return notFound("FINDING", id, "The finding %s does not exist.", id)
		}
		return nil
	})
}

func (f *finding) shape() *api.Finding {
	condition := f.Condition
	if condition == nil {
		condition = map[string]string{}
	}
	return &api.Finding{
		Id: &f.ID, Resource: &f.Resource, ResourceType: &f.ResourceType, ResourceOwnerAccount: &f.Owner, Principal: f.Principal, Action: f.Actions,
		Condition: condition, IsPublic: &f.Public, Sources: sources(f.Sources), Error: text(f.Error), Status: &f.Status,
		CreatedAt: &f.CreatedAt, AnalyzedAt: &f.AnalyzedAt, UpdatedAt: &f.UpdatedAt,
		ResourceControlPolicyRestriction: new(api.ResourceControlPolicyRestrictionNotApplicable),
	}
}

func sources(types []string) (list []api.FindingSource) {
	for _, t := range types {
		list = append(list, api.FindingSource{Type: &t})
	}
	return list
}
