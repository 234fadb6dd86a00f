package logs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	api "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// askScheduled asks a scheduled query: StartQuery in its role, as anybody who has taken on that role would. It writes down what came of that, sets
// the next time, and has the answer kept when it is there.
func (s *Service) askScheduled(ctx context.Context, a askingArg) error {
	var q scheduledQuery
	var ok bool
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		q, ok = s.scheduled.rows.Get(tx, a.ID)
		return nil
	}); err != nil || !ok || !q.Enabled {
		return err
	}
	in := &api.StartQueryInput{QueryString: &q.Text, StartTime: new(a.At/1000 - q.Back), EndTime: new(a.At/1000 - q.End), LogGroupIdentifiers: q.Groups}
	out, fault := s.peers.Logs.StartQuery(s.inRole(ctx, &q, q.Role), in)
	if fault != nil && ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		now, ok := s.scheduled.rows.Get(tx, a.ID)
		if !ok {
			return nil
		}
		h := asking{At: a.At, Status: api.ExecutionStatusRunning}
		if fault == nil {
			h.Query = *out.QueryId
			s.scheduled.keep.Await(tx, answered(h.Query), store.Key(a.ID, h.Query), a)
			s.scheduled.keep.AtKey(tx, store.Key(a.ID, h.Query), s.k.Clock.Now(), a)
		} else if h.Status, h.Why = api.ExecutionStatusFailed, fault.Error(); awserr.Code(fault) == "MalformedQueryException" {
			h.Status = api.ExecutionStatusInvalidQuery
		}
		s.putAsking(tx, a, &now, h)
		s.forgetAskings(tx, a.ID, a.At-historyKept.Milliseconds())
		s.askLater(tx, &now)
		return nil
	})
}

// giveUpAsking notes that a query was not asked, because the job that asks is not run again.
func (s *Service) giveUpAsking(tx *store.Tx, a askingArg, why string) {
	if q, ok := s.scheduled.rows.Get(tx, a.ID); ok {
		s.putAsking(tx, a, &q, asking{At: a.At, Status: api.ExecutionStatusFailed, Why: why})
	}
}

// nextAsking has the query be asked at its next time, which is another than the one that is lost.
func (s *Service) nextAsking(tx *store.Tx, a askingArg) (at time.Time, then askingArg, ok bool) {
	if q, there := s.scheduled.rows.Get(tx, a.ID); there {
		at, ok = s.timeOf(&q)
	}
	return at, askingArg{a.ID, at.UnixMilli()}, ok
}

// answered is announced when a query is over.
func answered(id string) string { return "logs query " + id }

// inRole makes the next call in a role of a scheduled query's.
func (s *Service) inRole(ctx context.Context, q *scheduledQuery, role string) context.Context {
	scope := call.ScopeOf(ctx)
	return call.As(ctx, call.Role{ARN: role, SessionName: "CloudWatchLogsScheduledQuery", Service: "logs.amazonaws.com", SourceARN: scheduledARN(scope, q.ID), SourceAccount: scope.Account})
}

func askingKey(a askingArg) string { return store.Key(a.ID, fmt.Sprintf("%016d", a.At)) }

func (s *Service) putAsking(tx *store.Tx, a askingArg, q *scheduledQuery, h asking) {
	s.scheduled.history.Put(tx, askingKey(a), h)
	if a.At >= q.Triggered {
		q.Triggered, q.Status = a.At, h.Status
		s.scheduled.rows.Put(tx, q.ID, *q)
	}
}

// forgetAskings drops the history before a time, some of it at a time.
func (s *Service) forgetAskings(tx *store.Tx, id string, before int64) {
	n := 0
	for key, h := range s.scheduled.history.Prefix(tx, store.Key(id, ""), "") {
		if n++; h.At >= before || n > 500 {
			return
		}
		s.scheduled.history.Delete(tx, key)
	}
}

// keepScheduled writes the answer of a query that is over into the bucket, once for each time it was asked.
func (s *Service) keepScheduled(ctx context.Context, a askingArg) error {
	var q scheduledQuery
	var h asking
	var asked query
	var ok bool
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		if q, ok = s.scheduled.rows.Get(tx, a.ID); ok {
			h, ok = s.scheduled.history.Get(tx, askingKey(a))
		}
		asked, _ = s.asked.rows.Get(tx, h.Query)
		return nil
	}); err != nil || !ok || h.Status != api.ExecutionStatusRunning {
		return err
	}
	if asked.Status != "" && !asked.over() { // what was awaited will be announced
		return nil
	}
	switch asked.Status {
	case api.QueryStatusComplete:
		h.Status = api.ExecutionStatusComplete
	case api.QueryStatusTimeout:
		h.Status = api.ExecutionStatusTimeout
	default:
		h.Status, h.Why = api.ExecutionStatusFailed, asked.Why
	}
	if h.Status == api.ExecutionStatusComplete && q.Bucket != "" {
		object, err := s.putScheduled(ctx, &q, &h)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if h.Object = object; err != nil {
			h.Object, h.Fault = "", err.Error()
		}
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		s.scheduled.keep.Unawait(tx, answered(h.Query), store.Key(a.ID, h.Query))
		if now, ok := s.scheduled.rows.Get(tx, a.ID); ok {
			s.putAsking(tx, a, &now, h)
		}
		return nil
	})
}

// giveUpKeeping notes that an answer was not kept, because the job that keeps it is not run again.
func (s *Service) giveUpKeeping(tx *store.Tx, a askingArg, why string) {
	h, ok := s.scheduled.history.Get(tx, askingKey(a))
	if q, there := s.scheduled.rows.Get(tx, a.ID); ok && there && h.Status == api.ExecutionStatusRunning {
		h.Status, h.Why = api.ExecutionStatusFailed, why
		s.putAsking(tx, a, &q, h)
	}
}

// putScheduled writes the answer as GetQueryResults gives it.
func (s *Service) putScheduled(ctx context.Context, q *scheduledQuery, h *asking) (string, error) {
	answer, err := s.GetQueryResults(ctx, &api.GetQueryResultsInput{QueryId: &h.Query})
	if err != nil {
		return "", err
	}
	type cell struct {
		Field string `json:"field"`
		Value string `json:"value"`
	}
	rows := make([][]cell, len(answer.Results))
	for i, r := range answer.Results {
		for _, f := range r {
			rows[i] = append(rows[i], cell{*f.Field, *f.Value})
		}
	}
	body, err := json.Marshal(map[string]any{"queryId": h.Query, "scheduledQueryName": q.Name, "triggeredTime": h.At, "results": rows})
	if err != nil {
		return "", err
	}
	key := q.Name + "/" + time.UnixMilli(h.At).UTC().Format("2006/01/02/15/04") + "/" + h.Query + ".json"
	if q.Prefix != "" {
		key = q.Prefix + "/" + key
	}
	_, err = s.peers.S3.PutObject(s.inRole(ctx, q, q.Writer), &s3api.PutObjectInput{
		Bucket: &q.Bucket, Key: &key, Body: bytes.NewReader(body), ContentLength: new(int64(len(body))), ContentType: new("application/json"), IfNoneMatch: new("*"),
	})
	if awserr.Code(err) == "PreconditionFailed" { // it was put before a crash: no other query has this id
		err = nil
	}
	return "s3://" + q.Bucket + "/" + key, err
}
