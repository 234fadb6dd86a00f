package logs

import (
	"context"
	"regexp"
	"strings"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/store"
)

// accountIndex is a row: fields that queries of many groups look up, where the groups have no policy of their own.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing.html
type accountIndex struct {
	Document, Criteria string
	Prefix             string `json:",omitempty"` // of the groups' names
	Updated            int64  // ms
}

// maxAccountIndexes is how many an account may have, if each is for a prefix.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
const maxAccountIndexes = 20

var prefixShape = regexp.MustCompile(`^\s*LogGroupNamePrefix\s*(?:=\s*"([^"]+)"|IN\s*\[\s*"([^"]+)"\s*\])\s*$`)

// putAccountIndex takes a policy of the type FIELD_INDEX_POLICY.
func (s *Service) putAccountIndex(ctx context.Context, in *api.PutAccountPolicyInput) (shown *api.AccountPolicy, err error) {
	if err := checkIndexPolicy(*in.PolicyDocument); err != nil {
		return nil, err
	}
	row := accountIndex{Document: *in.PolicyDocument, Updated: s.nowMs()}
	if in.SelectionCriteria != nil {
		m := prefixShape.FindStringSubmatch(*in.SelectionCriteria)
		if m == nil || len(*in.SelectionCriteria) > maxCriteria {
			return nil, invalid(`selectionCriteria of a field index policy must be LogGroupNamePrefix IN ["prefix"]; data sources are not known in this estate yet.`)
		}
		row.Criteria, row.Prefix = *in.SelectionCriteria, m[1]+m[2]
	}
	return row.shown(*in.PolicyName, call.ScopeOf(ctx).Account), s.k.Update(ctx, func(tx *store.Tx) error {
		n := 0
		for name, other := range s.accountIndexes.Prefix(tx, "", "") {
			if name == *in.PolicyName {
				continue
			}
			if n++; strings.HasPrefix(other.Prefix, row.Prefix) || strings.HasPrefix(row.Prefix, other.Prefix) {
				return invalid("The selection criteria overlap with those of the field index policy %s.", name)
			}
		}
		if n >= maxAccountIndexes {
			return api.NewLimitExceededException("Resource limit exceeded.")
		}
		s.accountIndexes.Put(tx, *in.PolicyName, row)
		return nil
	})
}

func (p *accountIndex) shown(name, account string) *api.AccountPolicy {
	return &api.AccountPolicy{
		PolicyName: &name, PolicyDocument: new(p.Document), LastUpdatedTime: new(p.Updated), AccountId: optional(account), SelectionCriteria: optional(p.Criteria),
		PolicyType: new(api.PolicyTypeFieldIndexPolicy), Scope: new(api.ScopeAll),
	}
}

// indexOf is the policy that holds for a group: its own, or else the account's.
func (s *Service) indexOf(tx *store.Tx, name string, g *group) (p indexPolicy, own, ok bool) {
	if p, ok = s.indexes.Get(tx, g.ID); ok {
		return p, true, true
	}
	if g.Class == classInfrequent {
		return p, false, false
	}
	for _, row := range s.accountIndexes.Prefix(tx, "", "") {
		if strings.HasPrefix(name, row.Prefix) {
			return indexPolicy{Document: row.Document, Updated: row.Updated}, false, true
		}
	}
	return p, false, false
}
