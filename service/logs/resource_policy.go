package logs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// maxResourcePolicies is how many an account may have in a region, without those of single groups.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
const maxResourcePolicies = 10

// resourcePolicy is the row of a policy that lets AWS services in.
type resourcePolicy struct {
	Name     string `json:",omitempty"`
	Group    string `json:",omitempty"` // ARN, if it is that group's own
	Document string
	Revision string
	Updated  int64 // ms
}

// policyKey is where a policy lies: those of the account by name, those of groups by ARN.
func policyKey(name, group string) string {
	if group != "" {
		return store.Key("group", group)
	}
	return store.Key("account", name)
}

// PutResourcePolicy lets AWS services write into the account's groups, or into one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
func (s *Service) PutResourcePolicy(ctx context.Context, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	if in.PolicyDocument == nil {
		return nil, invalid("policyDocument is required.")
	}
	row := resourcePolicy{Name: rt.Val(in.PolicyName), Group: rt.Val(in.ResourceArn), Document: *in.PolicyDocument, Revision: s.k.Entropy.Hex(ctx, 16), Updated: s.nowMs()}
	if err := s.checkPolicyPlace(ctx, row.Name, row.Group); err != nil {
		return nil, err
	}
	if _, err := policy.Parse(policy.Resource, row.Name, row.Document); err != nil {
		return nil, invalid("Resource policy is not valid: %s", err)
	}
	key := policyKey(row.Name, row.Group)
	return &api.PutResourcePolicyOutput{ResourcePolicy: row.shown(), RevisionId: &row.Revision}, s.k.Update(ctx, func(tx *store.Tx) error {
		old, there := s.policies.Get(tx, key)
		if row.Group != "" || in.ExpectedRevisionId != nil {
			if err := revised(&old, there, in.ExpectedRevisionId); err != nil {
				return err
			}
		}
		n := 0
		for range s.policies.Prefix(tx, store.Key("account", ""), "") {
			n++
		}
		if !there && row.Group == "" && n >= maxResourcePolicies {
			return api.NewLimitExceededException("Resource limit exceeded.")
		}
		if row.Group != "" {
			if _, err := s.groupNamed(tx, groupOf(row.Group)); err != nil {
				return err
			}
		}
		s.policies.Put(tx, key, row)
		return nil
	})
}

// DeleteResourcePolicy takes a policy away.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html
func (s *Service) DeleteResourcePolicy(ctx context.Context, in *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	name, group := rt.Val(in.PolicyName), rt.Val(in.ResourceArn)
	if err := s.checkPolicyPlace(ctx, name, group); err != nil {
		return nil, err
	}
	key := policyKey(name, group)
	return &api.DeleteResourcePolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		old, there := s.policies.Get(tx, key)
		if !there {
			return api.NewResourceNotFoundException("The specified resource policy does not exist.")
		}
		if group != "" || in.ExpectedRevisionId != nil {
			if err := revised(&old, there, in.ExpectedRevisionId); err != nil {
				return err
			}
		}
		s.policies.Delete(tx, key)
		return nil
	})
}

// DescribeResourcePolicies lists the account's policies, or with a scope those of groups.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
func (s *Service) DescribeResourcePolicies(ctx context.Context, in *api.DescribeResourcePoliciesInput) (*api.DescribeResourcePoliciesOutput, error) {
	prefix := store.Key("account", "")
	if rt.Val(in.PolicyScope) == api.PolicyScopeResource || in.ResourceArn != nil {
		prefix = store.Key("group", "")
	}
	sum := "policies\x00" + prefix + "\x00" + rt.Val(in.ResourceArn)
	after, err := page.After(sum, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &api.DescribeResourcePoliciesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.ResourcePolicies, out.NextToken = []api.ResourcePolicy{}, nil
		last := ""
		for key, row := range s.policies.Prefix(tx, prefix, after) {
			if in.ResourceArn != nil && row.Group != *in.ResourceArn {
				continue
			}
			if len(out.ResourcePolicies) == limit {
				out.NextToken = new(page.Token(sum, last))
				break
			}
			out.ResourcePolicies, last = append(out.ResourcePolicies, *row.shown()), key
		}
		return nil
	})
}

func (p *resourcePolicy) shown() *api.ResourcePolicy {
	scope := api.PolicyScopeAccount
	if p.Group != "" {
		scope = api.PolicyScopeResource
	}
	return &api.ResourcePolicy{
		PolicyName: optional(p.Name), PolicyDocument: new(p.Document), LastUpdatedTime: new(p.Updated), PolicyScope: &scope, ResourceArn: optional(p.Group), RevisionId: new(p.Revision),
	}
}

// checkPolicyPlace refuses a policy that is neither the account's nor a group's.
func (s *Service) checkPolicyPlace(ctx context.Context, name, group string) error {
	if (name == "") == (group == "") {
		return invalid("Exactly one of policyName and resourceArn must be specified.")
	}
	scope := call.ScopeOf(ctx)
	if a, err := arn.Parse(group); group != "" && (err != nil || a.Service != "logs" || a.Account != scope.Account || a.Region != scope.Region || groupOf(group) == "") {
		return invalid("%s is not the ARN of a log group of this account.", group)
	}
	return nil
}

// revised refuses a change to a policy that the caller has not seen.
func revised(old *resourcePolicy, there bool, expected *string) error {
	switch {
	case !there && expected != nil:
		return api.NewResourceNotFoundException("The specified resource policy does not exist.")
	case there && expected == nil:
		return invalid("expectedRevisionId is required to change the resource policy of a log group.")
	case there && *expected != old.Revision:
		return api.NewOperationAbortedException("The resource policy has been changed: its revision is not %s.", *expected)
	}
	return nil
}

// groupOf is the name of the group that an ARN is or lies in; "" for what is no group.
func groupOf(resource string) string {
	_, rest, ok := strings.Cut(resource, ":log-group:")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, ":")
	return name
}

// admitting is what lets AWS services into a group: the account's policies and the group's own. They speak of nobody else.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
func (s *Service) admitting(ctx context.Context, resource string) (*policy.Document, error) {
	a, err := arn.Parse(resource)
	name := groupOf(resource)
	if c := call.From(ctx); err != nil || name == "" || c == nil || c.Principal.Kind != call.AWSService {
		return nil, nil
	}
	var texts []string
	scope := call.Scope{Partition: a.Partition, Account: a.Account, Region: a.Region}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		tx, texts = tx.In(scope), nil
		for _, p := range s.policies.Prefix(tx, store.Key("account", ""), "") {
			texts = append(texts, p.Document)
		}
		if p, ok := s.policies.Get(tx, policyKey("", s.groupARN(scope, name))); ok {
			texts = append(texts, p.Document)
		}
		return nil
	})
	if err != nil || len(texts) == 0 {
		return nil, err
	}
	return joined(resource, texts)
}

// joined is one document of several. Statements are told apart by their place: two documents may use the same Sid.
func joined(name string, texts []string) (*policy.Document, error) {
	var all []map[string]any
	for _, text := range texts {
		var d struct{ Statement json.RawMessage }
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return nil, err
		}
		var list []map[string]any
		if json.Unmarshal(d.Statement, &list) != nil {
			var one map[string]any
			if err := json.Unmarshal(d.Statement, &one); err != nil {
				return nil, fmt.Errorf("statement of a resource policy: %w", err)
			}
			list = append(list, one)
		}
		for _, statement := range list {
			delete(statement, "Sid")
			all = append(all, statement)
		}
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": all})
	if err != nil {
		return nil, err
	}
	return policy.Parse(policy.Resource, name, string(text))
}
