package logs

import (
	"context"
	"fmt"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// accountProtection is a row of the history of the account's data protection: what holds for events that come in at Updated or later. It is told
// by time, for the account's groups have no order in common: what came in at the very millisecond is masked too.
type accountProtection struct {
	Updated  int64  // ms
	Name     string `json:",omitempty"`
	Document string `json:",omitempty"` // "": none
}

// PutAccountPolicy has sensitive data masked in all groups of the account, also those to come, beside what the groups' own policies mask; or has
// their events delivered or transformed, or fields of theirs indexed. Other types of account policies are refused.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func (s *Service) PutAccountPolicy(ctx context.Context, in *api.PutAccountPolicyInput) (*api.PutAccountPolicyOutput, error) {
	if err := checkAccountPolicy(*in.PolicyType, in.DryRun); err != nil {
		return nil, err
	}
	if rt.Val(in.Scope) != "" && *in.Scope != api.ScopeAll || strings.HasPrefix(*in.PolicyName, "aws/") {
		return nil, invalid("scope must be ALL, and policyName must not begin with aws/.")
	}
	switch *in.PolicyType {
	case api.PolicyTypeSubscriptionFilterPolicy:
		shown, err := s.putAccountSubscription(ctx, in)
		return &api.PutAccountPolicyOutput{AccountPolicy: shown}, err
	case api.PolicyTypeFieldIndexPolicy:
		shown, err := s.putAccountIndex(ctx, in)
		return &api.PutAccountPolicyOutput{AccountPolicy: shown}, err
	case api.PolicyTypeTransformerPolicy:
		shown, err := s.putAccountTransformer(ctx, in)
		return &api.PutAccountPolicyOutput{AccountPolicy: shown}, err
	}
	if in.SelectionCriteria != nil {
		return nil, invalid("selectionCriteria cannot be used with the policy type %s.", *in.PolicyType)
	}
	if len(*in.PolicyDocument) > maxProtection {
		return nil, invalid("The data protection policy is longer than %d characters.", maxProtection)
	}
	audit, err := s.admitAudit(ctx, *in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	row := accountProtection{Updated: s.nowMs(), Name: *in.PolicyName, Document: *in.PolicyDocument}
	out := &api.PutAccountPolicyOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		row, now := row, s.accountNow(tx)
		if now.Document != "" && now.Name != row.Name {
			return api.NewLimitExceededException("An account can have only one data protection policy.")
		}
		row.Updated = max(row.Updated, now.Updated) // after a deletion within this millisecond
		out.AccountPolicy = row.shown(call.ScopeOf(ctx).Account)
		s.accountProtections.Put(tx, fmt.Sprintf("%016x", row.Updated), row)
		s.accountAudit.Delete(tx, "now")
		if audit {
			s.accountAudit.Put(tx, "now", none{})
		}
		return nil
	})
}

// DeleteAccountPolicy lets what comes in from now on be shown, as far as groups do not protect it themselves.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html
func (s *Service) DeleteAccountPolicy(ctx context.Context, in *api.DeleteAccountPolicyInput) (*api.DeleteAccountPolicyOutput, error) {
	if err := checkAccountPolicy(*in.PolicyType, in.DryRun); err != nil {
		return nil, err
	}
	if *in.PolicyType != api.PolicyTypeDataProtectionPolicy {
		return &api.DeleteAccountPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error { return s.dropAccountPolicy(tx, *in.PolicyType, *in.PolicyName) })
	}
	at := s.nowMs() + 1 // of this millisecond some may have come in under it
	return &api.DeleteAccountPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if now := s.accountNow(tx); now.Document == "" || now.Name != *in.PolicyName {
			return api.NewResourceNotFoundException("The specified account policy does not exist.")
		}
		s.accountProtections.Put(tx, fmt.Sprintf("%016x", at), accountProtection{Updated: at})
		s.accountAudit.Delete(tx, "now")
		return nil
	})
}

