package world

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	firehoseapi "unyo/api/firehose"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/clock"
)

// account is the root of an account, calling from inside the house.
type account struct {
	w       *World
	id      string
	logs    logsapi.Client
	kinesis kinesisapi.Client
	iam     iamapi.Client
	s3      s3api.Client
	hose    firehoseapi.Client
}

func (w *World) account(id string) *account {
	return &account{w, id, logsapi.Client{Invoker: w.Gateway}, kinesisapi.Client{Invoker: w.Gateway}, iamapi.Client{Invoker: w.Gateway}, s3api.Client{Invoker: w.Gateway}, firehoseapi.Client{Invoker: w.Gateway}}
}

func (a *account) ctx() context.Context {
	k := a.w.Kernel
	return call.With(context.Background(), &call.Call{
		Scope:     call.Scope{Partition: "aws", Account: a.id, Region: "eu-central-1"},
		Principal: call.Principal{Kind: call.Root, Account: a.id, ARN: "arn:aws:iam::" + a.id + ":root", ID: a.id},
		Serial:    k.Serial(), Service: "test", Operation: "Test", RequestID: "r", At: k.Clock.Now(),
	})
}

func (w *World) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if _, err := w.Kernel.Clock.Advance(context.Background(), w.Kernel.Clock.Now().Add(d), func(clock.Progress) {}); err != nil {
		t.Fatal(err)
	}
}

func done[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

const (
	sourceAccount = "111111111111"
	logAccount    = "222222222222"
	destinationAt = "arn:aws:logs:eu-central-1:222222222222:destination:all"
)

// role makes a role that Logs may take on for both accounts, and that may write as AWS's guide has it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateDestination.html
func (a *account) role(t *testing.T, allowed string) {
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringLike":{"aws:SourceArn":["arn:aws:logs:eu-central-1:111111111111:*","arn:aws:logs:eu-central-1:222222222222:*"]}}}}`
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("cwl"), AssumeRolePolicyDocument: new(trust)}))
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("cwl"), PolicyName: new("put"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + allowed + `","Resource":"*"}]}`)}))
}

func (a *account) destine(t *testing.T) error {
	t.Helper()
	_, err := a.logs.PutDestination(a.ctx(), &logsapi.PutDestinationInput{DestinationName: new("all"), TargetArn: new("arn:aws:kinesis:eu-central-1:222222222222:stream/all"), RoleArn: new("arn:aws:iam::222222222222:role/cwl")})
	return err
}

// admit lets an account send to the destination.
func (a *account) admit(t *testing.T, other string) {
	t.Helper()
	done[*logsapi.PutDestinationPolicyOutput](t)(a.logs.PutDestinationPolicy(a.ctx(), &logsapi.PutDestinationPolicyInput{DestinationName: new("all"),
		AccessPolicy: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + other + `"},"Action":"logs:PutSubscriptionFilter","Resource":"` + destinationAt + `"}]}`)}))
}

func (a *account) subscribe() error {
	_, err := a.logs.PutSubscriptionFilter(a.ctx(), &logsapi.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f"), FilterPattern: new("ERROR"), DestinationArn: new(destinationAt)})
	return err
}

func (a *account) put(t *testing.T, message string) {
	t.Helper()
	done[*logsapi.PutLogEventsOutput](t)(a.logs.PutLogEvents(a.ctx(), &logsapi.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"),
		LogEvents: []logsapi.InputLogEvent{{Timestamp: new(a.w.Kernel.Clock.Now().UnixMilli()), Message: new(message)}}}))
}

// received is what the stream holds, unpacked.
func (a *account) received(t *testing.T) (list []string) {
	t.Helper()
	it := done[*kinesisapi.GetShardIteratorOutput](t)(a.kinesis.GetShardIterator(a.ctx(), &kinesisapi.GetShardIteratorInput{StreamName: new("all"), ShardId: new("shardId-000000000000"), ShardIteratorType: new("TRIM_HORIZON")}))
	for _, r := range done[*kinesisapi.GetRecordsOutput](t)(a.kinesis.GetRecords(a.ctx(), &kinesisapi.GetRecordsInput{ShardIterator: it.ShardIterator})).Records {
		z, err := gzip.NewReader(bytes.NewReader(r.Data))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(done[[]byte](t)(io.ReadAll(z))))
	}
	return list
}

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

