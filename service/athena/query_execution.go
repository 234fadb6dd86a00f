package athena

import (
	"context"
	"iter"
	"time"

	api "unyo/api/athena"
	"unyo/base/call"
	"unyo/kernel/store"
)

// execution is a query that was asked; its text lies in texts.
type execution struct {
	Group              string
	Catalog, Database  string
	Type, Substatement string
	Parameters         []string `json:",omitempty"`
	Sum                string   // of the text, to find the same one again
	ReuseMinutes       int      `json:",omitempty"` // how old the result of the same query may be; 0: none is taken
	Folder             string   // where results go
	Results            api.ResultConfiguration
	Cutoff             int64 `json:",omitempty"` // bytes scanned
	Publish            bool  `json:",omitempty"`
	Enforced           bool  `json:",omitempty"` // the work group's settings hold, whatever the client says

	// Who asked, and from where.
	Principal call.Principal
	SourceIP  string
	UserAgent string

	State     string
	Reason    string           `json:",omitempty"`
	Failure   *api.AthenaError `json:",omitempty"`
	Submitted time.Time
	Started   time.Time `json:",omitzero"`
	Completed time.Time `json:",omitzero"`

	Scanned     int64  `json:",omitempty"`
	InputRows   int64  `json:",omitempty"`
	OutputRows  int64  `json:",omitempty"`
	OutputBytes int64  `json:",omitempty"`
	Manifest    string `json:",omitempty"` // of the data files written
	Updated     *int64 `json:",omitempty"` // rows that a statement has written
	Reused      bool   `json:",omitempty"`
}

func (e *execution) ended() bool {
	return e.State != api.QueryExecutionStateQueued && e.State != api.QueryExecutionStateRunning
}

// executionOf finds an execution that must be there.
func (s *Service) executionOf(tx *store.Tx, id string) (execution, error) {
	row, ok := s.executions.Get(tx, id)
	if !ok {
		return row, invalid("QueryExecution %s was not found", id)
	}
	return row, nil
}

func millis(from, to time.Time) *int64 {
	if from.IsZero() || to.IsZero() {
		return new(int64(0))
	}
	return new(to.Sub(from).Milliseconds())
}

func (s *Service) executionShape(tx *store.Tx, id string, e *execution) *api.QueryExecution {
	out := &api.QueryExecution{
		QueryExecutionId: &id, Query: new(s.text(tx, id)), StatementType: &e.Type, SubstatementType: &e.Substatement, WorkGroup: &e.Group,
		ResultConfiguration: &e.Results, ExecutionParameters: e.Parameters,
		EngineVersion:            &api.EngineVersion{SelectedEngineVersion: new("AUTO"), EffectiveEngineVersion: new(engineVersion)},
		QueryExecutionContext:    &api.QueryExecutionContext{},
		Status:                   &api.QueryExecutionStatus{State: &e.State, SubmissionDateTime: &e.Submitted, AthenaError: e.Failure},
		ResultReuseConfiguration: &api.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &api.ResultReuseByAgeConfiguration{Enabled: new(e.ReuseMinutes > 0)}},
	}
	if e.Database != "" {
		out.QueryExecutionContext.Database = &e.Database
		out.QueryExecutionContext.Catalog = &e.Catalog
	}
	if e.ReuseMinutes > 0 {
		out.ResultReuseConfiguration.ResultReuseByAgeConfiguration.MaxAgeInMinutes = new(int32(e.ReuseMinutes))
	}
	if e.Reason != "" {
		out.Status.StateChangeReason = &e.Reason
	}
	if !e.Completed.IsZero() {
		out.Status.CompletionDateTime = &e.Completed
	}
	out.Statistics = &api.QueryExecutionStatistics{
		DataScannedInBytes: &e.Scanned, EngineExecutionTimeInMillis: millis(e.Started, e.Completed), QueryQueueTimeInMillis: millis(e.Submitted, e.Started),
		TotalExecutionTimeInMillis: millis(e.Submitted, e.Completed), ServiceProcessingTimeInMillis: new(int64(0)), ServicePreProcessingTimeInMillis: new(int64(0)),
		ResultReuseInformation: &api.ResultReuseInformation{ReusedPreviousResult: &e.Reused},
	}
	if e.Type == api.StatementTypeDml {
		out.Statistics.QueryPlanningTimeInMillis = new(int64(0)) // part of the execution's here
	}
	if e.Manifest != "" {
		out.Statistics.DataManifestLocation = &e.Manifest
	}
	return out
}

