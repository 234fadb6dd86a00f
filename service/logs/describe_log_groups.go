package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

const defaultList = 50

// named is a group with its name.
type named struct {
	name string
	group
}

// groupQuery says which groups a list shows.
type groupQuery struct {
	prefix string
	keep   func(name string, g *group) bool
	sum    string // everything that shapes the list, for its tokens
	limit  *int32
	token  *string
}

// listGroups returns one page of groups in order of their names.
func (s *Service) listGroups(ctx context.Context, q groupQuery) (list []named, next *string, err error) {
	after, err := page.After(q.sum, rt.Val(q.token))
	if err != nil {
		return nil, nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if q.limit != nil {
		limit = int(*q.limit)
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list, next = nil, nil
		for name, g := range s.groups.Prefix(tx, q.prefix, after) {
			if q.keep != nil && !q.keep(name, &g) {
				continue
			}
			if len(list) == limit {
				next = new(page.Token(q.sum, list[limit-1].name))
				return nil
			}
			list = append(list, named{name, g})
		}
		return nil
	})
	return list, next, err
}

// DescribeLogGroups lists groups.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
func (s *Service) DescribeLogGroups(ctx context.Context, in *api.DescribeLogGroupsInput) (*api.DescribeLogGroupsOutput, error) {
	prefix, pattern := rt.Val(in.LogGroupNamePrefix), rt.Val(in.LogGroupNamePattern)
	if prefix != "" && pattern != "" {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if len(in.LogGroupIdentifiers) > 0 && (prefix != "" || pattern != "") {
		return nil, invalid("LogGroup identifiers cannot be combined with a LogGroup name prefix or pattern.")
	}
	if rt.Val(in.IncludeLinkedAccounts) || len(in.AccountIdentifiers) > 0 {
		return nil, invalid("There are no linked accounts in this estate yet: includeLinkedAccounts and accountIdentifiers must be absent.")
	}
	var only []string
	for _, id := range in.LogGroupIdentifiers {
		name, err := identified(ctx, id)
		if err != nil {
			return nil, err
		}
		only = append(only, name)
	}
	folded := strings.ToLower(pattern)
	list, next, err := s.listGroups(ctx, groupQuery{
		prefix: prefix, limit: in.Limit, token: in.NextToken,
		sum: "groups\x00" + prefix + "\x00" + pattern + "\x00" + rt.Val(in.LogGroupClass) + "\x00" + strings.Join(only, "\x00"),
		keep: func(name string, g *group) bool {
			return (pattern == "" || strings.Contains(strings.ToLower(name), folded)) && (in.LogGroupClass == nil || g.Class == *in.LogGroupClass) &&
				(only == nil || slices.Contains(only, name))
		},
	})
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogGroupsOutput{LogGroups: []api.LogGroup{}, NextToken: next}
	scope := call.ScopeOf(ctx)
	for _, g := range list {
		shape, err := s.groupShape(ctx, scope, &g)
		if err != nil {
			return nil, err
		}
		out.LogGroups = append(out.LogGroups, shape)
	}
	return out, nil
}

func (s *Service) groupShape(ctx context.Context, scope call.Scope, g *named) (api.LogGroup, error) {
	stats, err := s.store.Stats(ctx, folder(scope, g.ID))
	if err != nil {
		return api.LogGroup{}, err
	}
	arn := s.groupARN(scope, g.name)
	shape := api.LogGroup{
		LogGroupName: new(g.name), Arn: new(arn + ":*"), LogGroupArn: new(arn), LogGroupClass: new(g.Class),
		CreationTime: new(g.Created), MetricFilterCount: new(int32(g.Measured)), StoredBytes: new(stats.Bytes + stats.Events*eventOverhead),
		DeletionProtectionEnabled: new(g.Protected),
	}
	shape.DataProtectionStatus = optional(g.Guard)
	if g.RetainDays > 0 {
		shape.RetentionInDays = new(g.RetainDays)
	}
	return shape, nil
}
