package glue

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// catalogPolicy is a catalog's resource policy, of which each catalog has at most one.
// https://docs.aws.amazon.com/glue/latest/dg/security_iam_resource-based-policy-examples.html
type catalogPolicy struct {
	Text                 string
	Named                policy.Pins `json:",omitempty"` // who they are whom it names
	CreatedAt, UpdatedAt time.Time
}

// policyKey is under what a catalog's only policy lies; maxPolicy is how long it may be: "its size is limited to 10 KB".
// https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html#cross-account-adding-resource-policy
const (
	policyKey = "catalog"
	maxPolicy = 10 << 10
)

// hash is by what a writer shows that it has seen the policy as it is.
func (p *catalogPolicy) hash() *string {
	sum := sha256.Sum256([]byte(p.Text))
	return new(base64.StdEncoding.EncodeToString(sum[:16]))
}

// thePolicy finds the policy, as it holds now: users and roles that are no more are ids in it.
func (s *Service) thePolicy(tx *store.Tx) (p catalogPolicy, err error) {
	p, ok := s.policies.Get(tx, policyKey)
	if !ok {
		return p, api.NewEntityNotFoundException("Policy not found")
	}
	p.Text = p.Named.Apply(p.Text, s.k.Principals.IDs(tx))
	return p, nil
}

// onCatalog refuses a resource that is not the catalog: AWS's other policies are what Lake Formation shares through RAM, which is not here.
func (s *Service) onCatalog(tx *store.Tx, resource *string) error {
	if resource != nil && *resource != s.arn(tx.Scope(), "catalog") {
		return unsupported("the policy of " + *resource + ": of a resource that is not the account's catalog")
	}
	return nil
}

// unchanged holds a policy against the hash that a caller has seen.
func (p *catalogPolicy) unchanged(hash *string) error {
	if hash != nil && *hash != *p.hash() {
		return api.NewConditionCheckFailureException("The policy hash condition is not satisfied: the policy has been changed.")
	}
	return nil
}

// PutResourcePolicy sets the catalog's policy.
// https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html
func (s *Service) PutResourcePolicy(ctx context.Context, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	if len(*in.PolicyInJson) > maxPolicy {
		return nil, invalid("The resource policy is larger than %d bytes.", maxPolicy)
	}
	doc, err := policy.Parse(policy.Resource, "", *in.PolicyInJson)
	if errors.Is(err, policy.ErrMalformed) {
		return nil, invalid("Policy is malformed: %v", err)
	} else if err != nil {
		return nil, err
	}
	out := &api.PutResourcePolicyOutput{}
	return out, s.update(ctx, nil, func(tx *store.Tx) error {
		if err := s.onCatalog(tx, in.ResourceArn); err != nil {
			return err
		}
		old, err := s.thePolicy(tx)
		there := err == nil
		switch rt.Val(in.PolicyExistsCondition) {
		case api.ExistConditionMustExist:
			if !there {
				return err
			}
		case api.ExistConditionNotExist:
			if there {
				return api.NewConditionCheckFailureException("The policy exists condition is not satisfied: there is a policy.")
			}
		}
		if !there && in.PolicyHashCondition != nil {
			return err
		}
		if err := old.unchanged(in.PolicyHashCondition); err != nil {
			return err
		}
		named, missing := doc.Pin(s.k.Principals.IDs(tx))
		if missing != "" {
			return invalid("Policy is malformed: Invalid principal in policy: %s", missing)
		}
		row := catalogPolicy{Text: *in.PolicyInJson, Named: named, CreatedAt: s.k.Clock.Now(), UpdatedAt: s.k.Clock.Now()}
		if there {
			row.CreatedAt = old.CreatedAt
		}
		s.policies.Put(tx, policyKey, row)
		out.PolicyHash = row.hash()
		return nil
	})
}

// GetResourcePolicy shows the catalog's policy.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicy.html
func (s *Service) GetResourcePolicy(ctx context.Context, in *api.GetResourcePolicyInput) (*api.GetResourcePolicyOutput, error) {
	out := &api.GetResourcePolicyOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) error {
		if err := s.onCatalog(tx, in.ResourceArn); err != nil {
			return err
		}
		p, err := s.thePolicy(tx)
		if err != nil {
			return err
		}
		out.PolicyInJson, out.PolicyHash, out.CreateTime, out.UpdateTime = &p.Text, p.hash(), &p.CreatedAt, &p.UpdatedAt
		return nil
	})
}

// GetResourcePolicies lists the policies of the account: the catalog's, for nothing is shared through RAM.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicies.html
func (s *Service) GetResourcePolicies(ctx context.Context, in *api.GetResourcePoliciesInput) (*api.GetResourcePoliciesOutput, error) {
	out := &api.GetResourcePoliciesOutput{GetResourcePoliciesResponseList: []api.GluePolicy{}}
	if in.NextToken != nil {
		return nil, invalid("The token is not one that was given.")
	}
	return out, s.view(ctx, nil, func(tx *store.Tx) error {
		if p, err := s.thePolicy(tx); err == nil {
			out.GetResourcePoliciesResponseList = []api.GluePolicy{{PolicyInJson: &p.Text, PolicyHash: p.hash(), CreateTime: &p.CreatedAt, UpdateTime: &p.UpdatedAt}}
		}
		return nil
	})
}

// DeleteResourcePolicy takes the catalog's policy away.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteResourcePolicy.html
func (s *Service) DeleteResourcePolicy(ctx context.Context, in *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	return &api.DeleteResourcePolicyOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		if err := s.onCatalog(tx, in.ResourceArn); err != nil {
			return err
		}
		p, err := s.thePolicy(tx)
		if err != nil {
			return err
		}
		if err := p.unchanged(in.PolicyHashCondition); err != nil {
			return err
		}
		s.policies.Delete(tx, policyKey)
		return nil
	})
}

// ResourcePolicy gives the chain the policy of the catalog in which a resource lies: "a resource policy can only be used to manage permissions for
// Data Catalog resources", a crawler is none.
// https://docs.aws.amazon.com/glue/latest/dg/security_iam_service-with-iam.html#security_iam_service-with-iam-resource-based-policies
func (s *Service) ResourcePolicy(ctx context.Context, resource string) (d *policy.Document, err error) {
	a, err := arn.Parse(resource)
	kind, _, _ := strings.Cut(a.Resource, "/")
	if err != nil || kind != "catalog" && kind != "database" && kind != "table" && kind != "tableVersion" && kind != "userDefinedFunction" {
		return nil, nil
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		scope := tx.Scope()
		scope.Account, scope.Region = a.Account, a.Region
		p, err := s.thePolicy(tx.In(scope))
		if err != nil {
			return nil // there is none
		}
		d, err = s.compiled.Parse(policy.Resource, "", p.Text)
		return err
	})
	return d, err
}