// GetQueryExecution tells how a query fares.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryExecution.html
func (s *Service) GetQueryExecution(ctx context.Context, in *api.GetQueryExecutionInput) (*api.GetQueryExecutionOutput, error) {
	out := &api.GetQueryExecutionOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, err := s.executionOf(tx, *in.QueryExecutionId)
		if err == nil {
			out.QueryExecution = s.executionShape(tx, *in.QueryExecutionId, &row)
		}
		return err
	})
}

// BatchGetQueryExecution tells it of several; those that are not there are named.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html
func (s *Service) BatchGetQueryExecution(ctx context.Context, in *api.BatchGetQueryExecutionInput) (*api.BatchGetQueryExecutionOutput, error) {
	out := &api.BatchGetQueryExecutionOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.QueryExecutions, out.UnprocessedQueryExecutionIds = []api.QueryExecution{}, []api.UnprocessedQueryExecutionId{}
		for _, id := range in.QueryExecutionIds {
			row, err := s.executionOf(tx, id)
			if err != nil {
				code, message := reason(err)
				out.UnprocessedQueryExecutionIds = append(out.UnprocessedQueryExecutionIds, api.UnprocessedQueryExecutionId{QueryExecutionId: &id, ErrorCode: code, ErrorMessage: message})
				continue
			}
			out.QueryExecutions = append(out.QueryExecutions, *s.executionShape(tx, id, &row))
		}
		return nil
	})
}

// ListQueryExecutions lists the ids of a work group's queries of the last 45 days, the latest first.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html
func (s *Service) ListQueryExecutions(ctx context.Context, in *api.ListQueryExecutionsInput) (*api.ListQueryExecutionsOutput, error) {
	out := &api.ListQueryExecutionsOutput{}
	group := groupOf(in.WorkGroup)
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, group); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, string] { return s.history.Prefix(tx, store.Key(group, ""), after) }
		var err error
		out.QueryExecutionIds, out.NextToken, err = listed("executions "+group, in.NextToken, limitOf(in.MaxResults, 50), rows, func(_, id string) string { return id })
		return err
	})
}

// StopQueryExecution cancels a query; one that has ended stays as it is.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html
func (s *Service) StopQueryExecution(ctx context.Context, in *api.StopQueryExecutionInput) (*api.StopQueryExecutionOutput, error) {
	id := *in.QueryExecutionId
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		row, err := s.executionOf(tx, id)
		if err != nil || row.ended() {
			return err
		}
		row.State, row.Completed, row.Reason = api.QueryExecutionStateCancelled, s.k.Clock.Now(), "Query cancelled by user"
		s.executions.Put(tx, id, row)
		s.run.CancelKey(tx, id)
		return nil
	})
	if err == nil {
		s.running.Stop(id)
	}
	return &api.StopQueryExecutionOutput{}, err
}

// GetQueryRuntimeStatistics tells what a query read and gave; of its stages nothing is told.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryRuntimeStatistics.html
func (s *Service) GetQueryRuntimeStatistics(ctx context.Context, in *api.GetQueryRuntimeStatisticsInput) (*api.GetQueryRuntimeStatisticsOutput, error) {
	out := &api.GetQueryRuntimeStatisticsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		e, err := s.executionOf(tx, *in.QueryExecutionId)
		if err != nil {
			return err
		}
		zero := int64(0)
		out.QueryRuntimeStatistics = &api.QueryRuntimeStatistics{Timeline: &api.QueryRuntimeStatisticsTimeline{
			QueryQueueTimeInMillis: millis(e.Submitted, e.Started), QueryPlanningTimeInMillis: &zero, EngineExecutionTimeInMillis: millis(e.Started, e.Completed),
			ServiceProcessingTimeInMillis: &zero, ServicePreProcessingTimeInMillis: &zero, TotalExecutionTimeInMillis: millis(e.Submitted, e.Completed),
		}}
		if e.Type == api.StatementTypeDml {
			out.QueryRuntimeStatistics.Rows = &api.QueryRuntimeStatisticsRows{InputRows: &e.InputRows, InputBytes: &e.Scanned, OutputRows: &e.OutputRows, OutputBytes: &e.OutputBytes}
		}
		return nil
	})
}
