package logs

import (
	"context"
	"fmt"

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

// PutAccountPolicy has sensitive data masked in all groups of the account, also those to come, beside what the groups' own policies mask. Other
// types of account policies are refused.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func (s *Service) PutAccountPolicy(ctx context.Context, in *api.PutAccountPolicyInput) (*api.PutAccountPolicyOutput, error) {
	if err := checkAccountPolicy(*in.PolicyType, in.DryRun); err != nil {
		return nil, err
	}
	if in.SelectionCriteria != nil {
		return nil, invalid("selectionCriteria cannot be used with the policy type %s.", *in.PolicyType)
	}
	if len(*in.PolicyDocument) > maxProtection {
		return nil, invalid("The data protection policy is longer than %d characters.", maxProtection)
	}
	if _, err := parseProtection(*in.PolicyDocument); err != nil {
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
		return nil
	})
}

// DeleteAccountPolicy lets what comes in from now on be shown, as far as groups do not protect it themselves.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html
func (s *Service) DeleteAccountPolicy(ctx context.Context, in *api.DeleteAccountPolicyInput) (*api.DeleteAccountPolicyOutput, error) {
	if err := checkAccountPolicy(*in.PolicyType, in.DryRun); err != nil {
		return nil, err
	}
	at := s.nowMs() + 1 // of this millisecond some may have come in under it
	return &api.DeleteAccountPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if now := s.accountNow(tx); now.Document == "" || now.Name != *in.PolicyName {
			return api.NewResourceNotFoundException("The specified account policy does not exist.")
		}
		s.accountProtections.Put(tx, fmt.Sprintf("%016x", at), accountProtection{Updated: at})
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
	out := &api.DescribeAccountPoliciesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.AccountPolicies = []api.AccountPolicy{}
		now := s.accountNow(tx)
		if now.Document != "" && *in.PolicyType == api.PolicyTypeDataProtectionPolicy && (in.PolicyName == nil || *in.PolicyName == now.Name) {
			out.AccountPolicies = append(out.AccountPolicies, *now.shown(account))
		} else if in.PolicyName != nil {
			return api.NewResourceNotFoundException("The specified account policy does not exist.")
		}
		return nil
	})
}

func checkAccountPolicy(kind string, dry *bool) error {
	if kind != api.PolicyTypeDataProtectionPolicy {
		return invalid("Account policies of the type %s are not supported by this estate yet.", kind)
	}
	if rt.Val(dry) {
		return invalid("dryRun is not supported by this estate yet.")
	}
	return nil
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
