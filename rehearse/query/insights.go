package query

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// Insights asks CloudWatch Logs Insights about a group's events from <= t < to.
func Insights(ctx context.Context, c *cloudwatchlogs.Client, group, text string, from, to time.Time) (*Answer, error) {
	began := time.Now()
	started, err := c.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String(group), QueryString: aws.String(text),
		StartTime: aws.Int64(from.Unix()), EndTime: aws.Int64(to.Unix() - 1), Limit: aws.Int32(10000)})
	if err != nil {
		return nil, err
	}
	for {
		out, err := c.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
		if err != nil {
			return nil, err
		}
		switch out.Status {
		case types.QueryStatusComplete:
			a := &Answer{Took: time.Since(began), Bytes: int64(out.Statistics.BytesScanned)}
			for _, r := range out.Results {
				var row []string
				a.Head = nil
				for _, f := range r {
					a.Head, row = append(a.Head, aws.ToString(f.Field)), append(row, aws.ToString(f.Value))
				}
				a.Rows = append(a.Rows, row)
			}
			return a, nil
		case types.QueryStatusScheduled, types.QueryStatusRunning:
			time.Sleep(10 * time.Millisecond)
		default:
			return nil, fmt.Errorf("%s", out.Status)
		}
	}
}
