package accessanalyzer

import (
	"context"
	"strconv"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/engine/policy/lint"
)

// ValidatePolicy says what is wrong with a policy, and where. Words are AWS's English ones: another locale is refused.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html
func (s *Service) ValidatePolicy(_ context.Context, in *api.ValidatePolicyInput) (*api.ValidatePolicyOutput, error) {
	if in.Locale != nil && *in.Locale != api.LocaleEn {
		return nil, unsupported("the locale " + *in.Locale)
	}
	if in.ValidatePolicyResourceType != nil && *in.PolicyType != api.PolicyTypeResourcePolicy {
		return nil, invalid("validatePolicyResourceType is for policies of type RESOURCE_POLICY only.")
	}
	query := *in.PolicyType + *in.PolicyDocument
	after, err := page.After(query, rt.Val(in.NextToken))
	from, bad := strconv.Atoi("0" + after)
	if err != nil || bad != nil {
		return nil, invalid("Invalid nextToken.")
	}
	trust := rt.Val(in.ValidatePolicyResourceType) == api.ValidatePolicyResourceTypeAwsIamAssumeRolePolicyDocument
	list := lint.Check(*in.PolicyDocument, lint.PolicyType(*in.PolicyType), trust)
	list = list[min(from, len(list)):]
	out := &api.ValidatePolicyOutput{Findings: []api.ValidatePolicyFinding{}}
	if n := limit(in.MaxResults); len(list) > n {
		list, out.NextToken = list[:n], new(page.Token(query, strconv.Itoa(from+n)))
	}
	for _, f := range list {
		x := api.ValidatePolicyFinding{FindingType: new(string(f.Severity)), IssueCode: &f.Code, FindingDetails: &f.Details, LearnMoreLink: &f.LearnMore, Locations: []api.Location{}}
		for _, at := range f.Locations {
			x.Locations = append(x.Locations, api.Location{Path: path(at.Path), Span: &api.Span{Start: positionOf(at.Start), End: positionOf(at.End)}})
		}
		out.Findings = append(out.Findings, x)
	}
	return out, nil
}

func path(elements []lint.Element) []api.PathElement {
	list := []api.PathElement{}
	for _, e := range elements {
		if e.Index < 0 {
			list = append(list, api.PathElement{Value: new(e.Name)})
		} else {
			list = append(list, api.PathElement{Index: new(int32(e.Index))})
		}
	}
	return list
}

func positionOf(p lint.Position) *api.Position {
	return &api.Position{Line: new(int32(p.Line)), Column: new(int32(p.Column)), Offset: new(int32(p.Offset))}
}
