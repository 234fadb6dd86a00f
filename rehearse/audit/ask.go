package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	traildocs "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"unyo/rehearse/estate"
	"unyo/rehearse/query"
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
	p.athena = &query.Athena{Client: athena.NewFromConfig(p.as(nil, estate.Region)), Name: "audit", Database: "audit", WorkGroup: "auditors"}
	if err := query.NewWorkGroup(ctx, p.athena.Client, p.athena.WorkGroup, results); err != nil {
		return err
	}
	if _, err := p.athena.Ask(ctx, "CREATE DATABASE audit"); err != nil {
		return err
	}
	if _, err := p.athena.Ask(ctx, strings.NewReplacer("BUCKET", archive, "ACCOUNT", "000000000000").Replace(table)); err != nil {
		return err
	}
	answer, err := p.athena.Ask(ctx, fmt.Sprintf(`SELECT eventid, eventtime, useridentity.username, useridentity.accesskeyid, eventname, sourceipaddress, coalesce(errorcode, ''), eventcategory
		FROM cloudtrail_logs WHERE useridentity.accesskeyid IN ('%s', '%s') AND eventtime BETWEEN '%s' AND '%s' ORDER BY eventtime, eventid`,
		p.leaked.id, p.own.id, p.night.Format(time.RFC3339), p.morning.Format(time.RFC3339)))
	if err != nil {
		return err
	}
	stolen := 0
	for _, r := range answer.Rows {
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
	answer, err = p.athena.Ask(ctx, `SELECT eventname, useridentity.username, sourceipaddress FROM cloudtrail_logs WHERE eventname = 'StopLogging'`)
	if err != nil {
		return err
	}
	p.report.Check("who stopped the trail, by the files", "[[StopLogging support 127.0.0.1]]", fmt.Sprint(answer.Rows))
	return nil
}

// compare holds the three answers against each other, and against what the intruder did.
func (p *play) compare(context.Context) error {
	p.report.Check("event history and Athena agree on every call", fmt.Sprint(p.history), fmt.Sprint(p.lines))
	p.report.Check("event history and CloudTrail Lake agree on every call", fmt.Sprint(p.history), fmt.Sprint(p.sql))
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
