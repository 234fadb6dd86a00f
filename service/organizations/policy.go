package organizations

import (
	"context"
	"errors"
	"unicode/utf8"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/engine/policy"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// Policies that AWS itself manages.
const (
	fullAccess    = "p-FullAWSAccess"
	rcpFullAccess = "p-RCPFullAWSAccess"
)

// defaults are attached wherever something new stands while their type is enabled.
var defaults = map[string]string{api.PolicyTypeServiceControlPolicy: fullAccess, api.PolicyTypeResourceControlPolicy: rcpFullAccess}

// awsPolicies, in the words of https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
// and https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
var awsPolicies = []struct {
	id string
	document
}{
	{fullAccess, document{Type: api.PolicyTypeServiceControlPolicy, Name: "FullAWSAccess", Description: "Allows access to every operation", Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`}},
	{rcpFullAccess, document{Type: api.PolicyTypeResourceControlPolicy, Name: "RCPFullAWSAccess", Description: "Allows access to every resource", Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`}},
}

func awsPolicy(id string) (document, bool) {
	for _, p := range awsPolicies {
		if p.id == id {
			return p.document, true
		}
	}
	return document{}, false
}

// Quotas. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#min-max-values
var (
	maxPolicies = map[string]int{api.PolicyTypeServiceControlPolicy: 10000, api.PolicyTypeResourceControlPolicy: 1000, api.PolicyTypeTagPolicy: 1000}
	maxContent  = map[string]int{api.PolicyTypeServiceControlPolicy: 5120, api.PolicyTypeResourceControlPolicy: 5120, api.PolicyTypeTagPolicy: 10000}
)

// find returns a policy of the organisation, or AWS's own.
func (s *Service) find(tx *store.Tx, o *organization, id string) (document, error) {
	if p, ok := awsPolicy(id); ok {
		return p, nil
	}
	p, ok := s.policies.Get(tx, store.Key(o.ID, id))
	if !ok {
		return p, noPolicy()
	}
	return p, nil
}

// checkContent holds a policy to its type's grammar.
func checkContent(kind, text string) error {
	if utf8.RuneCountInString(text) > maxContent[kind] {
		return constraint(api.ConstraintViolationExceptionReasonPolicyContentLimitExceeded, "You have exceeded the maximum policy size.")
	}
	var err error
	if k, ok := kinds[kind]; ok {
		_, err = policy.Parse(k, "", text)
	} else {
		_, err = readTagPolicy(text)
	}
	if errors.Is(err, policy.ErrMalformed) || errors.Is(err, errTagPolicy) {
		return api.NewMalformedPolicyDocumentException("The provided policy document does not meet the requirements of the specified policy type.")
	}
	return err
}

// CreatePolicy makes a policy that holds nowhere yet.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
func (s *Service) CreatePolicy(ctx context.Context, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	if err := checkType(*in.Type); err != nil {
		return nil, err
	}
	if err := checkContent(*in.Type, *in.Content); err != nil {
		return nil, err
	}
	id := s.id(ctx, "p-", 10)
	p := document{Type: *in.Type, Name: *in.Name, Description: *in.Description, Content: *in.Content, UpdatedAt: s.k.Clock.Now()}
	out := &api.CreatePolicyOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if o.FeatureSet != api.OrganizationFeatureSetAll {
			return api.NewPolicyTypeNotAvailableForOrganizationException("You can't use the specified policy type with the feature set currently enabled for this organization.")
		}
		if err := s.checkName(tx, o, "", &p); err != nil {
			return err
		}
		s.policies.Put(tx, store.Key(o.ID, id), p)
		out.Policy = s.policyShape(o, id, &p)
		return wordTags(s.k.Tags.Set(tx, *out.Policy.PolicySummary.Arn, tagsOf(in.Tags)...))
	})
}

// checkName refuses a second policy of a type and name, and one too many of a type.
func (s *Service) checkName(tx *store.Tx, o *organization, self string, p *document) error {
	n := 0
	for key, other := range s.policies.Prefix(tx, store.Key(o.ID, ""), "") {
		if other.Type != p.Type || tailOf(key) == self {
			continue
		}
		if n++; other.Name == p.Name {
			return api.NewDuplicatePolicyException("A policy with the same name already exists.")
		}
	}
	if self == "" && n >= maxPolicies[p.Type] {
		return constraint(api.ConstraintViolationExceptionReasonPolicyNumberLimitExceeded, "You have exceeded the allowed number of policies.")
	}
	return nil
}

func tagsOf(list []api.Tag) (out []tags.Tag) {
	for _, t := range list {
		out = append(out, tags.Tag{Key: rt.Val(t.Key), Value: rt.Val(t.Value)})
	}
	return out
}

func (s *Service) policyShape(o *organization, id string, p *document) *api.Policy {
	return &api.Policy{Content: &p.Content, PolicySummary: s.summary(o, id, p)}
}

func (s *Service) summary(o *organization, id string, p *document) *api.PolicySummary {
	_, own := awsPolicy(id)
	return &api.PolicySummary{Id: &id, Arn: new(s.policyARN(o, p.Type, id)), Name: &p.Name, Description: &p.Description, Type: &p.Type, AwsManaged: &own}
}
