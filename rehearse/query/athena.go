// Package query asks Athena and CloudWatch Logs Insights for a rehearsal.
package query

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
)

// Athena asks as an operator does: it starts a statement, waits, and pages through the result.
type Athena struct {
	Client    *athena.Client // whoever asks; another after the server has got another address
	Name      string         // of the rehearsal
	Database  string
	WorkGroup string  // with a place for results
	Scanned   []int64 // by each statement that has read anything
	asked     int
}

// Answer is what a statement answers, and what it took.
type Answer struct {
	Head  []string // names of the columns, of what has any
	Rows  [][]string
	Bytes int64         // read
	Took  time.Duration // by the wall
}

// Ask runs one statement. Its token follows from its number, for the SDK would draw another in each take.
func (a *Athena) Ask(ctx context.Context, text string) (*Answer, error) {
	began := time.Now()
	a.asked++
	out, err := a.Client.StartQueryExecution(ctx, &athena.StartQueryExecutionInput{
		QueryString: aws.String(text), WorkGroup: aws.String(a.WorkGroup), QueryExecutionContext: &types.QueryExecutionContext{Database: aws.String(a.Database)},
		ClientRequestToken: aws.String(fmt.Sprintf("rehearsal-of-%s-query-number-%06d", a.Name, a.asked)),
	})
	if err != nil {
		return nil, err
	}
	for {
		got, err := a.Client.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: out.QueryExecutionId})
		if err != nil {
			return nil, err
		}
		e := got.QueryExecution
		switch e.Status.State {
		case types.QueryExecutionStateSucceeded:
			answer := &Answer{Took: time.Since(began), Bytes: aws.ToInt64(e.Statistics.DataScannedInBytes)}
			if answer.Bytes > 0 {
				a.Scanned = append(a.Scanned, answer.Bytes)
			}
			return answer, a.read(ctx, e, answer)
		case types.QueryExecutionStateFailed, types.QueryExecutionStateCancelled:
			return nil, fmt.Errorf("%s: %s", e.Status.State, aws.ToString(e.Status.StateChangeReason))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// read pages through a result. The first row of a SELECT's is the head.
func (a *Athena) read(ctx context.Context, e *types.QueryExecution, answer *Answer) error {
	pages := athena.NewGetQueryResultsPaginator(a.Client, &athena.GetQueryResultsInput{QueryExecutionId: e.QueryExecutionId})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.ResultSet.Rows {
			row := make([]string, len(r.Data))
			for i, d := range r.Data {
				row[i] = aws.ToString(d.VarCharValue)
			}
			answer.Rows = append(answer.Rows, row)
		}
	}
	if e.StatementType == types.StatementTypeDml && len(answer.Rows) > 0 {
		answer.Head, answer.Rows = answer.Rows[0], answer.Rows[1:]
	}
	return nil
}

// NewWorkGroup makes a work group whose results go to a bucket that is there.
func NewWorkGroup(ctx context.Context, c *athena.Client, name, bucket string) error {
	_, err := c.CreateWorkGroup(ctx, &athena.CreateWorkGroupInput{Name: aws.String(name), Configuration: &types.WorkGroupConfiguration{
		ResultConfiguration: &types.ResultConfiguration{OutputLocation: aws.String("s3://" + bucket + "/")}}})
	return err
}
