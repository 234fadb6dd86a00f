package world

import (
	"fmt"
	"strings"
	"testing"
	"time"

	athenaapi "unyo/api/athena"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
)

// Nothing that comes from log lines lies readable in the estate's folder: not in logs and segments, in filters' metrics and cursors, what a subscription has sent, results of
// queries, exports; nor the records of an encrypted stream, a question to Athena and its answer. And all of it is there when the estate is opened again.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func TestNoLogReadableAtRest(t *testing.T) {
	const marker, name = "Okapi crossing", "okapis-of-the-forest"
	o := locked(t)
	w := openWorld(t, o)
	a := w.account(sourceAccount)
	now := w.Kernel.Clock.Now()
	athena := athenaapi.Client{Invoker: w.Gateway}
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new(name), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"logs.eu-central-1.amazonaws.com"},"Action":["s3:GetBucketAcl","s3:PutObject"],"Resource":["arn:aws:s3:::` + name + `","arn:aws:s3:::` + name + `/*"]}]}`
	done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: new(name), Policy: &policy}))
	done[*kinesisapi.CreateStreamOutput](t)(a.kinesis.CreateStream(a.ctx(), &kinesisapi.CreateStreamInput{StreamName: new(name), ShardCount: new(int32(1))}))
	done[*kinesisapi.StartStreamEncryptionOutput](t)(a.kinesis.StartStreamEncryption(a.ctx(), &kinesisapi.StartStreamEncryptionInput{StreamName: new(name), EncryptionType: new("KMS"), KeyId: new("alias/aws/kinesis")}))
	w.advance(t, time.Minute)
	done[*kinesisapi.PutRecordOutput](t)(a.kinesis.PutRecord(a.ctx(), &kinesisapi.PutRecordInput{StreamName: new(name), PartitionKey: new(name), Data: []byte(marker)}))

	group := new("/" + name)
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: group}))
	done[*logsapi.CreateLogStreamOutput](t)(a.logs.CreateLogStream(a.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: group, LogStreamName: new(name)}))
	done[*logsapi.PutMetricFilterOutput](t)(a.logs.PutMetricFilter(a.ctx(), &logsapi.PutMetricFilterInput{LogGroupName: group, FilterName: new(name), FilterPattern: new(`"` + marker + `"`),
		MetricTransformations: []logsapi.MetricTransformation{{MetricName: new(name), MetricNamespace: new(name), MetricValue: new("1")}}}))
	filler := strings.Repeat("0123456789", 90)
	for batch := range 12 { // more than a log file holds
		events := make([]logsapi.InputLogEvent, 1000)
		for i := range events {
			events[i] = logsapi.InputLogEvent{Timestamp: new(now.UnixMilli()), Message: new(fmt.Sprintf("%s %d %d %s", marker, batch, i, filler))}
		}
		done[*logsapi.PutLogEventsOutput](t)(a.logs.PutLogEvents(a.ctx(), &logsapi.PutLogEventsInput{LogGroupName: group, LogStreamName: new(name), LogEvents: events}))
	}
	asked := done[*logsapi.StartQueryOutput](t)(a.logs.StartQuery(a.ctx(), &logsapi.StartQueryInput{LogGroupName: group, QueryString: new(`filter @message like "` + marker + `" | fields @message | limit 20`), StartTime: new(now.Add(-time.Hour).Unix()), EndTime: new(now.Add(time.Hour).Unix())}))
	done[*logsapi.CreateExportTaskOutput](t)(a.logs.CreateExportTask(a.ctx(), &logsapi.CreateExportTaskInput{LogGroupName: group, From: new(now.Add(-time.Hour).UnixMilli()), To: new(now.Add(time.Hour).UnixMilli()), Destination: new(name), DestinationPrefix: new("export")}))
	answer := done[*athenaapi.StartQueryExecutionOutput](t)(athena.StartQueryExecution(a.ctx(), &athenaapi.StartQueryExecutionInput{QueryString: new("SELECT '" + marker + "'"), ResultConfiguration: &athenaapi.ResultConfiguration{OutputLocation: new("s3://" + name + "/athena/")}}))
	if err := w.Kernel.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	unreadable(t, o.Dir, marker, name)
	w.advance(t, time.Hour)
	unreadable(t, o.Dir, marker, name)
	closeWorld(t, w)
	unreadable(t, o.Dir, marker, name)

	w = openWorld(t, o)
	defer closeWorld(t, w)
	a, athena = w.account(sourceAccount), athenaapi.Client{Invoker: w.Gateway}
	found := done[*logsapi.GetQueryResultsOutput](t)(a.logs.GetQueryResults(a.ctx(), &logsapi.GetQueryResultsInput{QueryId: asked.QueryId}))
	if len(found.Results) != 20 || !strings.HasPrefix(*found.Results[0][0].Value, marker) {
		t.Errorf("%d results of %s", len(found.Results), *found.Status)
	}
	rows := done[*athenaapi.GetQueryResultsOutput](t)(athena.GetQueryResults(a.ctx(), &athenaapi.GetQueryResultsInput{QueryExecutionId: answer.QueryExecutionId})).ResultSet.Rows
	if len(rows) != 2 || *rows[1].Data[0].VarCharValue != marker {
		t.Errorf("%d rows", len(rows))
	}
	list := done[*s3api.ListObjectsV2Output](t)(a.s3.ListObjectsV2(a.ctx(), &s3api.ListObjectsV2Input{Bucket: new(name), Prefix: new("export/")})).Contents
	if len(list) < 2 {
		t.Errorf("%d exported objects", len(list))
	}
	kept := done[*logsapi.GetLogEventsOutput](t)(a.logs.GetLogEvents(a.ctx(), &logsapi.GetLogEventsInput{LogGroupName: group, LogStreamName: new(name), StartFromHead: new(true), Limit: new(int32(5))})).Events
	if len(kept) != 5 || !strings.HasPrefix(*kept[0].Message, marker) {
		t.Errorf("%d events", len(kept))
	}
	it := done[*kinesisapi.GetShardIteratorOutput](t)(a.kinesis.GetShardIterator(a.ctx(), &kinesisapi.GetShardIteratorInput{StreamName: new(name), ShardId: new("shardId-000000000000"), ShardIteratorType: new("TRIM_HORIZON")}))
	records := done[*kinesisapi.GetRecordsOutput](t)(a.kinesis.GetRecords(a.ctx(), &kinesisapi.GetRecordsInput{ShardIterator: it.ShardIterator})).Records
	if len(records) != 1 || string(records[0].Data) != marker || *records[0].EncryptionType != "KMS" {
		t.Errorf("%d records", len(records))
	}
}
