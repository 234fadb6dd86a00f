package athena

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"

	api "unyo/api/athena"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/page"
	"unyo/kernel/store"
)

// GetQueryResults reads a page of a result from where it lies in S3, as the caller: who may not read it there may not here.
// A query's first row is its columns' names.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
func (s *Service) GetQueryResults(ctx context.Context, in *api.GetQueryResultsInput) (*api.GetQueryResultsOutput, error) {
	if rt.Val(in.QueryResultType) == api.QueryResultTypeDataManifest {
		return nil, unsupported("QueryResultType DATA_MANIFEST")
	}
	var row execution
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		row, err = s.executionOf(tx, *in.QueryExecutionId)
		return err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case !row.ended():
		return nil, invalid("Query has not yet finished. Current state: %s", row.State)
	case row.State != api.QueryExecutionStateSucceeded:
		return nil, invalid("Query did not finish successfully. Final query state: %s", row.State)
	}
	out := &api.GetQueryResultsOutput{UpdateCount: new(int64(0)), ResultSet: &api.ResultSet{Rows: []api.Row{}, ResultSetMetadata: &api.ResultSetMetadata{ColumnInfo: []api.ColumnInfo{}}}}
	if row.Updated != nil {
		out.UpdateCount = row.Updated
	}
	if row.Manifest != "" { // its data are files
		return out, nil
	}
	location := *row.Results.OutputLocation
	columns, err := s.columnsOf(ctx, location)
	if err != nil {
		return nil, gone(err)
	}
	for i := range columns {
		out.ResultSet.ResultSetMetadata.ColumnInfo = append(out.ResultSet.ResultSetMetadata.ColumnInfo, columns[i].shape())
	}
	out.ResultSet.Rows, out.NextToken, err = s.resultPage(ctx, *in.QueryExecutionId, location, in.NextToken, limitOf(in.MaxResults, 1000))
	return out, err
}

func gone(err error) error {
	if awserr.Code(err) == "InvalidRequestException" && strings.Contains(err.Error(), "HIVE_CANNOT_OPEN_SPLIT") {
		return invalid("The query results were deleted or moved.")
	}
	return err
}

// resultPage reads most rows from where the token says: a place in the file.
func (s *Service) resultPage(ctx context.Context, id, location string, token *string, most int) (rows []api.Row, next *string, err error) {
	after, err := page.After("results "+id, rt.Val(token))
	if err != nil {
		return nil, nil, invalid("Invalid NextToken.")
	}
	var from int64
	if after != "" {
		if from, err = strconv.ParseInt(after, 10, 64); err != nil {
			return nil, nil, invalid("Invalid NextToken.")
		}
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	rows = []api.Row{}
	body, err := s.read(ctx, bucket, key, nil, from, -1)
	if awserr.Code(err) == "InvalidRange" { // an empty file, or its end
		return rows, nil, nil
	}
	if err != nil {
		return nil, nil, gone(err)
	}
	defer body.Close()
	in := bufio.NewReaderSize(body, 64<<10)
	csv := strings.HasSuffix(key, ".csv")
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return rows, nil, nil
		}
		if len(rows) == most {
			return rows, new(page.Token("results "+id, strconv.FormatInt(from, 10))), nil
		}
		row, n, err := readRow(in, csv)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
		from += n
	}
}

// readRow reads a row, and tells how many bytes it was: of CSV as putRows writes it, or a line.
func readRow(in *bufio.Reader, csv bool) (row api.Row, n int64, err error) {
	if !csv {
		line, err := in.ReadString('\n')
		if err == io.EOF {
			err = nil
		}
		return api.Row{Data: []api.Datum{{VarCharValue: new(strings.TrimSuffix(line, "\n"))}}}, int64(len(line)), err
	}
	for {
		field, end, size, err := readField(in)
		n += size
		if err != nil {
			return row, n, err
		}
		row.Data = append(row.Data, api.Datum{VarCharValue: field})
		if end != ',' {
			return row, n, nil
		}
	}
}

// readField reads a field and what ends it: a comma, or the line's end. What stands in no quotes is null.
func readField(in *bufio.Reader) (field *string, end byte, n int64, err error) {
	c, err := in.ReadByte()
	n++
	if err != nil || c != '"' {
		return nil, c, n, err
	}
	var b strings.Builder
	for {
		part, err := in.ReadString('"')
		n += int64(len(part))
		if err != nil {
			return nil, 0, n, io.ErrUnexpectedEOF
		}
		b.WriteString(part[:len(part)-1])
		c, err := in.ReadByte()
		if err != nil {
			return nil, 0, n, io.ErrUnexpectedEOF
		}
		n++
		if c != '"' {
			return new(b.String()), c, n, nil
		}
		b.WriteByte('"')
	}
}
