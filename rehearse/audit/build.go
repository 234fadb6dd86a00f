package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	traildocs "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"unyo/rehearse/estate"
)

const trailARN = "arn:aws:cloudtrail:" + estate.Region + ":" + estate.Account + ":trail/" + trail

// bucketPolicy is AWS's for a trail's bucket.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
const bucketPolicy = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::` + archive + `","Condition":{"StringEquals":{"aws:SourceArn":"` + trailARN + `"}}},
	{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + archive + `/AWSLogs/` + estate.Account + `/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"` + trailARN + `"}}}]}`

// deployPolicy is too wide: who deploys may attach any policy to anybody.
const deployPolicy = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Action":["logs:Describe*","logs:CreateLogGroup","iam:List*","iam:Get*","iam:AttachUserPolicy","cloudtrail:DescribeTrails"],"Resource":"*"}]}`

// build makes the estate: buckets, the trail, the deployment user with its key, and an operator.
func (p *play) build(ctx context.Context) (err error) {
	if p.begin, err = p.estate.Now(ctx); err != nil {
		return err
	}
	root := p.s3(nil)
	for _, name := range []string{archive, payroll, results} {
		if _, err := root.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(name), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: estate.Region}}); err != nil {
			return err
		}
	}
	if _, err := root.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: aws.String(archive), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}); err != nil {
		return err
	}
	if _, err := root.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(archive), Policy: aws.String(bucketPolicy)}); err != nil {
		return err
	}
	for i := range 3 {
		if _, err := root.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(payroll), Key: aws.String(fmt.Sprintf("2026/%02d.csv", i+1)), Body: strings.NewReader("name,salary\n")}); err != nil {
			return err
		}
	}
	if err := p.buildTrail(ctx); err != nil {
		return err
	}
	if err := p.buildLake(ctx); err != nil {
		return err
	}
	p.leaked, err = p.user(ctx, "deploy", deployPolicy)
	return err
}

func (p *play) buildTrail(ctx context.Context) error {
	c := p.trails(nil, estate.Region)
	if _, err := c.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String(trail), S3BucketName: aws.String(archive), IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true)}); err != nil {
		return err
	}
	if _, err := c.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{TrailName: aws.String(trail), EventSelectors: []traildocs.EventSelector{{
		IncludeManagementEvents: aws.Bool(true), ReadWriteType: traildocs.ReadWriteTypeAll,
		DataResources: []traildocs.DataResource{{Type: aws.String("AWS::S3::Object"), Values: []string{"arn:aws:s3:::" + payroll + "/"}}},
	}}}); err != nil {
		return err
	}
	_, err := c.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String(trail)})
	return err
}

// user makes a user with a policy and a key.
func (p *play) user(ctx context.Context, name, policy string) (*key, error) {
	c := p.iam(nil)
	if _, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(name)}); err != nil {
		return nil, err
	}
	if _, err := c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String(name), PolicyName: aws.String("work"), PolicyDocument: aws.String(policy)}); err != nil {
		return nil, err
	}
	return p.keyOf(ctx, nil, name)
}

func (p *play) keyOf(ctx context.Context, by *key, name string) (*key, error) {
	out, err := p.iam(by).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(name)})
	if err != nil {
		return nil, err
	}
	return &key{aws.ToString(out.AccessKey.AccessKeyId), aws.ToString(out.AccessKey.SecretAccessKey)}, nil
}

// work is three ordinary days.
func (p *play) work(ctx context.Context) (err error) {
	for day := range 3 {
		if err := p.deploy(ctx, day); err != nil {
			return err
		}
		if p.night, err = p.move(ctx, 24*time.Hour); err != nil {
			return err
		}
	}
	return nil
}
