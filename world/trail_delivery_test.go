package world

import (
	"strings"
	"testing"
	"time"

	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
)

// trailPolicy is what AWS's guide has a bucket say, for the trails of an account.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
func trailPolicy(bucket, account, trail string) string {
	return strings.NewReplacer("BUCKET", bucket, "ACCOUNT", account, "TRAIL", trail).Replace(`{"Version":"2012-10-17","Statement":[
		{"Sid":"AWSCloudTrailAclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::BUCKET","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL"}}},
		{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/AWSLogs/ACCOUNT/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"TRAIL"}}}]}`)
}

// The bucket's policy decides whether a trail may be made, and whether its files may come; for a bucket of another account too, which then
// has the delivery in its own trail.
func TestBucketPolicyDecidesOnTrails(t *testing.T) {
	w := open(t, "")
	a, b := w.account("111111111111"), w.account("222222222222")
	trail := cloudtrailapi.Client{Invoker: w.Gateway}
	create := func(bucket string) error {
		_, err := trail.CreateTrail(a.ctx(), &cloudtrailapi.CreateTrailInput{Name: new("main"), S3BucketName: &bucket})
		return err
	}
	refusedWith(t, create("archive"), "S3BucketDoesNotExistException")
	done[*s3api.CreateBucketOutput](t)(b.s3.CreateBucket(b.ctx(), &s3api.CreateBucketInput{Bucket: new("archive"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	refusedWith(t, create("archive"), "InsufficientS3BucketPolicyException")
	admit := func(trail string) {
		done[*s3api.PutBucketPolicyOutput](t)(b.s3.PutBucketPolicy(b.ctx(), &s3api.PutBucketPolicyInput{Bucket: new("archive"), Policy: new(trailPolicy("archive", a.id, trail))}))
	}
	admit("arn:aws:cloudtrail:eu-central-1:111111111111:trail/other")
	refusedWith(t, create("archive"), "InsufficientS3BucketPolicyException")
	admit("arn:aws:cloudtrail:eu-central-1:111111111111:trail/main")
	if err := create("archive"); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, create("archive"), "TrailAlreadyExistsException")
	done[*cloudtrailapi.StartLoggingOutput](t)(trail.StartLogging(a.ctx(), &cloudtrailapi.StartLoggingInput{Name: new("main")}))
	w.advance(t, 5*time.Minute)
	list := done[*s3api.ListObjectsV2Output](t)(b.s3.ListObjectsV2(b.ctx(), &s3api.ListObjectsV2Input{Bucket: new("archive")}))
	if len(list.Contents) != 2 || !strings.HasPrefix(*list.Contents[1].Key, "AWSLogs/111111111111/CloudTrail/eu-central-1/2026/01/01/111111111111_CloudTrail_eu-central-1_20260101T0005Z_") {
		t.Fatalf("%+v", list.Contents)
	}
	if got := b.looked(t, "eu-central-1", "EventName", "GetBucketAcl"); len(got) != 4 {
		t.Errorf("%v", got)
	} else {
		holds(t, got[0], map[string]any{"userIdentity.type": "AWSService", "userIdentity.invokedBy": "cloudtrail.amazonaws.com", "sourceIPAddress": "cloudtrail.amazonaws.com"})
	}
	admit("arn:aws:cloudtrail:eu-central-1:111111111111:trail/other")
	done[*cloudtrailapi.ListTrailsOutput](t)(trail.ListTrails(a.ctx(), &cloudtrailapi.ListTrailsInput{}))
	w.advance(t, 5*time.Minute)
	status := done[*cloudtrailapi.GetTrailStatusOutput](t)(trail.GetTrailStatus(a.ctx(), &cloudtrailapi.GetTrailStatusInput{Name: new("main")}))
	if *status.LatestDeliveryError != "AccessDenied" {
		t.Errorf("%+v", status)
	}
}

// A trail takes on its role to write to CloudWatch Logs: that it did, and what it did there, stands in the trail as what it was.
func TestTrailInItsRole(t *testing.T) {
	w := open(t, "")
	a := w.account("111111111111")
	trail := cloudtrailapi.Client{Invoker: w.Gateway}
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-central-1:111111111111:trail/main"}}}}`
	const allowed = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-central-1:111111111111:log-group:trail:log-stream:111111111111_CloudTrail_*"}}`
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("archive"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: new("archive"), Policy: new(trailPolicy("archive", a.id, "arn:aws:cloudtrail:eu-central-1:111111111111:trail/main"))}))
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("trail")}))
	in := &cloudtrailapi.CreateTrailInput{Name: new("main"), S3BucketName: new("archive"), CloudWatchLogsLogGroupArn: new("arn:aws:logs:eu-central-1:111111111111:log-group:trail:*"), CloudWatchLogsRoleArn: new("arn:aws:iam::111111111111:role/trail")}
	_, err := trail.CreateTrail(a.ctx(), in)
	refusedWith(t, err, "InvalidCloudWatchLogsRoleArnException")
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("trail"), AssumeRolePolicyDocument: new(trust)}))
	_, err = trail.CreateTrail(a.ctx(), in)
	refusedWith(t, err, "InvalidCloudWatchLogsLogGroupArnException")
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("trail"), PolicyName: new("p"), PolicyDocument: new(allowed)}))
	done[*cloudtrailapi.CreateTrailOutput](t)(trail.CreateTrail(a.ctx(), in))
	done[*cloudtrailapi.StartLoggingOutput](t)(trail.StartLogging(a.ctx(), &cloudtrailapi.StartLoggingInput{Name: new("main")}))
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("work")}))
	w.advance(t, 5*time.Minute)
	out := done[*logsapi.FilterLogEventsOutput](t)(a.logs.FilterLogEvents(a.ctx(), &logsapi.FilterLogEventsInput{LogGroupName: new("trail"), FilterPattern: new(`{ $.eventName = "CreateLogGroup" }`)}))
	if len(out.Events) != 1 || *out.Events[0].LogStreamName != "111111111111_CloudTrail_eu-central-1" {
		t.Errorf("%+v", out.Events)
	}
	made := a.looked(t, "eu-central-1", "EventName", "CreateLogStream")
	if len(made) != 2 { // refused first
		t.Fatal(made)
	}
	holds(t, made[0], map[string]any{
		"userIdentity.type": "AssumedRole", "userIdentity.sessionContext.sessionIssuer.userName": "trail", "userIdentity.invokedBy": "cloudtrail.amazonaws.com",
		"sourceIPAddress": "cloudtrail.amazonaws.com", "errorCode": nil,
	})
	holds(t, made[1], map[string]any{"errorCode": "AccessDeniedException"})
	for _, r := range a.looked(t, "eu-central-1", "EventName", "AssumeRole") {
		holds(t, r, map[string]any{"userIdentity.type": "AWSService", "userIdentity.invokedBy": "cloudtrail.amazonaws.com", "requestParameters.roleArn": "arn:aws:iam::111111111111:role/trail"})
	}
}
