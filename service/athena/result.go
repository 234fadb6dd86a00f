package athena

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	api "unyo/api/athena"
	"unyo/engine/sql"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// column is what a result says of a column. A list of them stands beside the result, in a file of its own: AWS's
// is "binary and not human readable", and in a format that it does not tell; ours is JSON.
// https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
type column struct {
	Name             string
	Type             string
	Precision, Scale int32
	CaseSensitive    bool
}

const maxPrecision = 2147483647 // of texts without a length of their own

// columnOf describes a column as AWS does: the type's name without its parameters.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
func columnOf(name string, t *types.Type) column {
	c := column{Name: name}
	c.Type, _, _ = strings.Cut(t.String(), "(")
	switch t.Kind {
	case types.Tinyint:
		c.Precision = 3
	case types.Smallint:
		c.Precision = 5
	case types.Integer:
		c.Precision = 10
	case types.Bigint:
		c.Precision = 19
	case types.Real:
		c.Type, c.Precision = "float", 17
	case types.Double:
		c.Precision = 17
	case types.Decimal:
		c.Precision, c.Scale = int32(t.Size), int32(t.Scale)
	case types.Varchar, types.Char:
		c.Precision, c.CaseSensitive = maxPrecision, true
		if t.Size > 0 {
			c.Precision = int32(t.Size)
		}
	case types.Varbinary:
		c.Precision = maxPrecision
	case types.Timestamp, types.TimestampZone:
		c.Precision = 3
	}
	if t.Zoned() {
		c.Type += " with time zone"
	}
	return c
}

func (c *column) shape() api.ColumnInfo {
	none := ""
	return api.ColumnInfo{
		CatalogName: new("hive"), SchemaName: &none, TableName: &none, Name: &c.Name, Label: &c.Name, Type: &c.Type, Precision: &c.Precision, Scale: &c.Scale,
		Nullable: new(api.ColumnNullableUnknown), CaseSensitive: &c.CaseSensitive,
	}
}

// putRows runs a query and writes its rows as AWS does: a line of names, everything in double quotes, null as nothing at all.
func (q *query) putRows(ctx context.Context, p *prepared) (err error) {
	columns := make([]column, len(p.columns))
	var line []byte
	for i, c := range p.columns {
		columns[i] = columnOf(c.Name, c.Type)
		line = appendField(line, i, c.Name)
	}
	rows, err := p.run(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	out := q.s.createResult(ctx, *q.is.Results.OutputLocation, &q.is.Results)
	if _, err := out.Write(append(line, '\n')); err != nil {
		return errors.Join(err, out.Abort())
	}
	if err := q.each(ctx, rows, func(b *vector.Batch) error { return q.writeRows(out, p, b) }); err != nil {
		return errors.Join(err, out.Abort())
	}
	if err := errors.Join(out.Close(), ctx.Err()); err != nil {
		return errors.Join(err, out.Abort())
	}
	q.is.OutputBytes = out.size
	return q.putColumns(ctx, columns)
}

// each hands on the batches of a query's rows.
func (q *query) each(ctx context.Context, rows vector.Reader, do func(b *vector.Batch) error) error {
	for {
		b, err := rows.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		q.is.OutputRows += int64(b.Len)
		if err := do(b); err != nil {
			return err
		}
	}
}

func (q *query) writeRows(out io.Writer, p *prepared, b *vector.Batch) error {
	var text []byte
	for row := range b.Len {
		for i, c := range p.columns {
			if b.Columns[i].IsNull(row) {
				if i > 0 {
					text = append(text, ',')
				}
				continue
			}
			text = appendField(text, i, sql.Text(shown(c.Type), b.Columns[i], row))
		}
		text = append(text, '\n')
	}
	_, err := out.Write(text)
	return err
}

// shown is the type as which a result shows a value: times to the millisecond at least, as Athena does.
// https://docs.aws.amazon.com/athena/latest/ug/data-types.html
func shown(t *types.Type) *types.Type {
	if (t.Kind == types.Timestamp || t.Kind == types.TimestampZone) && t.Size < 3 {
		return &types.Type{Kind: t.Kind, Size: 3}
	}
	return t
}

func appendField(line []byte, i int, text string) []byte {
	if i > 0 {
		line = append(line, ',')
	}
	line = append(line, '"')
	line = append(line, strings.ReplaceAll(text, `"`, `""`)...)
	return append(line, '"')
}

// putLines writes the result of a statement that is no query, line by line.
func (q *query) putLines(ctx context.Context, columns []column, lines []string) error {
	out := q.s.createResult(ctx, *q.is.Results.OutputLocation, &q.is.Results)
	for _, l := range lines {
		if _, err := out.Write(append([]byte(l), '\n')); err != nil {
			return errors.Join(err, out.Abort())
		}
	}
	if err := out.Close(); err != nil {
		return errors.Join(err, out.Abort())
	}
	q.is.OutputBytes = out.size
	return q.putColumns(ctx, columns)
}

func (q *query) putColumns(ctx context.Context, columns []column) error {
	b, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	out := q.s.createResult(ctx, *q.is.Results.OutputLocation+".metadata", &q.is.Results)
	if _, err := io.Copy(out, bytes.NewReader(b)); err != nil {
		return err
	}
	return out.Close()
}

// readColumns reads what stands beside a result.
func (q *query) readColumns(ctx context.Context) ([]column, error) {
	return q.s.columnsOf(ctx, *q.is.Results.OutputLocation)
}

func (s *Service) columnsOf(ctx context.Context, location string) (columns []column, err error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	body, err := s.read(ctx, bucket, key+".metadata", nil, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return columns, json.NewDecoder(io.LimitReader(body, 16<<20)).Decode(&columns)
}
