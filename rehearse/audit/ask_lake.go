package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	traildocs "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"unyo/rehearse/estate"
)

// buildLake has an event data store take all management events, and data events of the payroll.
func (p *play) buildLake(ctx context.Context) error {
	equals := func(field string, values ...string) traildocs.AdvancedFieldSelector {
		return traildocs.AdvancedFieldSelector{Field: aws.String(field), Equals: values}
	}
	out, err := p.trails(nil, estate.Region).CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("audit"), AdvancedEventSelectors: []traildocs.AdvancedEventSelector{
		{FieldSelectors: []traildocs.AdvancedFieldSelector{equals("eventCategory", "Management")}},
		{FieldSelectors: []traildocs.AdvancedFieldSelector{equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"),
			{Field: aws.String("resources.ARN"), StartsWith: []string{"arn:aws:s3:::" + payroll + "/"}}}},
	}})
	if err != nil {
		return err
	}
	arn := aws.ToString(out.EventDataStoreArn)
	p.lake = arn[strings.LastIndexByte(arn, '/')+1:]
	return nil
}

// askLake asks an event data store the same, which goes on taking what happens after the trail was stopped.
func (p *play) askLake(ctx context.Context) error {
	rows, err := p.ask(ctx, fmt.Sprintf(`SELECT eventID, date_format(eventTime, '%%Y-%%m-%%dT%%H:%%i:%%sZ'), userIdentity.userName, userIdentity.accessKeyId, eventName, sourceIPAddress, errorCode, eventCategory
		FROM %s WHERE userIdentity.accessKeyId IN ('%s', '%s') AND eventTime BETWEEN '%s' AND '%s' ORDER BY eventTime, eventID`,
		p.lake, p.leaked.id, p.own.id, p.night.Format(time.DateTime), p.morning.Format(time.DateTime)))
	if err != nil {
		return err
	}
	stolen := 0
	for _, r := range rows {
		switch {
		case r[7] == "Management":
			p.sql = append(p.sql, event{r[0], r[1], r[2], r[3], r[4], r[5], r[6]})
		case r[4] == "GetObject" && r[6] == "":
			stolen++
		}
	}
	order(p.sql)
	p.report.Check("objects of the payroll that were read, by CloudTrail Lake", 3, stolen)
	rows, err = p.ask(ctx, "SELECT eventName, userIdentity.userName, sourceIPAddress FROM "+p.lake+" WHERE eventName = 'StopLogging'")
	if err != nil {
		return err
	}
	p.report.Check("who stopped the trail, by CloudTrail Lake", "[[StopLogging support 127.0.0.1]]", fmt.Sprint(rows))
	return nil
}

// ask runs a query, and returns its rows.
func (p *play) ask(ctx context.Context, text string) (list [][]string, err error) {
	c := p.trails(nil, estate.Region)
	q, err := c.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: &text})
	if err != nil {
		return nil, err
	}
	pages := cloudtrail.NewGetQueryResultsPaginator(c, &cloudtrail.GetQueryResultsInput{QueryId: q.QueryId})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		if page.QueryStatus != traildocs.QueryStatusFinished {
			return nil, fmt.Errorf("the query is %s: %s", page.QueryStatus, aws.ToString(page.ErrorMessage))
		}
		for _, r := range page.QueryResultRows {
			var row []string
			for _, column := range r {
				for _, v := range column {
					row = append(row, v)
				}
			}
			list = append(list, row)
		}
	}
	return list, nil
}
