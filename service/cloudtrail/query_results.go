package cloudtrail

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// queryOf finds a query of the account and region; with a name, it must have asked that event data store.
func (s *Service) queryOf(ctx context.Context, id, owner, name *string) (q lakeQuery, err error) {
	if err := ownedBy(ctx, owner); err != nil {
		return q, err
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		var d dataStore
		if name != nil {
			if d, err = s.dataStoreNamed(tx, *name); err != nil {
				return err
			}
		}
		var ok bool
		if q, ok = s.queryAt(tx, *id); !ok || name != nil && !slices.Contains(q.Stores, d.ID) {
			return api.NewQueryIdNotFoundException("The query ID was not found: %s", *id)
		}
		return nil
	})
	return q, err
}

// DescribeQuery tells how a query goes, by its id.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeQuery.html
func (s *Service) DescribeQuery(ctx context.Context, in *api.DescribeQueryInput) (*api.DescribeQueryOutput, error) {
	switch {
	case in.QueryAlias != nil || in.RefreshId != nil:
		return nil, unsupported("QueryAlias")
	case in.QueryId == nil:
		return nil, api.NewInvalidParameterException("You must specify a QueryId or a QueryAlias.")
	}
	ctx = s.toAnswer(ctx, in.EventDataStoreOwnerAccountId, in.QueryId)
	q, err := s.queryOf(ctx, in.QueryId, in.EventDataStoreOwnerAccountId, in.EventDataStore)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeQueryOutput{
		QueryId: in.QueryId, EventDataStoreOwnerAccountId: &call.From(ctx).Account, QueryString: &q.Text, QueryStatus: &q.State, ErrorMessage: optional(q.Error), DeliveryStatus: optional(q.Delivery),
		QueryStatistics: &api.QueryStatisticsForDescribeQuery{EventsMatched: &q.Rows, EventsScanned: &q.Read, BytesScanned: &q.Scanned, CreationTime: &q.Created, ExecutionTimeInMillis: new(int32(0))},
	}
	if !q.Completed.IsZero() {
		out.QueryStatistics.ExecutionTimeInMillis = new(int32(q.Completed.Sub(q.Created).Milliseconds()))
	}
	if q.Bucket != "" {
		out.DeliveryS3Uri = new(strings.TrimSuffix("s3://"+q.Bucket+"/"+q.Folder, "/"))
	}
	return out, nil
}

// GetQueryResults gives a page of the rows of a query that has finished.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
func (s *Service) GetQueryResults(ctx context.Context, in *api.GetQueryResultsInput) (*api.GetQueryResultsOutput, error) {
	release := s.blobs.Pin()
	defer release()
	ctx = s.toAnswer(ctx, in.EventDataStoreOwnerAccountId, in.QueryId)
	q, err := s.queryOf(ctx, in.QueryId, in.EventDataStoreOwnerAccountId, in.EventDataStore)
	if err != nil {
		return nil, err
	}
	place, err := page.After("results"+*in.QueryId, rt.Val(in.NextToken))
	var row, at int64
	if err == nil && place != "" {
		_, err = fmt.Sscanf(place, "%d %d", &row, &at)
	}
	if err != nil || !s.begins(&q, row, at) {
		return nil, api.NewInvalidNextTokenException("Invalid token provided.")
	}
	limit := int64(rowsPerPage)
	if in.MaxQueryResults != nil {
		limit = int64(*in.MaxQueryResults)
	}
	out := &api.GetQueryResultsOutput{QueryStatus: &q.State, ErrorMessage: optional(q.Error), QueryResultRows: [][]map[string]string{}}
	if q.State == api.QueryStatusFinished {
		if out.QueryResultRows, at, err = s.resultRows(&q, at, limit); err != nil {
			return nil, err
		}
	}
	if row += int64(len(out.QueryResultRows)); row < q.Rows {
		out.NextToken = new(page.Token("results"+*in.QueryId, fmt.Sprintf("%d %d", row, at)))
	}
	out.QueryStatistics = &api.QueryStatistics{ResultsCount: new(int32(len(out.QueryResultRows))), TotalResultsCount: new(int32(q.Rows)), BytesScanned: &q.Scanned}
	return out, nil
}

