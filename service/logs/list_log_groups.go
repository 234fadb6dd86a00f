package logs

import (
	"context"
	"regexp"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
)

// ListLogGroups lists groups whose names match a regular expression.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
func (s *Service) ListLogGroups(ctx context.Context, in *api.ListLogGroupsInput) (*api.ListLogGroupsOutput, error) {
	if len(in.DataSources) > 0 || len(in.FieldIndexNames) > 0 {
		return nil, invalid("Log groups have no data sources and no field indexes in this estate yet.")
	}
	if rt.Val(in.IncludeLinkedAccounts) || len(in.AccountIdentifiers) > 0 {
		return nil, invalid("There are no linked accounts in this estate yet: includeLinkedAccounts and accountIdentifiers must be absent.")
	}
	pattern := rt.Val(in.LogGroupNamePattern)
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, invalid("The LogGroup name pattern %s is not a valid regular expression.", pattern)
	}
	if len(in.LogGroupTags) > 0 {
		return nil, invalid("Log groups cannot be listed by tags in this estate yet.")
	}
	list, next, err := s.listGroups(ctx, groupQuery{
		limit: in.Limit, token: in.NextToken, sum: "list\x00" + pattern + "\x00" + rt.Val(in.LogGroupClass),
		keep: func(name string, g *group) bool {
			return re.MatchString(name) && (in.LogGroupClass == nil || g.Class == *in.LogGroupClass)
		},
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListLogGroupsOutput{LogGroups: []api.LogGroupSummary{}, NextToken: next}
	for _, g := range list {
		out.LogGroups = append(out.LogGroups, api.LogGroupSummary{LogGroupName: new(g.name), LogGroupArn: new(s.groupARN(call.ScopeOf(ctx), g.name)), LogGroupClass: new(g.Class)})
	}
	return out, nil
}
