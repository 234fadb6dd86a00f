package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// maxScheduledPage is how many an answer has where the caller does not say.
const maxScheduledPage = 50

// ListScheduledQueries lists them by name.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListScheduledQueries.html
func (s *Service) ListScheduledQueries(ctx context.Context, in *api.ListScheduledQueriesInput) (*api.ListScheduledQueriesOutput, error) {
	all := map[string]api.ScheduledQuerySummary{}
	var names []string
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		clear(all)
		names = nil
		for _, q := range s.scheduled.rows.Prefix(tx, "", "") {
			x := q.shown(tx.Scope())
			if in.State != nil && *in.State != *x.State || in.ScheduleType != nil && *in.ScheduleType != api.ScheduleTypeCustomerManaged {
				continue
			}
			names = append(names, q.Name)
			all[q.Name] = api.ScheduledQuerySummary{
				Name: x.Name, ScheduledQueryArn: x.ScheduledQueryArn, ScheduleType: x.ScheduleType, State: x.State, ScheduleExpression: x.ScheduleExpression, Timezone: x.Timezone, DestinationConfiguration: x.DestinationConfiguration,
				CreationTime: x.CreationTime, LastUpdatedTime: x.LastUpdatedTime, LastTriggeredTime: x.LastTriggeredTime, LastExecutionStatus: x.LastExecutionStatus,
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	slices.Sort(names)
	limit := maxScheduledPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	page, next, err := namesPage("scheduledqueries", names, limit, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.ListScheduledQueriesOutput{ScheduledQueries: []api.ScheduledQuerySummary{}, NextToken: next}
	for _, n := range page {
		out.ScheduledQueries = append(out.ScheduledQueries, all[n])
	}
	return out, nil
}

// GetScheduledQueryHistory lists when a scheduled query was asked between two times, the last first.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetScheduledQueryHistory.html
func (s *Service) GetScheduledQueryHistory(ctx context.Context, in *api.GetScheduledQueryHistoryInput) (*api.GetScheduledQueryHistoryOutput, error) {
	out := &api.GetScheduledQueryHistoryOutput{}
	all := map[string]asking{}
	var keys []string
	var q scheduledQuery
	if err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if q, err = s.scheduledNamed(tx, *in.Identifier); err != nil {
			return err
		}
		out.Name, out.ScheduledQueryArn = &q.Name, new(scheduledARN(tx.Scope(), q.ID))
		clear(all)
		keys = nil
		for key, a := range s.scheduled.history.Prefix(tx, store.Key(q.ID, ""), "") {
			if a.At < queryTime(*in.StartTime, 0) || a.At > queryTime(*in.EndTime, 999) || len(in.ExecutionStatuses) > 0 && !slices.Contains(in.ExecutionStatuses, a.Status) {
				continue
			}
			keys, all[key] = append(keys, key), a
		}
		return nil
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(b, a) })
	limit := maxScheduledPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	page, next, err := namesPage("scheduledqueryhistory\x00"+q.ID, keys, limit, in.NextToken)
	if err != nil {
		return nil, err
	}
	out.TriggerHistory, out.NextToken = []api.TriggerHistoryRecord{}, next
	for _, key := range page {
		a := all[key]
		out.TriggerHistory = append(out.TriggerHistory, *a.shown(&q))
	}
	return out, nil
}

func (a *asking) shown(q *scheduledQuery) *api.TriggerHistoryRecord {
	given := func(t string) *string {
		if t == "" {
			return nil
		}
		return &t
	}
	r := &api.TriggerHistoryRecord{TriggeredTimestamp: &a.At, ExecutionStatus: &a.Status, QueryId: given(a.Query), ErrorMessage: given(a.Why)}
	if q.Bucket != "" && a.Query != "" {
		d := api.ScheduledQueryDestination{DestinationType: new(api.ScheduledQueryDestinationTypeS3), DestinationIdentifier: q.destination().S3Configuration.DestinationIdentifier, ErrorMessage: given(a.Fault), ProcessedIdentifier: given(a.Object)}
		switch {
		case a.Object != "":
			d.Status = new(api.ActionStatusComplete)
		case a.Status == api.ExecutionStatusRunning:
			d.Status = new(api.ActionStatusInProgress)
		default:
			d.Status = new(api.ActionStatusFailed)
		}
		r.Destinations = append(r.Destinations, d)
	}
	return r
}