// begins tells whether a row of a result begins at a place: tokens are not secret, and may be anybody's invention.
func (s *Service) begins(q *lakeQuery, row, at int64) bool {
	if row < 0 || row > q.Rows || at < 0 || at > q.Result.Size {
		return false
	}
	if at == 0 {
		return true
	}
	r, err := s.blobs.Read(q.Result, at-1, 1)
	if err != nil {
		return false
	}
	before, err := io.ReadAll(r)
	return errors.Join(err, r.Close()) == nil && string(before) == "\n"
}

// resultRows reads rows from place at of a result on, and tells where the next begins. A row is a list of its columns' names and values.
func (s *Service) resultRows(q *lakeQuery, at, limit int64) (list [][]map[string]string, next int64, err error) {
	list = [][]map[string]string{}
	err = s.eachLine(q, at, func(line []byte, texts []*string) (bool, error) {
		row := make([]map[string]string, 0, len(texts))
		for i, t := range texts {
			row = append(row, map[string]string{q.Columns[i]: rt.Val(t)})
		}
		list, at = append(list, row), at+int64(len(line))
		return int64(len(list)) < limit, nil
	})
	return list, at, err
}

// eachLine visits the rows of a result from place at on, while it is told to go on.
func (s *Service) eachLine(q *lakeQuery, at int64, visit func(line []byte, texts []*string) (bool, error)) error {
	r, err := s.blobs.Read(q.Result, at, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		var texts []*string
		if err == nil {
			err = json.Unmarshal(line, &texts)
		}
		if err != nil {
			return err
		}
		if more, err := visit(line, texts); err != nil || !more {
			return err
		}
	}
}

// CancelQuery stops a query that has not ended.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CancelQuery.html
func (s *Service) CancelQuery(ctx context.Context, in *api.CancelQueryInput) (*api.CancelQueryOutput, error) {
	ctx = s.toAnswer(ctx, in.EventDataStoreOwnerAccountId, in.QueryId)
	if _, err := s.queryOf(ctx, in.QueryId, in.EventDataStoreOwnerAccountId, in.EventDataStore); err != nil {
		return nil, err
	}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		q, ok := s.queryAt(tx, *in.QueryId)
		if !ok || q.ended() {
			return api.NewInactiveQueryException("The query is not running: %s", *in.QueryId)
		}
		q.State, q.Completed = api.QueryStatusCancelled, s.k.Clock.Now()
		if q.Bucket != "" {
			q.Delivery = api.DeliveryStatusCancelled
		}
		s.queries.Put(tx, *in.QueryId, q)
		s.active.Delete(tx, *in.QueryId)
		s.query.CancelKey(tx, *in.QueryId)
		tx.After(func() { s.running.Stop(*in.QueryId) })
		return nil
	})
	return &api.CancelQueryOutput{QueryId: in.QueryId, EventDataStoreOwnerAccountId: &call.From(ctx).Account, QueryStatus: new(api.QueryStatusCancelled)}, err
}

// ListQueries names the queries of an event data store, the latest first.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListQueries.html
func (s *Service) ListQueries(ctx context.Context, in *api.ListQueriesInput) (*api.ListQueriesOutput, error) {
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return nil, api.NewInvalidDateRangeException("Start time must be before end time.")
	}
	sum := fmt.Sprint("queries", *in.EventDataStore, in.StartTime, in.EndTime, rt.Val(in.QueryStatus))
	after, err := page.After(sum, rt.Val(in.NextToken))
	if err != nil {
		return nil, api.NewInvalidNextTokenException("Invalid token provided.")
	}
	limit := rowsPerPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &api.ListQueriesOutput{}
	err = s.k.View(s.toAsk(ctx, *in.EventDataStore), func(tx *store.Tx) error {
		d, err := s.dataStoreNamed(tx, *in.EventDataStore)
		if err != nil {
			return err
		}
		out.Queries, out.NextToken = page.Collect(sum, limit, s.asked.Prefix(tx, store.Key(d.ID, ""), after), func(_ string, id string) (api.Query, bool) {
			q, ok := s.queryAt(tx, id)
			return api.Query{QueryId: &id, QueryStatus: &q.State, CreationTime: &q.Created}, ok && within(q.Created, in.StartTime, in.EndTime) && (in.QueryStatus == nil || *in.QueryStatus == q.State)
		})
		return nil
	})
	return out, err
}

func within(t time.Time, from, to *time.Time) bool {
	return (from == nil || !t.Before(*from)) && (to == nil || !t.After(*to))
}
