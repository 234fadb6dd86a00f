package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// CreateScheduledQuery has a query asked at the instants that a cron expression means, in a role of the customer's.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateScheduledQuery.html
func (s *Service) CreateScheduledQuery(ctx context.Context, in *api.CreateScheduledQueryInput) (*api.CreateScheduledQueryOutput, error) {
	if len(in.Tags) > 0 {
		return nil, api.NewValidationException("Tags of a scheduled query are not supported by this estate.")
	}
	q := scheduledQuery{ID: s.k.Entropy.UUID(ctx), Name: *in.Name, Created: s.nowMs()}
	if err := s.settings(&q, &api.UpdateScheduledQueryInput{
		Description: in.Description, DestinationConfiguration: in.DestinationConfiguration, EndTimeOffset: in.EndTimeOffset, ExecutionRoleArn: in.ExecutionRoleArn, LogGroupIdentifiers: in.LogGroupIdentifiers,
		QueryLanguage: in.QueryLanguage, QueryString: in.QueryString, ScheduleEndTime: in.ScheduleEndTime, ScheduleExpression: in.ScheduleExpression, ScheduleStartTime: in.ScheduleStartTime,
		StartTimeOffset: in.StartTimeOffset, State: in.State, Timezone: in.Timezone,
	}); err != nil {
		return nil, err
	}
	out := &api.CreateScheduledQueryOutput{State: q.state()}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		n := 0
		for _, other := range s.scheduled.rows.Prefix(tx, "", "") {
			if n++; other.Name == q.Name {
				return api.NewConflictException("A scheduled query of the name %s exists already.", q.Name)
			}
		}
		if n >= maxScheduledQueries {
			return api.NewServiceQuotaExceededException("At most %d scheduled queries can exist.", maxScheduledQueries)
		}
		out.ScheduledQueryArn = new(scheduledARN(tx.Scope(), q.ID))
		s.scheduled.rows.Put(tx, q.ID, q)
		s.askLater(tx, &q)
		return nil
	})
}

// UpdateScheduledQuery says everything of a scheduled query anew.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateScheduledQuery.html
func (s *Service) UpdateScheduledQuery(ctx context.Context, in *api.UpdateScheduledQueryInput) (*api.UpdateScheduledQueryOutput, error) {
	var out api.UpdateScheduledQueryOutput
	return &out, s.k.Update(ctx, func(tx *store.Tx) error {
		q, err := s.scheduledNamed(tx, *in.Identifier)
		if err != nil {
			return err
		}
		if err := s.settings(&q, in); err != nil {
			return err
		}
		s.scheduled.rows.Put(tx, q.ID, q)
		s.askLater(tx, &q)
		out = api.UpdateScheduledQueryOutput(*q.shown(tx.Scope()))
		return nil
	})
}

// GetScheduledQuery shows one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetScheduledQuery.html
func (s *Service) GetScheduledQuery(ctx context.Context, in *api.GetScheduledQueryInput) (out *api.GetScheduledQueryOutput, err error) {
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		q, err := s.scheduledNamed(tx, *in.Identifier)
		out = q.shown(tx.Scope())
		return err
	})
}

// DeleteScheduledQuery forgets one, with its history.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteScheduledQuery.html
func (s *Service) DeleteScheduledQuery(ctx context.Context, in *api.DeleteScheduledQueryInput) (*api.DeleteScheduledQueryOutput, error) {
	return &api.DeleteScheduledQueryOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		q, err := s.scheduledNamed(tx, *in.Identifier)
		if err != nil {
			return err
		}
		s.scheduled.ask.CancelKey(tx, q.ID)
		s.scheduled.rows.Delete(tx, q.ID)
		lo, hi := within(q.ID)
		s.scheduled.history.Erase(tx, lo, hi)
		return nil
	})
}
