package accounts

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"unyo/rehearse/estate"
)

// archive is the bucket in the log archive's account.
const archive = "shop-log-archive"

// archivePolicy lets the organisation's people have the logs service export to the archive. condition says on whose behalf the service may.
func (p *play) archivePolicy(condition string) string {
	service := `"Principal":{"Service":"logs.` + estate.Region + `.amazonaws.com"},"Effect":"Allow"`
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return document(`{"Sid":"People","Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::` + archive + `/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"` + p.org + `"}}},
  {"Sid":"Look",` + service + `,"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::` + archive + `"` + condition + `},
  {"Sid":"Deliver",` + service + `,"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + archive + `/*"` + condition + `}`)
}

// confuse has the wrong log group deliver into the archive, and then no longer.
func (p *play) confuse(ctx context.Context) error {
	owner, err := p.admin(ctx, "log-archive")
	if err != nil {
		return err
	}
	if _, err := bucketOf(owner).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(archive), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: estate.Region}}); err != nil {
		return err
	}
	staging, err := p.admin(ctx, "staging")
	if err != nil {
		return err
	}
	production, err := p.admin(ctx, "production")
	if err != nil {
		return err
	}
	now, err := p.estate.Now(ctx)
	if err != nil {
		return err
	}
	if err := writeGroup(ctx, staging, "/intruder", nil, now); err != nil {
		return err
	}
	source := `{"ArnLike":{"aws:SourceArn":"arn:aws:logs:` + estate.Region + `:` + p.accounts["production"] + `:log-group:` + group("billing") + `:*"}}`
	for _, round := range []struct{ name, condition, intruder string }{{"before", "", allowed}, {"after", source, "InvalidParameterException"}} {
		if _, err := bucketOf(owner).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(archive), Policy: aws.String(p.archivePolicy(round.condition))}); err != nil {
			return err
		}
		how := map[string]string{"before": "no aws:SourceArn in the archive's policy", "after": "aws:SourceArn in the archive's policy"}[round.name]
		for _, t := range []struct {
			c                    aws.Config
			account, group, want string
		}{{production, "production", group("billing"), allowed}, {staging, "staging", "/intruder", round.intruder}} {
			prefix := round.name + "-" + t.account
			err := p.export(ctx, t.c, t.group, prefix)
			p.try("administrator", "deliver "+t.group+" of "+t.account+" into the archive, "+how, p.assumed(t.account, "OrganizationAccountAccessRole", "founder"), t.want, err)
			if err := p.move(ctx, 5*time.Minute); err != nil {
				return err
			}
			n, err := delivered(ctx, owner, prefix)
			if err != nil {
				return err
			}
			p.report.Check("objects of "+t.account+" in the archive, "+how, t.want == allowed, n > 0)
		}
	}
	return nil
}

// export asks the logs service to deliver a group.
func (p *play) export(ctx context.Context, c aws.Config, group, prefix string) error {
	now, err := p.estate.Now(ctx)
	if err != nil {
		return err
	}
	_, err = cloudwatchlogs.NewFromConfig(c).CreateExportTask(ctx, &cloudwatchlogs.CreateExportTaskInput{LogGroupName: &group, From: aws.Int64(now.Add(-24 * time.Hour).UnixMilli()), To: aws.Int64(now.UnixMilli()), Destination: aws.String(archive), DestinationPrefix: &prefix})
	return err
}

// delivered counts what was exported: the test that comes before it does not count.
func delivered(ctx context.Context, c aws.Config, prefix string) (n int, err error) {
	out, err := bucketOf(c).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(archive), Prefix: aws.String(prefix + "/")})
	if err != nil {
		return 0, err
	}
	for _, o := range out.Contents {
		if *o.Key != prefix+"/aws-logs-write-test" {
			n++
		}
	}
	return n, nil
}
