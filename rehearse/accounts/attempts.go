package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"unyo/rehearse/estate"
)

// attempt is something that somebody tried.
type attempt struct {
	who, what string
	principal string // who it was, in the journal's words
	want, got string // allowed, or the error's code
	request   string
	found     *entry
}

// allowed is the outcome of what succeeds.
const allowed = "allowed"

// try notes an attempt, which has just ended with err.
func (p *play) try(who, what, principal, want string, err error) {
	a := attempt{who: who, what: what, principal: principal, want: want, got: allowed, request: p.ear.last}
	var e smithy.APIError
	switch {
	case errors.As(err, &e):
		a.got = e.ErrorCode()
	case err != nil:
		a.got = err.Error()
	}
	p.attempts = append(p.attempts, a)
	p.report.Check(who+": "+what, want, a.got)
}

// trails is the bucket of production's trail.
const trails = "shop-production-trail"

// trail makes production's trail, which records from then on.
func (p *play) trail(ctx context.Context, c aws.Config) error {
	if _, err := bucketOf(c).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(trails), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: estate.Region}}); err != nil {
		return err
	}
	const service = `"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"}`
	if _, err := bucketOf(c).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(trails), Policy: aws.String(document(`{` + service + `,"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::` + trails + `"},
  {` + service + `,"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + trails + `/*"}`))}); err != nil {
		return err
	}
	if _, err := cloudtrail.NewFromConfig(c).CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: aws.String(trails)}); err != nil {
		return err
	}
	_, err := cloudtrail.NewFromConfig(c).StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("main")})
	return err
}

// departments are whose the things in production are.
var departments = []string{"shop", "billing"}

// data is the bucket in production.
const data = "shop-production-data"

// furnish makes a log group, a stream and an object of each department in production.
func (p *play) furnish(ctx context.Context) error {
	c, err := p.admin(ctx, "production")
	if err != nil {
		return err
	}
	if _, err := bucketOf(c).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(data), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: estate.Region}}); err != nil {
		return err
	}
	if err := p.trail(ctx, c); err != nil {
		return err
	}
	now, err := p.estate.Now(ctx)
	if err != nil {
		return err
	}
	for _, dept := range departments {
		if err := writeGroup(ctx, c, group(dept), map[string]string{"dept": dept}, now); err != nil {
			return err
		}
		if _, err := kinesis.NewFromConfig(c).CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String(dept), ShardCount: aws.Int32(1), Tags: map[string]string{"dept": dept}}); err != nil {
			return err
		}
		if _, err := bucketOf(c).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(data), Key: aws.String(dept), Tagging: aws.String("dept=" + dept), Body: strings.NewReader(dept)}); err != nil {
			return err
		}
	}
	return p.move(ctx, time.Minute) // the streams become active
}

func group(dept string) string { return "/" + dept + "/web" }

// writeGroup makes a log group with one event.
func writeGroup(ctx context.Context, c aws.Config, name string, tags map[string]string, at time.Time) error {
	logs := cloudwatchlogs.NewFromConfig(c)
	if _, err := logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, Tags: tags}); err != nil {
		return err
	}
	if _, err := logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &name, LogStreamName: aws.String("s")}); err != nil {
		return err
	}
	_, err := logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &name, LogStreamName: aws.String("s"), LogEvents: []logstypes.InputLogEvent{{Timestamp: aws.Int64(at.UnixMilli()), Message: aws.String("hello from " + name)}}})
	return err
}

// user is a person's principal in the jump account.
func (p *play) user(name string) string {
	return "arn:aws:iam::" + p.accounts["jump"] + ":user/" + name
}

// tryDoors: who may switch where, with a second factor and under their own department only.
func (p *play) tryDoors(ctx context.Context) error {
	for _, t := range []struct {
		who, how, dept, account, role, want string
	}{
		{"ann", "key alone", "shop", "production", "operator", "AccessDenied"},
		{"ann", "second factor", "shop", "production", "operator", allowed},
		{"ann", "second factor", "billing", "production", "operator", "AccessDenied"},
		{"ann", "second factor", "shop", "security", "auditor", "AccessDenied"},
		{"ann", "second factor", "shop", "production", "break-glass", "AccessDenied"},
		{"bob", "second factor", "billing", "production", "operator", allowed},
		{"carl", "second factor", "audit", "production", "operator", "AccessDenied"},
		{"carl", "second factor", "audit", "production", "auditor", allowed},
		{"carl", "second factor", "audit", "security", "auditor", allowed},
		{"dora", "key alone", "shop", "production", "break-glass", "AccessDenied"},
	} {
		from := p.people[t.who].strong
		if t.how == "key alone" {
			from = p.people[t.who].plain
		}
		_, err := p.enter(ctx, from, t.who, t.dept, t.account, t.role, 3600)
		p.try(t.who, fmt.Sprintf("switch to %s in %s as %s, %s", t.role, t.account, t.dept, t.how), p.user(t.who), t.want, err)
	}
	return nil
}

// tryDepartments: tags decide what operators may touch.
func (p *play) tryDepartments(ctx context.Context) error {
	for _, who := range []string{"ann", "bob"} {
		own := p.people[who].dept
		c, err := p.enter(ctx, p.people[who].strong, who, own, "production", "operator", 3600)
		if err != nil {
			return err
		}
		principal := p.assumed("production", "operator", who)
		for _, dept := range departments {
			want, wantS3 := "AccessDeniedException", "AccessDenied"
			if dept == own {
				want, wantS3 = allowed, allowed
			}
			_, err := cloudwatchlogs.NewFromConfig(c).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(group(dept))})
			p.try(who, "read the log group of "+dept, principal, want, err)
			_, err = kinesis.NewFromConfig(c).PutRecord(ctx, &kinesis.PutRecordInput{StreamName: aws.String(dept), PartitionKey: aws.String("k"), Data: []byte("x")})
			p.try(who, "write to the stream of "+dept, principal, want, err)
			out, err := bucketOf(c).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(data), Key: aws.String(dept)})
			if err == nil {
				_, err = io.Copy(io.Discard, out.Body)
				out.Body.Close()
			}
			p.try(who, "read the object of "+dept, principal, wantS3, err)
		}
	}
	return nil
}

func describeGroups(ctx context.Context, c aws.Config) error {
	_, err := cloudwatchlogs.NewFromConfig(c).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	return err
}

func createGroup(ctx context.Context, c aws.Config, region string) error {
	c.Region = region
	_, err := cloudwatchlogs.NewFromConfig(c).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/somewhere")})
	return err
}

func deleteGroup(ctx context.Context, c aws.Config, name string) error {
	_, err := cloudwatchlogs.NewFromConfig(c).DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &name})
	return err
}

// tryGuards: what not even an administrator may do in a member account.
func (p *play) tryGuards(ctx context.Context) error {
	c, err := p.admin(ctx, "production")
	if err != nil {
		return err
	}
	who := p.assumed("production", "OrganizationAccountAccessRole", "founder")
	_, err = organizationOf(c).LeaveOrganization(ctx, &organizations.LeaveOrganizationInput{})
	p.try("administrator", "leave the organisation with production", who, "AccessDeniedException", err)
	_, err = cloudtrail.NewFromConfig(c).DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: aws.String("main")})
	p.try("administrator", "delete production's trail", who, "AccessDeniedException", err)
	_, err = cloudtrail.NewFromConfig(c).StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: aws.String("main")})
	p.try("administrator", "stop production's trail", who, "AccessDeniedException", err)
	status, err := cloudtrail.NewFromConfig(c).GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
	if err != nil {
		return err
	}
	p.report.Check("production's trail still records", true, aws.ToBool(status.IsLogging))
	p.try("administrator", "make a log group in us-east-1", who, "AccessDeniedException", createGroup(ctx, c, "us-east-1"))
	p.try("administrator", "make a log group in "+estate.Region, who, allowed, createGroup(ctx, c, estate.Region))
	p.try("administrator", "delete a log group of production", who, "AccessDeniedException", deleteGroup(ctx, c, "/somewhere"))
	p.try("founder", "make a log group in us-east-1, in the management account", "arn:aws:iam::"+estate.Account+":user/founder", allowed, createGroup(ctx, p.founder, "us-east-1"))
	carl, err := p.enter(ctx, p.people["carl"].strong, "carl", "audit", "production", "auditor", 3600)
	if err != nil {
		return err
	}
	p.try("carl", "list log groups of production", p.assumed("production", "auditor", "carl"), allowed, describeGroups(ctx, carl))
	p.try("carl", "make a log group in production", p.assumed("production", "auditor", "carl"), "AccessDeniedException", createGroup(ctx, carl, estate.Region))
	return nil
}

// tryExpiry: a session of a quarter of an hour ends in the middle of the work, and is opened anew.
func (p *play) tryExpiry(ctx context.Context) error {
	ann := p.people["ann"]
	who := p.assumed("production", "operator", "ann")
	c, err := p.enter(ctx, ann.strong, "ann", "shop", "production", "operator", 900)
	if err != nil {
		return err
	}
	p.try("ann", "list log groups, with a session of 15 minutes", who, allowed, describeGroups(ctx, c))
	if err := p.move(ctx, 15*time.Minute); err != nil {
		return err
	}
	// Who shows an ended session is nobody: AWS has no principal for the attempt, and its trail no entry.
	p.try("ann", "list log groups, 15 minutes later", "", "ExpiredTokenException", describeGroups(ctx, c))
	if c, err = p.enter(ctx, ann.strong, "ann", "shop", "production", "operator", 900); err != nil {
		return err
	}
	p.try("ann", "list log groups, with a new session", who, allowed, describeGroups(ctx, c))
	return nil
}

// breakGlass: what the guard rails keep from everybody else, who may break the glass can do.
func (p *play) breakGlass(ctx context.Context) error {
	ann, err := p.enter(ctx, p.people["ann"].strong, "ann", "shop", "production", "operator", 3600)
	if err != nil {
		return err
	}
	p.try("ann", "delete the log group of shop", p.assumed("production", "operator", "ann"), "AccessDeniedException", deleteGroup(ctx, ann, group("shop")))
	dora, err := p.enter(ctx, p.people["dora"].strong, "dora", "shop", "production", "break-glass", 900)
	p.try("dora", "switch to break-glass in production, second factor", p.user("dora"), allowed, err)
	if err != nil {
		return nil
	}
	p.try("dora", "delete the log group of shop, the glass broken", p.assumed("production", "break-glass", "dora"), allowed, deleteGroup(ctx, dora, group("shop")))
	return nil
}
