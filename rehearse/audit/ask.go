package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	athenadocs "github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	traildocs "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// event is who, what, when, from where, and whether it was refused.
type event struct{ id, at, who, key, what, from, refused string }

func (e event) row() []string {
	return []string{e.at, e.who, e.key, e.what, e.from, e.refused}
}

func order(list []event) {
	slices.SortFunc(list, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
}

// askHistory asks event history for what was done with each of the two keys, in both regions.
func (p *play) askHistory(ctx context.Context) error {
	for _, region := range regions {
		for _, k := range []*key{p.leaked, p.own} {
			pages := cloudtrail.NewLookupEventsPaginator(p.trails(nil, region), &cloudtrail.LookupEventsInput{StartTime: &p.night, EndTime: &p.morning,
				LookupAttributes: []traildocs.LookupAttribute{{AttributeKey: traildocs.LookupAttributeKeyAccessKeyId, AttributeValue: aws.String(k.id)}}})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return err
				}
				for _, e := range page.Events {
					var r struct{ ErrorCode, SourceIPAddress, EventTime string }
					if err := json.Unmarshal([]byte(aws.ToString(e.CloudTrailEvent)), &r); err != nil {
						return err
					}
					p.history = append(p.history, event{aws.ToString(e.EventId), r.EventTime, aws.ToString(e.Username), aws.ToString(e.AccessKeyId), aws.ToString(e.EventName), r.SourceIPAddress, r.ErrorCode})
				}
			}
		}
	}
	order(p.history)
	return nil
}

// table is the definition of AWS's guide, without the members that no record here has.
// https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
const table = `CREATE EXTERNAL TABLE cloudtrail_logs (
	eventversion STRING,
	useridentity STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, invokedby: STRING, accesskeyid: STRING, username: STRING,
		sessioncontext: STRUCT<attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
			sessionissuer: STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>>>,
	eventtime STRING, eventsource STRING, eventname STRING, awsregion STRING, sourceipaddress STRING, useragent STRING, errorcode STRING, errormessage STRING,
	requestparameters STRING, responseelements STRING, additionaleventdata STRING, requestid STRING, eventid STRING,
	resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>,
	eventtype STRING, apiversion STRING, readonly STRING, recipientaccountid STRING, sharedeventid STRING, vpcendpointid STRING, eventcategory STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/AWSLogs/ACCOUNT/CloudTrail/'`

// askAthena asks the same of the files.
func (p *play) askAthena(ctx context.Context) error {
	if _, err := p.sql(ctx, "CREATE DATABASE audit"); err != nil {
		return err
	}
	if _, err := p.sql(ctx, strings.NewReplacer("BUCKET", archive, "ACCOUNT", "000000000000").Replace(table)); err != nil {
		return err
	}
	rows, err := p.sql(ctx, fmt.Sprintf(`SELECT eventid, eventtime, useridentity.username, useridentity.accesskeyid, eventname, sourceipaddress, coalesce(errorcode, ''), eventcategory
		FROM cloudtrail_logs WHERE useridentity.accesskeyid IN ('%s', '%s') AND eventtime BETWEEN '%s' AND '%s' ORDER BY eventtime, eventid`,
		p.leaked.id, p.own.id, p.night.Format(time.RFC3339), p.morning.Format(time.RFC3339)))
	if err != nil {
		return err
	}
	stolen := 0
	for _, r := range rows {
		e := event{r[0], r[1], r[2], r[3], r[4], r[5], r[6]}
		switch {
		case r[7] == "Management":
			p.lines = append(p.lines, e)
		case e.what == "GetObject" && e.refused == "":
			stolen++
		}
	}
	order(p.lines)
	p.report.Check("objects of the payroll that were read, by the data events", 3, stolen)
	rows, err = p.sql(ctx, `SELECT eventname, useridentity.username, sourceipaddress FROM cloudtrail_logs WHERE eventname = 'StopLogging'`)
	if err != nil {
		return err
	}
	p.report.Check("who stopped the trail, by the files", "[[StopLogging support 127.0.0.1]]", fmt.Sprint(rows))
	return nil
}

// sql runs a statement and returns its rows, without the line of names.
func (p *play) sql(ctx context.Context, text string) (rows [][]string, err error) {
	c := p.athena()
	p.queries++ // the SDK would draw the token by chance
	token := fmt.Sprintf("the auditor's query, which is number %04d", p.queries)
	out, err := c.StartQueryExecution(ctx, &athena.StartQueryExecutionInput{ClientRequestToken: &token, QueryString: aws.String(text), QueryExecutionContext: &athenadocs.QueryExecutionContext{Database: aws.String("audit")},
		ResultConfiguration: &athenadocs.ResultConfiguration{OutputLocation: aws.String("s3://" + results + "/")}})
	if err != nil {
		return nil, err
	}
	if _, err := p.move(ctx, time.Second); err != nil {
		return nil, err
	}
	state, err := c.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: out.QueryExecutionId})
	if err != nil {
		return nil, err
	}
	if s := state.QueryExecution.Status; s.State != athenadocs.QueryExecutionStateSucceeded {
		return nil, errors.New(string(s.State) + ": " + aws.ToString(s.StateChangeReason))
	}
	pages := athena.NewGetQueryResultsPaginator(c, &athena.GetQueryResultsInput{QueryExecutionId: out.QueryExecutionId})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResultSet.Rows {
			var row []string
			for _, d := range r.Data {
				row = append(row, aws.ToString(d.VarCharValue))
			}
			rows = append(rows, row)
		}
	}
	return rows[min(1, len(rows)):], nil
}

// compare holds both answers against each other, and against what the intruder did.
func (p *play) compare(context.Context) error {
	p.report.Check("event history and Athena agree on every call", fmt.Sprint(p.history), fmt.Sprint(p.lines))
	var did, refused []string
	from := map[string]bool{}
	for _, e := range p.history {
		from[e.from] = true
		if e.refused != "" {
			refused = append(refused, e.what)
		} else if !slices.Contains(did, e.what) {
			did = append(did, e.what)
		}
	}
	slices.Sort(did)
	slices.Sort(refused)
	p.report.Check("what he did", "[AttachUserPolicy CreateAccessKey CreateUser DescribeTrails GetCallerIdentity ListUserPolicies ListUsers StopLogging]", fmt.Sprint(did))
	p.report.Check("what he was refused", "[CreateUser ListBuckets]", fmt.Sprint(refused))
	p.report.Check("from where", "map[127.0.0.1:true]", fmt.Sprint(from))
	return nil
}
