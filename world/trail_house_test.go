package world

import (
	"slices"
	"strings"
	"testing"
	"time"

	athenaapi "unyo/api/athena"
	firehoseapi "unyo/api/firehose"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
)

// What services do for one another stands in the trail as whose it is: of the role that a service has taken on, with the service in invokedBy; of the
// service itself, where a policy of the resource admits it; or of the caller whose credentials it passes on. Nobody's address or agent stands there but the service's.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
func TestCallsOfTheHouseAreInTheTrail(t *testing.T) {
	w := open(t, "")
	a := w.account(sourceAccount)
	ann := a.user(t, "ann")
	a.logged(t, "house", dataOf("AWS::S3::Object", "AWS::Kinesis::Stream"))
	w.work(t, a)
	athena := athenaapi.Client{Invoker: w.Gateway}
	query := done[*athenaapi.StartQueryExecutionOutput](t)(athena.StartQueryExecution(ann(), &athenaapi.StartQueryExecutionInput{QueryString: new("SELECT count(*) FROM d.data"),
		ResultConfiguration: &athenaapi.ResultConfiguration{OutputLocation: new("s3://archive/answers/")}})).QueryExecutionId
	w.advance(t, time.Hour)
	state := done[*athenaapi.GetQueryExecutionOutput](t)(athena.GetQueryExecution(ann(), &athenaapi.GetQueryExecutionInput{QueryExecutionId: query})).QueryExecution.Status
	if *state.State != athenaapi.QueryExecutionStateSucceeded {
		t.Fatalf("%s: %v", *state.State, *state.StateChangeReason)
	}
	w.advance(t, 2*time.Hour)
	records := a.delivered(t, "files-of-house", "AWSLogs/111111111111/CloudTrail/")
	const worker = "arn:aws:iam::111111111111:role/worker"
	for _, edge := range []struct{ event, service, as, place string }{
		{"PutRecords", "logs.amazonaws.com", "AssumedRole", "stream/all"},
		{"AssumeRole", "logs.amazonaws.com", "AWSService", worker},
		{"PutObject", "firehose.amazonaws.com", "AssumedRole", "archive/hose/"},
		{"GetRecords", "firehose.amazonaws.com", "AssumedRole", "stream/all"},
		{"PutObject", "logs.eu-central-1.amazonaws.com", "AWSService", "archive/export/"},
		{"PutObject", "logging.s3.amazonaws.com", "AWSService", "archive/access/"},
		{"PutObject", "cloudtrail.amazonaws.com", "AWSService", "files-of-house/AWSLogs/"},
		{"ListObjects", "glue.amazonaws.com", "AssumedRole", "archive/"},
		{"GetObject", "glue.amazonaws.com", "AssumedRole", "archive/data/"},
		{"GetTable", "athena.amazonaws.com", "IAMUser", "table/d/data"},
		{"GetObject", "athena.amazonaws.com", "IAMUser", "archive/data/"},
		{"PutObject", "athena.amazonaws.com", "IAMUser", "archive/answers/"},
	} {
		t.Run(edge.service+" "+edge.event, func(t *testing.T) {
			found := slices.DeleteFunc(slices.Clone(records), func(r map[string]any) bool {
				return r["eventName"] != edge.event || at(r, "userIdentity.invokedBy") != edge.service || !about(r, edge.place)
			})
			if len(found) == 0 {
				t.Fatal("is not in the trail")
			}
			for _, r := range found {
				holds(t, r, map[string]any{"userIdentity.type": edge.as, "sourceIPAddress": edge.service, "userAgent": edge.service, "errorCode": nil, "recipientAccountId": a.id})
				switch edge.as {
				case "AWSService":
					holds(t, r, map[string]any{"userIdentity.arn": nil, "userIdentity.accountId": nil})
				case "AssumedRole":
					holds(t, r, map[string]any{"userIdentity.sessionContext.sessionIssuer.arn": worker, "userIdentity.accountId": a.id, "sharedEventID": nil})
				default:
					holds(t, r, map[string]any{"userIdentity.userName": "ann", "userIdentity.accountId": a.id, "sharedEventID": nil})
				}
			}
		})
	}
	for _, r := range records {
		if service := at(r, "userIdentity.invokedBy"); service != nil && service != "test.amazonaws.com" && (r["sourceIPAddress"] != service || r["userAgent"] != service) {
			t.Errorf("%v", r)
		}
	}
}

