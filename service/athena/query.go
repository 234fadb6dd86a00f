package athena

import (
	"context"
	"strings"
	"sync/atomic"

	api "unyo/api/athena"
	"unyo/base/turns"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/kernel/store"
)

// query is an execution that is being run.
type query struct {
	s    *Service
	id   string
	is   *execution
	text string

	turns         *turns.Turns // it computes when one of them has come
	scanned, rows atomic.Int64 // bytes and rows that were read; readers work beside each other
}

// run executes the statement and puts its result.
func (q *query) run(ctx context.Context) error {
	defer func() { q.is.Scanned, q.is.InputRows = q.scanned.Load(), q.rows.Load() }()
	stmt, err := sql.Parse(q.text)
	if err != nil {
		return err
	}
	args, err := arguments(q.is.Parameters)
	if err != nil {
		return err
	}
	if q.is.ReuseMinutes > 0 {
		if done, err := q.reuse(ctx); done || err != nil {
			return err
		}
	}
	if x, ok := stmt.(*syntax.Execute); ok {
		if stmt, err = q.prepared(ctx, x.Name); err != nil {
			return err
		}
		args = append(x.Args, args...)
	}
	return q.statement(ctx, stmt, args)
}

// arguments reads the values of an execution's question marks: literals, as they would stand in the text.
// https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
func arguments(given []string) (args []syntax.Expr, err error) {
	if len(given) == 0 {
		return nil, nil
	}
	stmt, err := sql.Parse("EXECUTE x USING " + strings.Join(given, ", "))
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "The execution parameters cannot be read: %v", err)
	}
	x, ok := stmt.(*syntax.Execute)
	if !ok || len(x.Args) != len(given) {
		return nil, fault.New(fault.InvalidParameter, "Each execution parameter must be one literal")
	}
	return x.Args, nil
}

// prepared is the statement behind a name, in the query's work group.
func (q *query) prepared(ctx context.Context, name string) (stmt syntax.Statement, err error) {
	var text string
	err = q.s.k.View(ctx, func(tx *store.Tx) error {
		_, err := q.s.statement(tx, q.is.Group, name)
		text = q.s.text(tx, store.Key(q.is.Group, name))
		return err
	})
	if err != nil {
		return nil, err
	}
	if stmt, err = sql.Parse(text); err == nil {
		q.is.Type, q.is.Substatement = kindOf(stmt)
	}
	return stmt, err
}

// statement executes one statement.
func (q *query) statement(ctx context.Context, stmt syntax.Statement, args []syntax.Expr) error {
	switch stmt := stmt.(type) {
	case *syntax.QueryStatement:
		return q.selectRows(ctx, stmt.Query, args)
	case *syntax.Explain:
		return q.explain(ctx, stmt, args)
	case *syntax.CreateTableAs:
		return q.createTableAs(ctx, stmt, args)
	case *syntax.InsertInto:
		return q.insertInto(ctx, stmt, args)
	case *syntax.Unload:
		return q.unload(ctx, stmt, args)
	case *syntax.Show:
		return q.show(ctx, stmt)
	case *syntax.Describe:
		return q.describe(ctx, stmt)
	case *syntax.RepairTable:
		return q.repairTable(ctx, stmt)
	case *syntax.Prepare, *syntax.Deallocate:
		return q.keepStatement(ctx, stmt)
	}
	if err := q.define(ctx, stmt); err != nil {
		return err
	}
	return q.putLines(ctx, nil, nil) // an empty result, as AWS writes one
}

