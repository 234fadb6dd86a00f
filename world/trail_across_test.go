package world

import (
	"context"
	"strings"
	"testing"
	"time"

	cloudtrailapi "unyo/api/cloudtrail"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/call"
)

// dataOf selects management events and those on data of a kind.
func dataOf(kinds ...string) []cloudtrailapi.AdvancedEventSelector {
	list := []cloudtrailapi.AdvancedEventSelector{selecting("eventCategory", "Management")}
	for _, k := range kinds {
		list = append(list, selecting("eventCategory", "Data", "resources.type", k))
	}
	return list
}

// user makes a user of the account who may do everything, and returns how he asks.
func (a *account) user(t *testing.T, name string) func() context.Context {
	t.Helper()
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: &name}))
	done[*iamapi.PutUserPolicyOutput](t)(a.iam.PutUserPolicy(a.ctx(), &iamapi.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))
	key := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: &name})).AccessKey
	who := done[call.Credential](t)(a.w.identity.Credential(a.ctx(), *key.AccessKeyId, "")).Principal
	return func() context.Context {
		k := call.From(a.ctx())
		k.Principal = who
		return call.With(a.ctx(), k)
	}
}

// Whoever asks for what another account has stands in both accounts' trails: once in each, under one shared id, and the owner of the resource learns of
// him the account and the id only, also where it was refused.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
func TestCallsAcrossAccountsAreInBothTrails(t *testing.T) {
	w := open(t, "")
	a, b := w.account(sourceAccount), w.account(logAccount)
	ann := a.user(t, "ann")
	a.logged(t, "mine", dataOf("AWS::S3::Object", "AWS::Kinesis::Stream"))
	b.logged(t, "theirs", dataOf("AWS::S3::Object", "AWS::Kinesis::Stream"))
	const admit = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"ACTION","Resource":RESOURCE}}`
	policy := func(action, resource string) *string {
		return new(strings.NewReplacer("ACTION", action, "RESOURCE", resource).Replace(admit))
	}
	glue := glueapi.Client{Invoker: w.Gateway}
	for _, bucket := range []string{"shared-plans", "secret-plans"} {
		done[*s3api.CreateBucketOutput](t)(b.s3.CreateBucket(b.ctx(), &s3api.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	}
	done[*s3api.PutBucketPolicyOutput](t)(b.s3.PutBucketPolicy(b.ctx(), &s3api.PutBucketPolicyInput{Bucket: new("shared-plans"), Policy: policy("s3:*", `["arn:aws:s3:::shared-plans","arn:aws:s3:::shared-plans/*"]`)}))
	const stream = "arn:aws:kinesis:eu-central-1:222222222222:stream/all"
	done[*kinesisapi.CreateStreamOutput](t)(b.kinesis.CreateStream(b.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	w.advance(t, time.Minute)
	b.role(t, "kinesis:PutRecord")
	if err := b.destine(t); err != nil {
		t.Fatal(err)
	}
	b.admit(t, sourceAccount)
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*glueapi.CreateDatabaseOutput](t)(glue.CreateDatabase(b.ctx(), &glueapi.CreateDatabaseInput{DatabaseInput: &glueapi.DatabaseInput{Name: new("d")}}))
	done[*glueapi.PutResourcePolicyOutput](t)(glue.PutResourcePolicy(b.ctx(), &glueapi.PutResourcePolicyInput{PolicyInJson: policy("glue:GetDatabase", `["arn:aws:glue:eu-central-1:222222222222:catalog","arn:aws:glue:eu-central-1:222222222222:database/d"]`)}))
	w.advance(t, 5*time.Minute)

	calls := map[string]struct {
		ask  func() error
		code any // nil: allowed
	}{
		"GetBucketLocation": {func() error {
			_, err := a.s3.GetBucketLocation(ann(), &s3api.GetBucketLocationInput{Bucket: new("shared-plans")})
			return err
		}, nil},
		"GetBucketPolicy": {func() error {
			_, err := a.s3.GetBucketPolicy(ann(), &s3api.GetBucketPolicyInput{Bucket: new("secret-plans")})
			return err
		}, "AccessDenied"},
		"ListObjects": {func() error {
			_, err := a.s3.ListObjectsV2(ann(), &s3api.ListObjectsV2Input{Bucket: new("shared-plans")})
			return err
		}, nil},
		"PutObject": {func() error {
			_, err := a.s3.PutObject(ann(), &s3api.PutObjectInput{Bucket: new("shared-plans"), Key: new("k"), Body: strings.NewReader("x")})
			return err
		}, nil},
		"GetObject": {func() error {
			_, err := a.s3.GetObject(ann(), &s3api.GetObjectInput{Bucket: new("secret-plans"), Key: new("k")})
			return err
		}, "AccessDenied"},
		"DescribeStreamSummary": {func() error {
			_, err := a.kinesis.DescribeStreamSummary(ann(), &kinesisapi.DescribeStreamSummaryInput{StreamARN: new(stream)})
			return err
		}, "AccessDeniedException"},
		"PutRecord": {func() error {
			_, err := a.kinesis.PutRecord(ann(), &kinesisapi.PutRecordInput{StreamARN: new(stream), PartitionKey: new("p"), Data: []byte("x")})
			return err
		}, "AccessDeniedException"},
		"DeleteStream": {func() error {
			_, err := a.kinesis.DeleteStream(ann(), &kinesisapi.DeleteStreamInput{StreamARN: new(stream)})
			return err
		}, "AccessDeniedException"},
		"PutSubscriptionFilter": {func() error {
			_, err := a.logs.PutSubscriptionFilter(ann(), &logsapi.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f"), FilterPattern: new("ERROR"), DestinationArn: new(destinationAt)})
			return err
		}, nil},
		"GetDatabase": {func() error {
			_, err := glue.GetDatabase(ann(), &glueapi.GetDatabaseInput{CatalogId: new(logAccount), Name: new("d")})
			return err
		}, nil},
		"GetTables": {func() error {
			_, err := glue.GetTables(ann(), &glueapi.GetTablesInput{CatalogId: new(logAccount), DatabaseName: new("d")})
			return err
		}, "AccessDeniedException"},
	}
	for name, c := range calls {
		if err := c.ask(); (err != nil) != (c.code != nil) {
			t.Fatalf("%s: %v", name, err)
		}
	}
	w.advance(t, 5*time.Minute)
	mine, theirs := a.delivered(t, "files-of-mine", ""), b.delivered(t, "files-of-theirs", "")
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			asked, told := by(mine, name, a.id), by(theirs, name, a.id)
			if len(asked) != 1 || len(told) != 1 {
				t.Fatalf("%d events for who asked, %d for whose it is", len(asked), len(told))
			}
			holds(t, asked[0], map[string]any{"userIdentity.type": "IAMUser", "userIdentity.userName": "ann", "recipientAccountId": a.id, "errorCode": c.code})
			holds(t, told[0], map[string]any{"userIdentity.type": "AWSAccount", "userIdentity.accountId": a.id, "userIdentity.principalId": at(asked[0], "userIdentity.principalId"),
				"userIdentity.arn": nil, "userIdentity.accessKeyId": nil, "userIdentity.userName": nil, "userIdentity.sessionContext": nil, "recipientAccountId": b.id, "errorCode": c.code,
				"sharedEventID": asked[0]["sharedEventID"], "requestID": asked[0]["requestID"], "eventTime": asked[0]["eventTime"]})
			if asked[0]["sharedEventID"] == nil || asked[0]["eventID"] == told[0]["eventID"] {
				t.Errorf("shared %v, own %v and %v", asked[0]["sharedEventID"], asked[0]["eventID"], told[0]["eventID"])
			}
		})
	}
}

// by are the events of a name that an account's principal asked for.
func by(records []map[string]any, name, account string) (list []map[string]any) {
	for _, r := range records {
		if r["eventName"] == name && at(r, "userIdentity.accountId") == account && at(r, "userIdentity.type") != "Root" {
			list = append(list, r)
		}
	}
	return list
}
