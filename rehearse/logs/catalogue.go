package logs

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	athenatypes "github.com/aws/aws-sdk-go-v2/service/athena/types"

	"unyo/rehearse/estate"
)

// tables are the definitions. Those of the load balancer's and the flow logs are AWS's, word for word, with AWS's placeholders.
// https://docs.aws.amazon.com/athena/latest/ug/create-alb-access-logs-table-partition-projection.html
// https://docs.aws.amazon.com/athena/latest/ug/vpc-flow-logs-create-table-statement.html
//
//go:embed tables/*.sql
var tables embed.FS

// placed puts this estate in the place of AWS's placeholders.
var placed = strings.NewReplacer("amzn-s3-demo-bucket/prefix", networkBucket, "amzn-s3-demo-bucket", networkBucket, "<ACCOUNT-NUMBER>", estate.Account, "{account_id}", estate.Account, "<REGION>", estate.Region, "{region_code}", estate.Region)

const (
	database     = "shop"
	workGroup    = "operators"
	resultBucket = "shop-query-results"
)

// buildTables makes the work group and the tables, before there is anything in them.
func (p *play) buildTables(ctx context.Context) error {
	if err := p.createBucket(ctx, resultBucket); err != nil {
		return err
	}
	if _, err := p.athena.CreateWorkGroup(ctx, &athena.CreateWorkGroupInput{Name: aws.String(workGroup), Configuration: &athenatypes.WorkGroupConfiguration{
		ResultConfiguration: &athenatypes.ResultConfiguration{OutputLocation: aws.String("s3://" + resultBucket + "/")}}}); err != nil {
		return err
	}
	if _, err := p.sql(ctx, "CREATE DATABASE "+database); err != nil {
		return err
	}
	files, err := tables.ReadDir("tables")
	if err != nil {
		return err
	}
	for _, f := range files {
		ddl, err := tables.ReadFile("tables/" + f.Name())
		if err != nil {
			return err
		}
		if _, err := p.sql(ctx, placed.Replace(string(ddl))); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return nil
}

// addFlowDay tells the catalogue of a day of flow logs. AWS's page adds each day so, for the folders do not name the key.
func (p *play) addFlowDay(ctx context.Context, day time.Time) error {
	_, err := p.sql(ctx, fmt.Sprintf("ALTER TABLE %s ADD PARTITION (`date`='%s') LOCATION 's3://%s/AWSLogs/%s/vpcflowlogs/%s/%s'",
		flowTable, day.Format(time.DateOnly), networkBucket, estate.Account, estate.Region, day.Format("2006/01/02")))
	return err
}

// findDays has the catalogue find the days that Firehose has delivered.
func (p *play) findDays(ctx context.Context) error {
	for i := range systems {
		s := &systems[i]
		if _, err := p.sql(ctx, "MSCK REPAIR TABLE "+s.table()); err != nil {
			return err
		}
		found, err := p.sql(ctx, "SHOW PARTITIONS "+s.table())
		if err != nil {
			return err
		}
		var want, got []string
		for key, o := range p.objects {
			if o.system == s && !o.gone(p.now) {
				want = append(want, "day="+dayOf(key))
			}
		}
		for _, row := range found.rows {
			got = append(got, row[0])
		}
		slices.Sort(want)
		slices.Sort(got)
		want = slices.Compact(want)
		p.report.Check(s.table()+": days that MSCK REPAIR TABLE finds", len(want), len(got))
		p.report.Check(s.table()+": they are those of the objects", true, slices.Equal(want, got))
	}
	return nil
}

// dayOf is the day in the key of an object that Firehose has put.
func dayOf(key string) string {
	_, rest, _ := strings.Cut(key, "day=")
	day, _, _ := strings.Cut(rest, "/")
	return day
}

// answer is what a query answers, and what it took.
type answer struct {
	head  []string
	rows  [][]string
	bytes int64 // read
	took  time.Duration
}

// sql asks Athena, waits as clients do, and pages through the result.
func (p *play) sql(ctx context.Context, text string) (*answer, error) {
	began := time.Now()
	p.queries++
	token := fmt.Sprintf("rehearsal-of-logs-query-number-%06d", p.queries) // the SDK's own would be another in each take
	out, err := p.athena.StartQueryExecution(ctx, &athena.StartQueryExecutionInput{QueryString: aws.String(text), WorkGroup: aws.String(workGroup), ClientRequestToken: aws.String(token),
		QueryExecutionContext: &athenatypes.QueryExecutionContext{Database: aws.String(database)}})
	if err != nil {
		return nil, err
	}
	for {
		got, err := p.athena.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: out.QueryExecutionId})
		if err != nil {
			return nil, err
		}
		e := got.QueryExecution
		switch e.Status.State {
		case athenatypes.QueryExecutionStateSucceeded:
			a := &answer{took: time.Since(began), bytes: aws.ToInt64(e.Statistics.DataScannedInBytes)}
			return a, p.readResult(ctx, e, a)
		case athenatypes.QueryExecutionStateFailed, athenatypes.QueryExecutionStateCancelled:
			return nil, fmt.Errorf("%s: %s", e.Status.State, aws.ToString(e.Status.StateChangeReason))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// readResult pages through a result. The first row of a SELECT's is the head.
func (p *play) readResult(ctx context.Context, e *athenatypes.QueryExecution, a *answer) error {
	pages := athena.NewGetQueryResultsPaginator(p.athena, &athena.GetQueryResultsInput{QueryExecutionId: e.QueryExecutionId})
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
			a.rows = append(a.rows, row)
		}
	}
	if e.StatementType == athenatypes.StatementTypeDml && len(a.rows) > 0 {
		a.head, a.rows = a.rows[0], a.rows[1:]
	}
	return nil
}
