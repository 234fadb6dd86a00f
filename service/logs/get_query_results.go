package logs

import (
	"context"
	"strconv"

	api "unyo/api/logs"
	"unyo/base/page"
	"unyo/kernel/store"
)

// GetQueryResults shows what a query has come to. Until it is complete there are no rows.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html
func (s *Service) GetQueryResults(ctx context.Context, in *api.GetQueryResultsInput) (*api.GetQueryResultsOutput, error) {
	var q query
	var packed []byte
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if q, err = s.queryNamed(tx, *in.QueryId); err != nil {
			return err
		}
		packed = nil
		for i := range q.Pieces {
			p, _ := s.asked.pieces.Get(tx, pieceKey(*in.QueryId, i))
			packed = append(packed, p...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &api.GetQueryResultsOutput{Results: [][]api.ResultField{}, Status: &q.Status, QueryLanguage: new(api.QueryLanguageCwli), Statistics: q.statistics()}
	if q.Status != api.QueryStatusComplete {
		return out, nil
	}
	rows, err := unpackAnswer(packed)
	if err != nil {
		return nil, err
	}
	return out, resultPage(in, rows, out)
}

// resultPage turns rows into a page of the answer.
func resultPage(in *api.GetQueryResultsInput, rows [][]string, out *api.GetQueryResultsOutput) error {
	from, n := 0, len(rows)
	if in.MaxItems != nil {
		n = int(*in.MaxItems)
	}
	if in.NextToken != nil {
		after, err := page.After("results\x00"+*in.QueryId, *in.NextToken)
		if from, _ = strconv.Atoi(after); err != nil || from <= 0 || from >= len(rows) {
			return invalid("The specified nextToken is invalid.")
		}
	}
	to := min(from+n, len(rows))
	for _, r := range rows[from:to] {
		fields := []api.ResultField{}
		for i := 0; i+1 < len(r); i += 2 {
			fields = append(fields, api.ResultField{Field: &r[i], Value: &r[i+1]})
		}
		out.Results = append(out.Results, fields)
	}
	if to < len(rows) {
		out.NextToken = new(page.Token("results\x00"+*in.QueryId, strconv.Itoa(to)))
	}
	return nil
}

func (q *query) statistics() *api.QueryStatistics {
	return &api.QueryStatistics{
		RecordsMatched: new(float64(q.Matched)), RecordsScanned: new(float64(q.Events)), BytesScanned: new(float64(q.Bytes)),
		EstimatedRecordsSkipped: new(0.0), EstimatedBytesSkipped: new(0.0), LogGroupsScanned: new(float64(len(q.Groups))), ResultCount: new(float64(q.Rows)),
	}
}
