package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/engine/insights"
	"unyo/kernel/store"
)

// queryNeeds names what queries are asked by: every group of one. SOURCE, which may mean any group, needs all of them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/permissions-reference-cwl.html
func (s *Service) queryNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	switch in := in.(type) {
	case *api.StartQueryInput:
		var names []string
		if in.LogGroupName != nil {
			names = append(names, *in.LogGroupName)
		}
		names = append(append(names, in.LogGroupNames...), in.LogGroupIdentifiers...)
		return s.groupNeeds(ctx, op, names), true
	case *api.GetQueryResultsInput:
		return s.resultNeeds(ctx, op, in), true
	case *api.DescribeQueriesInput:
		return s.need(ctx, op, new(rt.Val(in.LogGroupName)), nil, ":log-stream:"), true
	case *api.GetLogRecordInput:
		return s.recordNeeds(ctx, op, in), true
	case *api.GetLogGroupFieldsInput:
		return s.need(ctx, op, in.LogGroupName, in.LogGroupIdentifier, ":log-stream:"), true
	case *api.StopQueryInput, *api.ListLogGroupsForQueryInput:
		return []rt.Need{{Action: "logs:" + op, Resources: []string{"*"}}}, true
	}
	return nil, false
}

// resultNeeds is the action on each group of the query. What it has unmasked is shown to nobody who could not have had it unmasked:
// the ids of queries are no secret.
func (s *Service) resultNeeds(ctx context.Context, op string, in *api.GetQueryResultsInput) []rt.Need {
	var q query
	_ = s.k.View(ctx, func(tx *store.Tx) error {
		q, _ = s.asked.rows.Get(tx, rt.Val(in.QueryId))
		return nil
	})
	var names []string
	for _, g := range q.Groups {
		names = append(names, g.Name)
	}
	needs := s.groupNeeds(ctx, op, names)
	if !strings.Contains(strings.ToLower(q.Text), "unmask") {
		return needs
	}
	if plan, fault := s.plan(&q, insights.Options{}); fault == nil && plan.Unmasks {
		for i := range names {
			needs = append(needs, s.need(ctx, "Unmask", &names[i], nil, ":log-stream:")...)
		}
	}
	return needs
}

// groupNeeds is the action on each of the groups; on all there are when none is named.
func (s *Service) groupNeeds(ctx context.Context, op string, identifiers []string) (needs []rt.Need) {
	for i := range identifiers {
		needs = append(needs, s.need(ctx, op, nil, &identifiers[i], ":log-stream:")...)
	}
	if needs == nil {
		needs = s.need(ctx, op, new("*"), nil, ":log-stream:")
	}
	return needs
}
