package world

import (
	"context"
	"strings"
	"testing"
	"time"

	accessanalyzerapi "unyo/api/accessanalyzer"
	athenaapi "unyo/api/athena"
	cloudtrailapi "unyo/api/cloudtrail"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
)

const (
	worker = "arn:aws:iam::111111111111:role/worker"
	inAll  = "arn:aws:kinesis:eu-central-1:111111111111:stream/all"
)

// errands are an estate whose services work for one another, in all the ways that they know: of account a for ann, across the border for b, and
// in an organization for its management account. Every bucket and trail that they use is there.
type errands struct {
	*testing.T
	w         *World
	a, b, m   *account
	ann, boss func() context.Context // users who may do everything: of a, and of the management account
	member    string                 // an account of the organization
	// Entries of the journal: the last before the trails logged, the last before they logged data events, and the last that they have delivered.
	began, since, until uint64

	analyzer     accessanalyzerapi.Client
	athena       athenaapi.Client
	trail        cloudtrailapi.Client
	glue         glueapi.Client
	organization organizationsapi.Client
}

func openErrands(t *testing.T) *errands {
	t.Helper()
	w := open(t, "")
	g := w.Gateway
	e := &errands{T: t, w: w, a: w.account(sourceAccount), b: w.account(logAccount), m: w.account("000000000000"),
		analyzer: accessanalyzerapi.Client{Invoker: g}, athena: athenaapi.Client{Invoker: g}, trail: cloudtrailapi.Client{Invoker: g}, glue: glueapi.Client{Invoker: g}, organization: organizationsapi.Client{Invoker: g}}
	e.ann, e.boss = e.a.user(t, "ann"), e.m.user(t, "boss")
	for name, x := range map[string]*account{"house": e.a, "border": e.b, "board": e.m} {
		x.logged(t, name, nil)
	}
	e.began = e.last()
	e.role(e.a, "worker")
	e.bucket(e.a, "archive", `"AWS":"111111111111","Service":["logging.s3.amazonaws.com","logs.eu-central-1.amazonaws.com","cloudtrail.amazonaws.com"]`)
	e.bucket(e.a, "plain", "")
	e.bucket(e.b, "vault", `"AWS":"111111111111","Service":["logs.eu-central-1.amazonaws.com","cloudtrail.amazonaws.com","delivery.logs.amazonaws.com"]`)
	for key, text := range map[string]string{"data/a.csv": "id,name\n1,ann\n2,bob\n", "parts/day=1/a.csv": "id,name\n1,ann\n2,bob\n", "parts/day=2/a.csv": "id,name\n3,cat\n4,dan\n"} {
		e.object(e.a, "archive", key, text)
	}
	done[*kinesisapi.CreateStreamOutput](t)(e.a.kinesis.CreateStream(e.a.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	done[*kinesisapi.CreateStreamOutput](t)(e.b.kinesis.CreateStream(e.b.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	for _, x := range []*account{e.a, e.b} {
		done[*logsapi.CreateLogGroupOutput](t)(x.logs.CreateLogGroup(x.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
		done[*logsapi.CreateLogStreamOutput](t)(x.logs.CreateLogStream(x.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	}
	done[*glueapi.CreateDatabaseOutput](t)(e.glue.CreateDatabase(e.a.ctx(), &glueapi.CreateDatabaseInput{DatabaseInput: &glueapi.DatabaseInput{Name: new("d")}}))
	w.advance(t, time.Minute)
	return e
}

// role makes a role that any service may take on and that may do everything.
func (e *errands) role(x *account, name string) {
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["logs.amazonaws.com","firehose.amazonaws.com","glue.amazonaws.com","cloudtrail.amazonaws.com","access-analyzer.amazonaws.com"]},"Action":"sts:AssumeRole"}}`
	done[*iamapi.CreateRoleOutput](e.T)(x.iam.CreateRole(x.ctx(), &iamapi.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: new(trust)}))
	done[*iamapi.PutRolePolicyOutput](e.T)(x.iam.PutRolePolicy(x.ctx(), &iamapi.PutRolePolicyInput{RoleName: &name, PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))
}

// bucket makes a bucket that admits others, if any.
func (e *errands) bucket(x *account, name, others string) {
	done[*s3api.CreateBucketOutput](e.T)(x.s3.CreateBucket(x.ctx(), &s3api.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	if others == "" {
		return
	}
	const policy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{OTHERS},"Action":"s3:*","Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"]}}`
	done[*s3api.PutBucketPolicyOutput](e.T)(x.s3.PutBucketPolicy(x.ctx(), &s3api.PutBucketPolicyInput{Bucket: &name, Policy: new(strings.NewReplacer("OTHERS", others, "BUCKET", name).Replace(policy))}))
}

func (e *errands) object(x *account, bucket, key, text string) {
	done[*s3api.PutObjectOutput](e.T)(x.s3.PutObject(x.ctx(), &s3api.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)}))
}

// run sends the services out.
func (e *errands) run() {
	e.organize()
	e.analyze()
	e.w.advance(e.T, 10*time.Minute)
	for name, x := range map[string]*account{"house": e.a, "border": e.b, "board": e.m} { // from now on, what services do with data
		done[*cloudtrailapi.PutEventSelectorsOutput](e.T)(e.trail.PutEventSelectors(x.ctx(), &cloudtrailapi.PutEventSelectorsInput{TrailName: &name, AdvancedEventSelectors: dataOf("AWS::S3::Object", "AWS::Kinesis::Stream")}))
	}
	e.since = e.last()
	e.deliverLogs()
	e.vendLogs()
	e.streamOn()
	e.crawl()
	e.query()
	e.keepTrails()
	e.generate()
	e.w.advance(e.T, 10*time.Minute)
	e.until = e.last()
	for _, x := range []*account{e.a, e.b, e.m} { // what CloudTrail itself has done is delivered with what others do
		done[*s3api.ListBucketsOutput](e.T)(x.s3.ListBuckets(x.ctx(), &s3api.ListBucketsInput{}))
	}
	e.w.advance(e.T, 10*time.Minute)
}
