package athena

import (
	"context"
	"strings"

	"unyo/base/arn"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/trino"
	"unyo/engine/vector"
)

// prepared is a query that is understood, by whoever runs it.
type prepared struct {
	columns []sql.OutputColumn
	run     func(ctx context.Context) (vector.Reader, error)
	explain func() string
	analyze func(ctx context.Context, timed bool) (string, error) // nil where another engine runs it
}

// prepare understands a query. It is run here, or by the Trino that was chosen, if who asks may read what it reads.
func (q *query) prepare(ctx context.Context, query *syntax.Query, args []syntax.Expr) (*prepared, error) {
	p, err := sql.Prepare(ctx, q.session(), q.catalog(), query, args...)
	if err != nil {
		return nil, err
	}
	if q.s.trino == nil || len(p.Tables) == 0 {
		return &prepared{p.Columns, p.Run, p.Explain, p.Analyze}, nil
	}
	if err := q.readable(ctx, p.Tables); err != nil {
		return nil, err
	}
	text := query.Text
	switch {
	case len(args) > 0 && len(args) != len(q.is.Parameters):
		return nil, fault.At(query.Pos, fault.NotSupported, "EXECUTE with USING cannot be handed on to Trino: give execution parameters")
	case len(args) > 0:
		text = "EXECUTE IMMEDIATE '" + strings.ReplaceAll(text, "'", "''") + "' USING " + strings.Join(q.is.Parameters, ", ")
	}
	return &prepared{p.Columns, func(ctx context.Context) (vector.Reader, error) {
		far, err := q.s.trino.Query(ctx, trino.Session{User: user(q.is.Principal.ARN), Schema: q.database()}, text)
		if err != nil {
			return nil, err
		}
		if len(far.Columns) != len(p.Columns) {
			return nil, fault.New(fault.Internal, "Trino understands the query otherwise: it has %d columns, not %d", len(far.Columns), len(p.Columns))
		}
		for i := range far.Columns {
			p.Columns[i].Type = far.Columns[i].Type
		}
		return &counted{far, q, 0}, nil
	}, p.Explain, nil}, nil
}

// readable asks S3, as who asked the query, for what Trino will read with credentials of its own: the list of objects of each
// table, and a byte of the first.
func (q *query) readable(ctx context.Context, tables [][3]string) error {
	for _, name := range tables {
		t, err := q.catalog().Table(ctx, name[0], name[1], name[2])
		if err != nil {
			return err
		}
		if t == nil || t.View != nil || t.Scan == nil {
			continue
		}
		readers, err := t.Scan(ctx, sql.Scan{})
		if err != nil {
			return err
		}
		if len(readers) == 0 {
			continue
		}
		if f, ok := readers[0].(*file); ok {
			body, err := q.s.read(ctx, f.bucket, f.key, f.etag, 0, 0)
			if err != nil {
				return err
			}
			if err := body.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// user is a principal as a user's name: its ARN's last part.
func user(principal string) string {
	a, err := arn.Parse(principal)
	if err != nil || a.Resource == "" {
		return "unyo"
	}
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// counted is rows of Trino's, whose cost is the query's.
type counted struct {
	*trino.Query
	q    *query
	seen int64
}

// Next is the next batch; what Trino has read since is added, and judged by the work group's limit.
func (c *counted) Next(ctx context.Context) (*vector.Batch, error) {
	b, err := c.Query.Next(ctx)
	if e := c.q.charge(c.Query, &c.seen); e != nil {
		return nil, e
	}
	return b, err
}
