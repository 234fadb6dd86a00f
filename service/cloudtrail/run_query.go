package cloudtrail

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/base/running"
	"unyo/engine/blob"
	"unyo/engine/sql"
	sqltypes "unyo/engine/sql/types"
	"unyo/engine/vector"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

type queryArg struct{ ID string }

// errTimeout is why a query ends that takes too long: an hour, as AWS says, or as long as everybody may be kept waiting while time stands. Both are on
// the wall's clock: they protect the process, and are no part of the estate's time.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-run-query.html
var errTimeout = errors.New("query timed out")

const (
	queryTimeout = time.Hour
	heldTimeout  = 5 * time.Minute
)

// runQuery runs a query to its end: its rows lie in a blob that its row names. It is run again if the process dies on the way.
func (s *Service) runQuery(ctx context.Context, a queryArg) error {
	var q lakeQuery
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		var ok bool
		if q, ok = s.queries.Get(tx, a.ID); !ok || q.ended() {
			q.State = ""
			return nil
		}
		q.State = api.QueryStatusRunning
		s.queries.Put(tx, a.ID, q)
		return nil
	})
	if err != nil || q.State == "" {
		return err
	}
	acting, end := s.running.Begin(ctx, a.ID)
	defer end()
	limit := queryTimeout
	if !s.k.Flows() {
		limit = heldTimeout
	}
	patient, enough := context.WithTimeoutCause(acting, limit, errTimeout)
	defer enough()
	if err = s.answer(patient, &q); err != nil && context.Cause(patient) == errTimeout {
		err = errTimeout
	}
	if running.Stopped(acting) {
		return errors.Join(s.discard(&q)) // the row says so
	}
	if ctx.Err() != nil {
		return ctx.Err() // the house is closing, and runs it again when it opens
	}
	return s.settleQuery(ctx, a.ID, &q, err)
}

func (s *Service) discard(q *lakeQuery) error {
	if q.Result == (blob.Ref{}) {
		return nil
	}
	return s.blobs.Discard(q.Result)
}

// answer runs the query and stages its rows.
func (s *Service) answer(ctx context.Context, q *lakeQuery) (err error) {
	l := &lake{s: s, now: q.Created, turns: s.line.Join()}
	defer l.turns.End()
	defer l.done()
	defer func() { q.Scanned, q.Read = l.scanned.Load(), l.rows.Load() }()
	if q.Stead != "" {
		ctx = context.WithValue(ctx, steadKey{}, q.Stead)
	}
	p, err := s.prepareQuery(ctx, q, l)
	if err != nil {
		return err
	}
	for _, c := range p.Columns {
		q.Columns = append(q.Columns, c.Name)
	}
	rows, err := p.Run(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	from, to := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := writeLines(ctx, to, p, rows, q)
		done <- err
		_ = to.CloseWithError(err)
	}()
	q.Result, err = s.blobs.Stage(ctx, from)
	_ = from.CloseWithError(err)
	return errors.Join(err, <-done)
}

// writeLines writes each row as a JSON array of texts; null is none.
func writeLines(ctx context.Context, to io.Writer, p *sql.Query, rows vector.Reader, q *lakeQuery) error {
	out := bufio.NewWriter(to)
	line := json.NewEncoder(out)
	line.SetEscapeHTML(false)
	texts := make([]*string, len(p.Columns))
	for {
		b, err := rows.Next(ctx)
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		for row := range b.Len {
			for i, c := range p.Columns {
				texts[i] = nil
				if !b.Columns[i].IsNull(row) {
					texts[i] = new(sql.Text(shown(c.Type), b.Columns[i], row))
				}
			}
			if err := line.Encode(texts); err != nil {
				return err
			}
			q.Rows++
		}
	}
}

// shown is the type as which a result shows a value: times to the millisecond at least.
func shown(t *sqltypes.Type) *sqltypes.Type {
	if (t.Kind == sqltypes.Timestamp || t.Kind == sqltypes.TimestampZone) && t.Size < 3 {
		return &sqltypes.Type{Kind: t.Kind, Size: 3}
	}
	return t
}

// settleQuery writes how the query ended, and has its result delivered.
func (s *Service) settleQuery(ctx context.Context, id string, q *lakeQuery, failure error) error {
	q.State, q.Completed = api.QueryStatusFinished, s.k.Clock.Now()
	if failure != nil {
		q.State, q.Error = api.QueryStatusFailed, failure.Error()
		if failure == errTimeout {
			q.State = api.QueryStatusTimedOut
		}
		if wrong := (*sql.Error)(nil); errors.As(failure, &wrong) {
			q.Error = wrong.Message
		}
		if q.Bucket != "" {
			q.Delivery = api.DeliveryStatusFailed
		}
	}
	kept := false
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		kept = false
		if call.From(ctx).Job != "" {
			jobs.Settle(ctx, tx)
		}
		if now, ok := s.queries.Get(tx, id); !ok || now.ended() {
			return nil
		}
		kept = true
		s.queries.Put(tx, id, *q)
		s.active.Delete(tx, id)
		s.query.CancelKey(tx, id)
		if q.Bucket != "" && failure == nil {
			s.hand.AtKey(tx, id, s.k.Clock.Now(), queryArg{id})
		}
		return nil
	})
	if err == nil && !kept {
		err = s.discard(q)
	}
	return err
}

// giveUpQuery ends a query whose job is not run again: it has panicked, or the process has died of it time and again.
func (s *Service) giveUpQuery(tx *store.Tx, a queryArg, why string) {
	q, ok := s.queries.Get(tx, a.ID)
	if !ok || q.ended() {
		return
	}
	q.State, q.Error, q.Completed = api.QueryStatusFailed, why, s.k.Clock.Now()
	if q.Bucket != "" {
		q.Delivery = api.DeliveryStatusFailed
	}
	s.queries.Put(tx, a.ID, q)
	s.active.Delete(tx, a.ID)
}

// runForget forgets a query after a week; what was delivered stays.
func (s *Service) runForget(ctx context.Context, a queryArg) error {
	return s.release(ctx, func(tx *store.Tx) []blob.Ref {
		q, ok := s.queries.Get(tx, a.ID)
		if !ok {
			return nil
		}
		s.queries.Delete(tx, a.ID)
		s.active.Delete(tx, a.ID)
		s.query.CancelKey(tx, a.ID)
		for _, d := range q.Stores {
			s.asked.Delete(tx, askedKey(d, q.Created, a.ID))
		}
		if q.Result == (blob.Ref{}) {
			return nil
		}
		return []blob.Ref{q.Result}
	})
}