// DescribeAccountPolicies shows the account's policies of a type.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeAccountPolicies.html
func (s *Service) DescribeAccountPolicies(ctx context.Context, in *api.DescribeAccountPoliciesInput) (*api.DescribeAccountPoliciesOutput, error) {
	account := call.ScopeOf(ctx).Account
	for _, other := range in.AccountIdentifiers {
		if other != account {
			return nil, invalid("There are no linked accounts in this estate yet: accountIdentifiers may only hold %s.", account)
		}
	}
	if in.NextToken != nil { // there are never more than a page
		return nil, invalid("The specified nextToken is invalid.")
	}
	out := &api.DescribeAccountPoliciesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.AccountPolicies = []api.AccountPolicy{}
		for _, p := range s.accountPolicies(tx, *in.PolicyType) {
			if in.PolicyName == nil || *in.PolicyName == *p.PolicyName {
				out.AccountPolicies = append(out.AccountPolicies, *p)
			}
		}
		if len(out.AccountPolicies) == 0 && in.PolicyName != nil {
			return api.NewResourceNotFoundException("The specified account policy does not exist.")
		}
		return nil
	})
}

func checkAccountPolicy(kind string, dry *bool) error {
	switch kind {
	case api.PolicyTypeDataProtectionPolicy, api.PolicyTypeSubscriptionFilterPolicy, api.PolicyTypeFieldIndexPolicy, api.PolicyTypeTransformerPolicy:
	default:
		return invalid("Account policies of the type %s are not supported by this estate yet.", kind)
	}
	if rt.Val(dry) {
		return invalid("dryRun is not supported by this estate yet.")
	}
	return nil
}

// accountPolicies are the account's policies of a type.
func (s *Service) accountPolicies(tx *store.Tx, kind string) (list []*api.AccountPolicy) {
	account := tx.Scope().Account
	switch kind {
	case api.PolicyTypeSubscriptionFilterPolicy:
		if p, ok := s.accountFilters.Get(tx, "filter"); ok {
			list = append(list, p.shown(account))
		}
	case api.PolicyTypeFieldIndexPolicy:
		for name, p := range s.accountIndexes.Prefix(tx, "", "") {
			list = append(list, p.shown(name, account))
		}
	case api.PolicyTypeTransformerPolicy:
		for name, p := range s.accountTransformers.Prefix(tx, "", "") {
			list = append(list, p.shown(name, account))
		}
	case api.PolicyTypeDataProtectionPolicy:
		if now := s.accountNow(tx); now.Document != "" {
			list = append(list, now.shown(account))
		}
	}
	return list
}

// dropAccountPolicy forgets a policy. What groups' cursors of an account filter are left, a new filter does not heed.
func (s *Service) dropAccountPolicy(tx *store.Tx, kind, name string) error {
	if kind == api.PolicyTypeFieldIndexPolicy && s.accountIndexes.Has(tx, name) {
		s.accountIndexes.Delete(tx, name)
		return nil
	}
	if kind == api.PolicyTypeTransformerPolicy && s.accountTransformers.Has(tx, name) {
		s.accountTransformers.Delete(tx, name)
		s.noteAccountShapes(tx)
		return nil
	}
	if p, ok := s.accountFilters.Get(tx, "filter"); ok && kind == api.PolicyTypeSubscriptionFilterPolicy && p.Name == name {
		s.accountFilters.Delete(tx, "filter")
		return nil
	}
	return api.NewResourceNotFoundException("The specified account policy does not exist.")
}

// accountNow is what was put last.
func (s *Service) accountNow(tx *store.Tx) (now accountProtection) {
	for _, now = range s.accountProtections.Prefix(tx, "", "") {
	}
	return now
}

func (p *accountProtection) shown(account string) *api.AccountPolicy {
	return &api.AccountPolicy{
		PolicyName: &p.Name, PolicyDocument: &p.Document, LastUpdatedTime: &p.Updated, AccountId: &account,
		PolicyType: new(api.PolicyTypeDataProtectionPolicy), Scope: new(api.ScopeAll),
	}
}
