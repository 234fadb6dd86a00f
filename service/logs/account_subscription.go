package logs

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/store"
)

// A subscription filter of the account sends what comes into all its groups, those to come too, but for those that it leaves out, beside
// the groups' own filters. A group's cursor begins with the first batch that comes in under it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html

// accountSubscription is its row.
type accountSubscription struct {
	Name, Document, Criteria string
	Updated                  int64    // ms
	Since                    int64    // ms: when it was first put
	Except                   []string `json:",omitempty"` // names of groups
	subscription
}

// accountFilter begins the names of account filters where those of groups stand, which have no colon.
const accountFilter = ":"

// maxCriteria is how long selectionCriteria may be, in bytes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
const maxCriteria = 25 << 10

var exceptShape = regexp.MustCompile(`(?s)^\s*LogGroupName\s+NOT\s+IN\s*(\[.*\])\s*$`)

// putAccountSubscription takes a policy of the type SUBSCRIPTION_FILTER_POLICY.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func (s *Service) putAccountSubscription(ctx context.Context, in *api.PutAccountPolicyInput) (*api.AccountPolicy, error) {
	row, err := subscriptionPolicy(call.ScopeOf(ctx), in)
	if err != nil {
		return nil, err
	}
	row.Updated, row.Since = s.nowMs(), s.nowMs()
	row.Created = row.Since
	if err := s.try(ctx, "*", &row.subscription); err != nil {
		return nil, err
	}
	var shown *api.AccountPolicy
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row := *row
		if old, ok := s.accountFilters.Get(tx, "filter"); ok {
			if old.Name != row.Name {
				return api.NewLimitExceededException("An account can have only one subscription filter policy in a region.")
			}
			row.Since, row.Created = old.Since, old.Created
		}
		s.accountFilters.Put(tx, "filter", row)
		shown = row.shown(tx.Scope().Account)
		return nil
	})
	return shown, err
}

// subscriptionPolicy reads one.
func subscriptionPolicy(scope call.Scope, in *api.PutAccountPolicyInput) (*accountSubscription, error) {
	var p struct{ DestinationArn, RoleArn, FilterPattern, Distribution string }
	d := json.NewDecoder(bytes.NewReader([]byte(*in.PolicyDocument)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil || d.More() {
		return nil, invalid("The subscription filter policy is not valid: it must be a JSON object with DestinationArn, RoleArn, FilterPattern and Distribution.")
	}
	if p.DestinationArn == "" {
		return nil, invalid("The subscription filter policy is not valid: DestinationArn is required.")
	}
	if _, err := compile(p.FilterPattern); err != nil {
		return nil, err
	}
	switch p.Distribution {
	case "":
		p.Distribution = "ByLogStream"
	case "ByLogStream", "Random":
	default:
		return nil, invalid("The subscription filter policy is not valid: Distribution must be ByLogStream or Random.")
	}
	row := &accountSubscription{Name: *in.PolicyName, Document: *in.PolicyDocument, subscription: subscription{Pattern: p.FilterPattern, Destination: p.DestinationArn, Distribution: p.Distribution}}
	if in.SelectionCriteria != nil {
		m := exceptShape.FindStringSubmatch(*in.SelectionCriteria)
		if m == nil || len(*in.SelectionCriteria) > maxCriteria || json.Unmarshal([]byte(m[1]), &row.Except) != nil {
			return nil, invalid(`selectionCriteria of a subscription filter policy must be LogGroupName NOT IN [ "name" ].`)
		}
		row.Criteria = *in.SelectionCriteria
	}
	return row, checkDestination(scope, &row.subscription, &api.PutSubscriptionFilterInput{RoleArn: optional(p.RoleArn)})
}

func (p *accountSubscription) shown(account string) *api.AccountPolicy {
	return &api.AccountPolicy{
		PolicyName: &p.Name, PolicyDocument: &p.Document, LastUpdatedTime: &p.Updated, AccountId: &account, SelectionCriteria: optional(p.Criteria),
		PolicyType: new(api.PolicyTypeSubscriptionFilterPolicy), Scope: new(api.ScopeAll),
	}
}

// takes reports whether the filter is there for a group.
func (p *accountSubscription) takes(name string, g *group) bool {
	return g.Class != classInfrequent && !slices.Contains(p.Except, name)
}

// subscriptionOf finds the filter that a delivery is for: the group's, or the account's.
func (s *Service) subscriptionOf(tx *store.Tx, name, group, filter string) (subscription, bool) {
	if !strings.HasPrefix(filter, accountFilter) {
		return s.filters.Get(tx, store.Key(group, filter))
	}
	p, ok := s.accountFilters.Get(tx, "filter")
	return p.subscription, ok && accountFilter+p.Name == filter && !slices.Contains(p.Except, name)
}

// wakeAccount sees that the account's filter delivers the batch of a group that tx adds.
func (s *Service) wakeAccount(tx *store.Tx, name string, g *group, ref logstore.Ref) {
	p, ok := s.accountFilters.Get(tx, "filter")
	if !ok {
		return
	}
	key := store.Key(g.ID, accountFilter+p.Name)
	at, began := s.cursors.Get(tx, key)
	if !p.takes(name, g) {
		if began { // left out since: should it be let in again, that is a new beginning
			s.cursors.Delete(tx, key)
		}
		return
	}
	if !began || at.Since != p.Since {
		from := outsetOf(ref)
		s.cursors.Put(tx, key, cursor{Seq: from.before(), Begin: from, Since: p.Since})
	}
	if !s.wakes.Has(tx, key) {
		s.wakes.Put(tx, key, none{})
		s.deliver.Soon(tx, deliverArg{name, g.ID, accountFilter + p.Name})
	}
}