// Events of one account reach another's stream as long as the destination's policy admits the account and Logs may take on
// the destination's role; what was held up arrives when it is admitted again.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions-Kinesis.html
func TestDestinationOfAnotherAccount(t *testing.T) {
	w := open(t, "")
	from, to := w.account(sourceAccount), w.account(logAccount)
	done[*kinesisapi.CreateStreamOutput](t)(to.kinesis.CreateStream(to.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	w.advance(t, time.Minute)
	refusedWith(t, to.destine(t), "InvalidParameterException") // no such role
	to.role(t, "kinesis:PutRecord")
	if err := to.destine(t); err != nil {
		t.Fatal(err)
	}
	done[*logsapi.CreateLogGroupOutput](t)(from.logs.CreateLogGroup(from.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*logsapi.CreateLogStreamOutput](t)(from.logs.CreateLogStream(from.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	refusedWith(t, from.subscribe(), "AccessDeniedException")
	to.admit(t, "333333333333")
	refusedWith(t, from.subscribe(), "AccessDeniedException")
	to.admit(t, sourceAccount)
	if err := from.subscribe(); err != nil {
		t.Fatal(err)
	}
	from.put(t, "ERROR 1")
	from.put(t, "fine")
	w.advance(t, time.Second)
	got := to.received(t)
	if len(got) != 3 || !strings.Contains(got[2], `"owner":"111111111111","logGroup":"g","logStream":"s","subscriptionFilters":["f"]`) || !strings.Contains(got[2], `"message":"ERROR 1"`) {
		t.Fatalf("%q", got)
	}
	to.admit(t, "333333333333")
	from.put(t, "ERROR 2")
	w.advance(t, time.Minute)
	if n := len(to.received(t)); n != 3 {
		t.Fatalf("%d records though the account is not admitted", n)
	}
	to.admit(t, sourceAccount)
	w.advance(t, time.Hour)
	if got = to.received(t); len(got) != 4 || !strings.Contains(got[3], `"message":"ERROR 2"`) {
		t.Fatalf("%q", got)
	}
	filters := done[*logsapi.DescribeSubscriptionFiltersOutput](t)(from.logs.DescribeSubscriptionFilters(from.ctx(), &logsapi.DescribeSubscriptionFiltersInput{LogGroupName: new("g")})).SubscriptionFilters
	if len(filters) != 1 || *filters[0].DestinationArn != destinationAt || filters[0].RoleArn != nil {
		t.Fatalf("%+v", filters)
	}
	done[*logsapi.DeleteDestinationOutput](t)(to.logs.DeleteDestination(to.ctx(), &logsapi.DeleteDestinationInput{DestinationName: new("all")}))
	refusedWith(t, from.subscribe(), "AccessDeniedException")
}

// Within one account, too, the destination's policy decides.
func TestDestinationOfTheSameAccount(t *testing.T) {
	w := open(t, "")
	to := w.account(logAccount)
	done[*kinesisapi.CreateStreamOutput](t)(to.kinesis.CreateStream(to.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	w.advance(t, time.Minute)
	to.role(t, "kinesis:PutRecords")
	done[*logsapi.CreateLogGroupOutput](t)(to.logs.CreateLogGroup(to.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	refusedWith(t, to.subscribe(), "ResourceNotFoundException")
	if err := to.destine(t); err != nil {
		t.Fatal(err)
	}
	err := to.subscribe()
	refusedWith(t, err, "AccessDeniedException")
	if !strings.Contains(err.Error(), "User with accountId: 222222222222 is not authorized to perform: logs:PutSubscriptionFilter on resource: "+destinationAt) {
		t.Fatal(err)
	}
	to.admit(t, logAccount)
	if err := to.subscribe(); err != nil {
		t.Fatal(err)
	}
	out := done[*logsapi.DescribeDestinationsOutput](t)(to.logs.DescribeDestinations(to.ctx(), &logsapi.DescribeDestinationsInput{DestinationNamePrefix: new("a")}))
	if !slices.ContainsFunc(out.Destinations, func(d logsapi.Destination) bool { return *d.Arn == destinationAt && d.AccessPolicy != nil }) {
		t.Fatalf("%+v", out.Destinations)
	}
}

// A Firehose stream of another account is reached likewise, and what was sent there lies in that account's bucket.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions-Firehose.html
func TestDestinationIsFirehose(t *testing.T) {
	w := open(t, "")
	from, to := w.account(sourceAccount), w.account(logAccount)
	to.role(t, "firehose:PutRecord")
	done[*s3api.CreateBucketOutput](t)(to.s3.CreateBucket(to.ctx(), &s3api.CreateBucketInput{Bucket: new("archive"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*iamapi.CreateRoleOutput](t)(to.iam.CreateRole(to.ctx(), &iamapi.CreateRoleInput{RoleName: new("hose"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))
	done[*iamapi.PutRolePolicyOutput](t)(to.iam.PutRolePolicy(to.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("hose"), PolicyName: new("s3"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)}))
	done[*firehoseapi.CreateDeliveryStreamOutput](t)(to.hose.CreateDeliveryStream(to.ctx(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("all"), DeliveryStreamType: new("DirectPut"),
		ExtendedS3DestinationConfiguration: &firehoseapi.ExtendedS3DestinationConfiguration{RoleARN: new("arn:aws:iam::222222222222:role/hose"), BucketARN: new("arn:aws:s3:::archive"), Prefix: new("logs/")}}))
	done[*logsapi.PutDestinationOutput](t)(to.logs.PutDestination(to.ctx(), &logsapi.PutDestinationInput{DestinationName: new("all"), TargetArn: new("arn:aws:firehose:eu-central-1:222222222222:deliverystream/all"), RoleArn: new("arn:aws:iam::222222222222:role/cwl")}))
	to.admit(t, sourceAccount)
	done[*logsapi.CreateLogGroupOutput](t)(from.logs.CreateLogGroup(from.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*logsapi.CreateLogStreamOutput](t)(from.logs.CreateLogStream(from.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	if err := from.subscribe(); err != nil {
		t.Fatal(err)
	}
	from.put(t, "ERROR over the border")
	w.advance(t, time.Hour)
	var text strings.Builder
	for _, o := range done[*s3api.ListObjectsV2Output](t)(to.s3.ListObjectsV2(to.ctx(), &s3api.ListObjectsV2Input{Bucket: new("archive"), Prefix: new("logs/")})).Contents {
		body := done[*s3api.GetObjectOutput](t)(to.s3.GetObject(to.ctx(), &s3api.GetObjectInput{Bucket: new("archive"), Key: o.Key})).Body
		z := done[*gzip.Reader](t)(gzip.NewReader(body))
		text.Write(done[[]byte](t)(io.ReadAll(z)))
	}
	if n := strings.Count(text.String(), `"message":"ERROR over the border"`); n != 1 {
		t.Fatalf("%d times in %q", n, text.String())
	}
}
