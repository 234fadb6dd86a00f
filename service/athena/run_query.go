package athena

import (
	"context"
	"errors"
	"strings"
	"time"

	api "unyo/api/athena"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/running"
	"unyo/engine/sql"
	"unyo/kernel/meter"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

type runArg struct{ ID string }

// errTimeout is why a query ends that takes too long.
// https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
var errTimeout = invalid("Query timeout")

// dmlTimeout is AWS's limit of a query; heldTimeout is ours while time stands, when a query is run within the call that asks it, or within
// Advance, and everybody waits for it. Both are on the wall's clock: they protect the process, and are no part of the estate's time.
// https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
const (
	dmlTimeout  = 30 * time.Minute
	heldTimeout = 5 * time.Minute
)

func (s *Service) patience() time.Duration {
	if s.limit > 0 {
		return s.limit
	}
	if s.k.Flows() {
		return dmlTimeout
	}
	return heldTimeout
}

// runQuery runs an execution to its end. It is run again if the process dies on the way: what it writes has names that
// follow from the execution, and replaces what was written before.
func (s *Service) runQuery(ctx context.Context, a runArg) error {
	var row execution
	var text string
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		var ok bool
		if row, ok = s.executions.Get(tx, a.ID); !ok || row.ended() {
			return nil
		}
		row.State, row.Started = api.QueryExecutionStateRunning, s.k.Clock.Now()
		text = s.text(tx, a.ID)
		s.executions.Put(tx, a.ID, row)
		return nil
	})
	if err != nil || row.State != api.QueryExecutionStateRunning {
		return err
	}
	acting, end := s.running.Begin(s.as(ctx, &row), a.ID)
	defer end()
	q := &query{s: s, id: a.ID, is: &row, text: text, turns: s.line.Join()}
	defer q.turns.End()
	patient, enough := context.WithTimeoutCause(acting, s.patience(), errTimeout)
	defer enough()
	if err = q.run(patient); err != nil && context.Cause(patient) == errTimeout {
		err = errTimeout
	}
	if running.Stopped(acting) {
		return nil // the row says so
	}
	if ctx.Err() != nil {
		return ctx.Err() // the house is closing, and runs it again when it opens
	}
	return s.settle(ctx, a.ID, &row, err)
}

// as is the context of a query's calls: they are made by who asked it.
func (s *Service) as(ctx context.Context, row *execution) context.Context {
	c := *call.From(ctx)
	if c.Job == "" {
		return ctx // asked and run in one call
	}
	c.Service, c.Principal, c.SourceIP, c.UserAgent = "athena", row.Principal, row.SourceIP, row.UserAgent
	return call.With(ctx, &c)
}

// settle writes how the query ended.
func (s *Service) settle(ctx context.Context, id string, row *execution, failure error) error {
	row.State, row.Completed = api.QueryExecutionStateSucceeded, s.k.Clock.Now()
	if failure != nil {
		row.fail(failure)
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if now, ok := s.executions.Get(tx, id); !ok || now.ended() {
			return nil
		}
		s.executions.Put(tx, id, *row)
		s.run.CancelKey(tx, id)
		if row.Scanned > 0 {
			s.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: "DataScannedInTB"}, Amount: float64(max(row.Scanned, leastScanned))})
		}
		if row.Publish {
			s.k.Metrics.Add(tx, row.metrics()...)
		}
		return nil
	})
}

// giveUp ends a query whose job is not run again: it has panicked, or the process has died of it time and again.
func (s *Service) giveUp(tx *store.Tx, a runArg, why string) {
	row, ok := s.executions.Get(tx, a.ID)
	if !ok || row.ended() {
		return
	}
	row.Completed = s.k.Clock.Now()
	row.fail(errors.New(why))
	s.executions.Put(tx, a.ID, row)
}

// leastScanned is what a query that reads anything is charged for.
// https://aws.amazon.com/athena/pricing/
const leastScanned = 10 << 20

// metrics are those of a work group.
// https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
func (e *execution) metrics() []metric.Sample {
	of := metric.Of("WorkGroup", e.Group, "QueryState", e.State, "QueryType", e.Type)
	ms := func(name string, from, to time.Time) metric.Sample {
		return metric.Sample{Series: metric.Series{Namespace: "AWS/Athena", Name: name, Dimensions: of, Unit: "Milliseconds"}, Value: float64(*millis(from, to))}
	}
	out := []metric.Sample{
		ms("TotalExecutionTime", e.Submitted, e.Completed), ms("QueryQueueTime", e.Submitted, e.Started), ms("EngineExecutionTime", e.Started, e.Completed),
	}
	if e.Type == api.StatementTypeDml {
		out = append(out, metric.Sample{Series: metric.Series{Namespace: "AWS/Athena", Name: "ProcessedBytes", Dimensions: of, Unit: "Bytes"}, Value: float64(e.Scanned)})
	}
	return out
}

// fail notes why a query has failed: Trino's error, or what a service answered that it had to ask.
// https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
func (e *execution) fail(err error) {
	e.State = api.QueryExecutionStateFailed
	category, typ := int32(2), int32(1000) // the user's
	var known *sql.Error
	var refused awserr.Error
	switch {
	case errors.As(err, &known):
		e.Reason = known.Name + ": " + known.Message
		if strings.HasPrefix(known.Name, "GENERIC_INTERNAL") {
			category, typ = 1, 1
		}
	case errors.As(err, &refused) && refused.HTTPStatus() < 500:
		e.Reason = refused.ErrorMessage()
	case errors.As(err, &refused):
		e.Reason, category, typ = refused.ErrorMessage(), 1, 1
	default:
		e.Reason, category, typ = "GENERIC_INTERNAL_ERROR: "+err.Error(), 1, 1
	}
	e.Failure = &api.AthenaError{ErrorCategory: &category, ErrorType: &typ, Retryable: new(false), ErrorMessage: &e.Reason}
}
