package logs

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"unyo/rehearse/estate"
	"unyo/rehearse/query"
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
	resultBucket = "shop-query-results"
)

// buildTables makes the work group and the tables, before there is anything in them.
func (p *play) buildTables(ctx context.Context) error {
	if err := p.createBucket(ctx, resultBucket); err != nil {
		return err
	}
	if err := query.NewWorkGroup(ctx, p.athena.Client, p.athena.WorkGroup, resultBucket); err != nil {
		return err
	}
	if _, err := p.athena.Ask(ctx, "CREATE DATABASE "+database); err != nil {
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
		if _, err := p.athena.Ask(ctx, placed.Replace(string(ddl))); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return nil
}

// addFlowDay tells the catalogue of a day of flow logs. AWS's page adds each day so, for the folders do not name the key.
func (p *play) addFlowDay(ctx context.Context, day time.Time) error {
	_, err := p.athena.Ask(ctx, fmt.Sprintf("ALTER TABLE %s ADD PARTITION (`date`='%s') LOCATION 's3://%s/AWSLogs/%s/vpcflowlogs/%s/%s'",
		flowTable, day.Format(time.DateOnly), networkBucket, estate.Account, estate.Region, day.Format("2006/01/02")))
	return err
}

// findDays has the catalogue find the days that Firehose has delivered.
func (p *play) findDays(ctx context.Context) error {
	for i := range systems {
		s := &systems[i]
		if _, err := p.athena.Ask(ctx, "MSCK REPAIR TABLE "+s.table()); err != nil {
			return err
		}
		found, err := p.athena.Ask(ctx, "SHOW PARTITIONS "+s.table())
		if err != nil {
			return err
		}
		var want, got []string
		for key, o := range p.objects {
			if o.system == s && !o.gone(p.now) {
				want = append(want, "day="+dayOf(key))
			}
		}
		for _, row := range found.Rows {
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
