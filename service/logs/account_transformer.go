package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/store"
)

// accountTransformer is a row: what comes into many groups is transformed so, where they have no transformer of their own.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Transformer-CreateAccountLevel.html
type accountTransformer struct {
	Document, Criteria string
	Prefix             string `json:",omitempty"` // of the groups' names
	Updated            int64  // ms
}

// accountShapes is one row that says of all of them what a batch must know.
type accountShapes struct {
	Changed int64 // ms
	List    []accountShape
}

type accountShape struct{ Name, Prefix, Sum string }

const maxAccountTransformers = 20

func (p *accountTransformer) chapter() chapter {
	return chapter{Document: p.Document, Account: p.Document != ""}
}

// putAccountTransformer takes a policy of the type TRANSFORMER_POLICY.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func (s *Service) putAccountTransformer(ctx context.Context, in *api.PutAccountPolicyInput) (*api.AccountPolicy, error) {
	if len(*in.PolicyDocument) > maxTransformer {
		return nil, tooLong()
	}
	config, err := processorsIn(*in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	if _, err := compileTransformer(config); err != nil {
		return nil, err
	}
	row := accountTransformer{Document: *in.PolicyDocument, Updated: s.nowMs()}
	if in.SelectionCriteria != nil {
		m := prefixShape.FindStringSubmatch(*in.SelectionCriteria)
		if m == nil || len(*in.SelectionCriteria) > maxCriteria {
			return nil, invalid(`selectionCriteria of a transformer policy must be LogGroupNamePrefix IN ["prefix"].`)
		}
		row.Criteria, row.Prefix = *in.SelectionCriteria, m[1]+m[2]
	}
	return row.shown(*in.PolicyName, call.ScopeOf(ctx).Account), s.k.Update(ctx, func(tx *store.Tx) error {
		n := 0
		for name, other := range s.accountTransformers.Prefix(tx, "", "") {
			if name == *in.PolicyName {
				continue
			}
			if n++; strings.HasPrefix(other.Prefix, row.Prefix) || strings.HasPrefix(row.Prefix, other.Prefix) {
				return invalid("The selection criteria overlap with those of the transformer policy %s.", name)
			}
		}
		if n >= maxAccountTransformers {
			return api.NewLimitExceededException("Resource limit exceeded.")
		}
		s.accountTransformers.Put(tx, *in.PolicyName, row)
		s.noteAccountShapes(tx)
		return nil
	})
}

// noteAccountShapes writes the row that batches look at.
func (s *Service) noteAccountShapes(tx *store.Tx) {
	all := accountShapes{Changed: s.nowMs()}
	for name, p := range s.accountTransformers.Prefix(tx, "", "") {
		all.List = append(all.List, accountShape{name, p.Prefix, sumOf(p.Document)})
	}
	s.accountShapes.Put(tx, "now", all)
}

// wantedShape names what new events of a group are to be transformed by, and since when the account has wanted what it wants; ok=false where the group
// has its own, which has begun already, or the account has never wanted anything.
func (s *Service) wantedShape(tx *store.Tx, name string, g *group) (want string, since int64, ok bool) {
	if g.Transformer != "" {
		return "", 0, false
	}
	all, ok := s.accountShapes.Get(tx, "now")
	if !ok || g.Class == classInfrequent {
		return "", 0, false
	}
	for i := range all.List {
		if strings.HasPrefix(name, all.List[i].Prefix) {
			want = "account " + all.List[i].Sum
		}
	}
	return want, all.Changed, true
}

// accountTransformerOf is the account's policy for a group.
func (s *Service) accountTransformerOf(tx *store.Tx, name string, g *group) (accountTransformer, bool) {
	if g.Class != classInfrequent {
		for _, p := range s.accountTransformers.Prefix(tx, "", "") {
			if strings.HasPrefix(name, p.Prefix) {
				return p, true
			}
		}
	}
	return accountTransformer{}, false
}

func (p *accountTransformer) shown(name, account string) *api.AccountPolicy {
	return &api.AccountPolicy{
		PolicyName: &name, PolicyDocument: new(p.Document), LastUpdatedTime: new(p.Updated), AccountId: optional(account), SelectionCriteria: optional(p.Criteria),
		PolicyType: new(api.PolicyTypeTransformerPolicy), Scope: new(api.ScopeAll),
	}
}