// keepStatement does PREPARE and DEALLOCATE PREPARE.
func (q *query) keepStatement(ctx context.Context, stmt syntax.Statement) error {
	err := q.s.update(ctx, func(tx *store.Tx) error {
		switch stmt := stmt.(type) {
		case *syntax.Prepare:
			key := store.Key(q.is.Group, stmt.Name)
			q.s.statements.Put(tx, key, preparedStatement{ModifiedAt: q.s.k.Clock.Now()})
			q.s.putText(tx, key, stmt.Text)
		case *syntax.Deallocate:
			if _, err := q.s.statement(tx, q.is.Group, stmt.Name); err != nil {
				return err
			}
			key := store.Key(q.is.Group, stmt.Name)
			q.s.statements.Delete(tx, key)
			q.s.dropText(tx, key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return q.putLines(ctx, nil, nil)
}

// session is in what circumstances the query is run.
func (q *query) session() sql.Session {
	workers := 0
	if !q.s.k.Flows() {
		workers = 1 // the same calls in the same order
	}
	return sql.Session{
		Catalog: strings.ToLower(q.is.Catalog), Schema: q.database(), User: q.is.Principal.ARN, Now: q.is.Started, Seed: q.seed(), Workers: workers,
	}
}

// database is where names without one are looked up.
func (q *query) database() string {
	if q.is.Database == "" {
		return "default"
	}
	return strings.ToLower(strings.Trim(q.is.Database, "`")) // the AWS SDK for pandas quotes the name as Hive does
}

// seed follows from the execution's id, so that a query that is run again draws the same.
func (q *query) seed() (n uint64) {
	for _, b := range []byte(q.id) {
		n = n*31 + uint64(b)
	}
	return n
}

// selectRows runs a query and puts its rows as CSV.
func (q *query) selectRows(ctx context.Context, query *syntax.Query, args []syntax.Expr) error {
	p, err := q.prepare(ctx, query, args)
	if err != nil {
		return err
	}
	return q.putRows(ctx, p)
}

// reuse finds the result of the same query that is young enough, and takes it. One that is gone, or not for this caller to read, is left aside: the
// query is run anew.
// https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
func (q *query) reuse(ctx context.Context) (done bool, err error) {
	if q.is.Type != api.StatementTypeDml || q.is.Substatement != "SELECT" {
		return false, nil
	}
	found, err := q.earlier(ctx)
	if err != nil {
		return false, err
	}
	own := q.is.Results
	for _, e := range found {
		q.is.Results = e.Results
		if q.whole(ctx) {
			q.is.Reused, q.is.OutputRows, q.is.OutputBytes = true, e.OutputRows, e.OutputBytes
			return true, nil
		}
	}
	q.is.Results = own
	return false, ctx.Err()
}

// earlier are the executions whose result may be taken, the latest first: the last few of them.
func (q *query) earlier(ctx context.Context) (found []execution, err error) {
	const looked, most = 1000, 3
	oldest := q.is.Submitted.Add(-minutes(q.is.ReuseMinutes))
	err = q.s.k.View(ctx, func(tx *store.Tx) error {
		n := 0
		found = nil
		for _, id := range q.s.history.Prefix(tx, store.Key(q.is.Group, ""), "") {
			e, ok := q.s.executions.Get(tx, id)
			if n++; n > looked || len(found) == most || ok && e.Submitted.Before(oldest) {
				return nil
			}
			if ok && id != q.id && e.State == api.QueryExecutionStateSucceeded && q.same(&e) {
				found = append(found, e)
			}
		}
		return nil
	})
	return found, err
}

// whole tells whether the result that the execution names is there, what describes it and its first byte, and this caller may read it.
func (q *query) whole(ctx context.Context) bool {
	if _, err := q.readColumns(ctx); err != nil {
		return false
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(*q.is.Results.OutputLocation, "s3://"), "/")
	body, err := q.s.read(ctx, bucket, key, nil, 0, 0)
	if err != nil {
		return false
	}
	return body.Close() == nil
}

// same tells whether e asked the same in the same circumstances.
func (q *query) same(e *execution) bool {
	return e.Sum == q.is.Sum && e.Database == q.is.Database && e.Catalog == q.is.Catalog && strings.Join(e.Parameters, "\x00") == strings.Join(q.is.Parameters, "\x00") &&
		e.Folder == q.is.Folder
}