// about reports whether a record names a resource whose ARN has place in it.
func about(r map[string]any, place string) bool {
	list, _ := r["resources"].([]any)
	return slices.ContainsFunc(list, func(x any) bool {
		arn, _ := at(x, "ARN").(string)
		prefix, _ := at(x, "ARNPrefix").(string)
		return strings.Contains(arn+prefix, place)
	})
}

// work sets services of an account to work for one another.
func (w *World) work(t *testing.T, a *account) {
	t.Helper()
	glue := glueapi.Client{Invoker: w.Gateway}
	role := "arn:aws:iam::111111111111:role/worker"
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("worker"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["logs.amazonaws.com","firehose.amazonaws.com","glue.amazonaws.com"]},"Action":"sts:AssumeRole"}}`)}))
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("worker"), PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("archive"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: new("archive"), Policy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["logging.s3.amazonaws.com","logs.eu-central-1.amazonaws.com"]},"Action":["s3:PutObject","s3:GetBucketAcl"],"Resource":["arn:aws:s3:::archive","arn:aws:s3:::archive/*"]}}`)}))
	done[*s3api.PutObjectOutput](t)(a.s3.PutObject(a.ctx(), &s3api.PutObjectInput{Bucket: new("archive"), Key: new("data/a.csv"), Body: strings.NewReader("id,name\n1,ann\n2,bob\n")}))
	done[*s3api.PutBucketLoggingOutput](t)(a.s3.PutBucketLogging(a.ctx(), &s3api.PutBucketLoggingInput{Bucket: new("archive"), BucketLoggingStatus: &s3api.BucketLoggingStatus{LoggingEnabled: &s3api.LoggingEnabled{TargetBucket: new("archive"), TargetPrefix: new("access/")}}}))

	stream := "arn:aws:kinesis:eu-central-1:111111111111:stream/all"
	done[*kinesisapi.CreateStreamOutput](t)(a.kinesis.CreateStream(a.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("all"), ShardCount: new(int32(1))}))
	w.advance(t, time.Minute)
	done[*firehoseapi.CreateDeliveryStreamOutput](t)(a.hose.CreateDeliveryStream(a.ctx(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("hose"), DeliveryStreamType: new(firehoseapi.DeliveryStreamTypeKinesisStreamAsSource),
		KinesisStreamSourceConfiguration:   &firehoseapi.KinesisStreamSourceConfiguration{KinesisStreamARN: &stream, RoleARN: &role},
		ExtendedS3DestinationConfiguration: &firehoseapi.ExtendedS3DestinationConfiguration{RoleARN: &role, BucketARN: new("arn:aws:s3:::archive"), Prefix: new("hose/")}}))
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*logsapi.CreateLogStreamOutput](t)(a.logs.CreateLogStream(a.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	done[*logsapi.PutSubscriptionFilterOutput](t)(a.logs.PutSubscriptionFilter(a.ctx(), &logsapi.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f"), FilterPattern: new(""), DestinationArn: &stream, RoleArn: &role}))
	a.put(t, "ERROR 1")
	now := w.Kernel.Clock.Now()
	done[*logsapi.CreateExportTaskOutput](t)(a.logs.CreateExportTask(a.ctx(), &logsapi.CreateExportTaskInput{LogGroupName: new("g"), From: new(now.Add(-time.Hour).UnixMilli()), To: new(now.Add(time.Hour).UnixMilli()), Destination: new("archive"), DestinationPrefix: new("export")}))
	done[*glueapi.CreateDatabaseOutput](t)(glue.CreateDatabase(a.ctx(), &glueapi.CreateDatabaseInput{DatabaseInput: &glueapi.DatabaseInput{Name: new("d")}}))
	done[*glueapi.CreateCrawlerOutput](t)(glue.CreateCrawler(a.ctx(), &glueapi.CreateCrawlerInput{Name: new("c"), Role: new("worker"), DatabaseName: new("d"), Targets: &glueapi.CrawlerTargets{S3Targets: []glueapi.S3Target{{Path: new("s3://archive/data/")}}}}))
	done[*glueapi.StartCrawlerOutput](t)(glue.StartCrawler(a.ctx(), &glueapi.StartCrawlerInput{Name: new("c")}))
	w.advance(t, time.Hour)
}
