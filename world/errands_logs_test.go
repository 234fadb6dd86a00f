package world

import (
	"time"

	firehoseapi "unyo/api/firehose"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
)

// deliverLogs has CloudWatch Logs send what comes to a group to Kinesis, to Firehose and across the border, export it, and ask for it each hour.
func (e *errands) deliverLogs() {
	a, b, t := e.a, e.b, e.T
	e.hose("subscribed", func(*firehoseapi.ExtendedS3DestinationConfiguration) {})
	filter := func(name, target string, role *string) {
		done[*logsapi.PutSubscriptionFilterOutput](t)(a.logs.PutSubscriptionFilter(e.ann(), &logsapi.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: &name, FilterPattern: new(""), DestinationArn: &target, RoleArn: role}))
	}
	filter("stream", inAll, new(worker))
	filter("hose", "arn:aws:firehose:eu-central-1:111111111111:deliverystream/subscribed", new(worker))
	a.put(t, "ERROR 1")
	e.w.advance(t, time.Minute)
	for _, name := range []string{"stream", "hose"} { // a group has two
		done[*logsapi.DeleteSubscriptionFilterOutput](t)(a.logs.DeleteSubscriptionFilter(e.ann(), &logsapi.DeleteSubscriptionFilterInput{LogGroupName: new("g"), FilterName: &name}))
	}

	b.role(t, "kinesis:PutRecord") // as the guide has it: one at a time
	if err := b.destine(t); err != nil {
		t.Fatal(err)
	}
	b.admit(t, sourceAccount)
	filter("f", destinationAt, nil)
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("single"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("single"), PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"firehose:PutRecord","Resource":"*"}}`)}))
	filter("singly", "arn:aws:firehose:eu-central-1:111111111111:deliverystream/subscribed", new("arn:aws:iam::111111111111:role/single"))
	a.put(t, "ERROR 2")

	now := e.w.Kernel.Clock.Now()
	for _, bucket := range []string{"archive", "vault"} {
		done[*logsapi.CreateExportTaskOutput](t)(a.logs.CreateExportTask(e.ann(), &logsapi.CreateExportTaskInput{LogGroupName: new("g"), From: new(now.Add(-time.Hour).UnixMilli()), To: new(now.Add(time.Hour).UnixMilli()), Destination: &bucket, DestinationPrefix: new("export")}))
		e.w.advance(t, time.Minute)
		done[*logsapi.CreateScheduledQueryOutput](t)(a.logs.CreateScheduledQuery(e.ann(), &logsapi.CreateScheduledQueryInput{
			Name: new("hourly-" + bucket), QueryLanguage: new("CWLI"), QueryString: new("stats count(*) as n"), LogGroupIdentifiers: []string{"g"}, ScheduleExpression: new("cron(0 * * * ? *)"), StartTimeOffset: new(int64(3600)), ExecutionRoleArn: new(worker),
			DestinationConfiguration: &logsapi.DestinationConfiguration{S3Configuration: &logsapi.S3Configuration{DestinationIdentifier: new("s3://" + bucket + "/answers/"), RoleArn: new(worker)}},
		}))
	}
	e.w.advance(t, time.Hour)
}

// vendLogs has the access logs of a bucket written by S3, and delivered by CloudWatch Logs to a group, a stream and buckets on both sides of the border.
func (e *errands) vendLogs() {
	a, b, t := e.a, e.b, e.T
	done[*s3api.PutBucketLoggingOutput](t)(a.s3.PutBucketLogging(e.ann(), &s3api.PutBucketLoggingInput{Bucket: new("archive"), BucketLoggingStatus: &s3api.BucketLoggingStatus{LoggingEnabled: &s3api.LoggingEnabled{TargetBucket: new("archive"), TargetPrefix: new("access/")}}}))
	e.hose("vended", func(*firehoseapi.ExtendedS3DestinationConfiguration) {})
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("/aws/vendedlogs/s3")}))
	done[*logsapi.PutDeliverySourceOutput](t)(a.logs.PutDeliverySource(e.ann(), &logsapi.PutDeliverySourceInput{Name: new("plain"), ResourceArn: new("arn:aws:s3:::plain"), LogType: new("S3_SERVER_ACCESS_LOGS")}))
	e.bucket(a, "fresh", "")
	e.bucket(a, "settled", `"Service":"cloudtrail.amazonaws.com"`)
	for name, target := range map[string]string{"settled": "arn:aws:s3:::settled", "group": "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/vendedlogs/s3", "hose": "arn:aws:firehose:eu-central-1:111111111111:deliverystream/vended", "bucket": "arn:aws:s3:::fresh"} {
		e.deliver(a, name, target)
	}
	e.deliver(b, "vault", "arn:aws:s3:::vault")
	e.object(a, "plain", "k", "x")
	e.w.advance(t, time.Hour)
}

// deliver joins the access logs of the bucket plain with a target in an account.
func (e *errands) deliver(x *account, name, target string) {
	t := e.T
	who := e.ann
	if x != e.a {
		who = x.ctx
	}
	to := done[*logsapi.PutDeliveryDestinationOutput](t)(x.logs.PutDeliveryDestination(who(), &logsapi.PutDeliveryDestinationInput{Name: &name, DeliveryDestinationConfiguration: &logsapi.DeliveryDestinationConfiguration{DestinationResourceArn: &target}})).DeliveryDestination.Arn
	if x != e.a {
		policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"logs:CreateDelivery","Resource":"` + *to + `"}}`
		done[*logsapi.PutDeliveryDestinationPolicyOutput](t)(x.logs.PutDeliveryDestinationPolicy(who(), &logsapi.PutDeliveryDestinationPolicyInput{DeliveryDestinationName: &name, DeliveryDestinationPolicy: &policy}))
	}
	done[*logsapi.CreateDeliveryOutput](t)(e.a.logs.CreateDelivery(e.ann(), &logsapi.CreateDeliveryInput{DeliverySourceName: new("plain"), DeliveryDestinationArn: to}))
}

// streamOn has Firehose read Kinesis and write over the border, convert by tables of Glue, and complain.
func (e *errands) streamOn() {
	t := e.T
	done[*firehoseapi.CreateDeliveryStreamOutput](t)(e.a.hose.CreateDeliveryStream(e.ann(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("reading"), DeliveryStreamType: new(firehoseapi.DeliveryStreamTypeKinesisStreamAsSource),
		KinesisStreamSourceConfiguration:   &firehoseapi.KinesisStreamSourceConfiguration{KinesisStreamARN: new(inAll), RoleARN: new(worker)},
		ExtendedS3DestinationConfiguration: &firehoseapi.ExtendedS3DestinationConfiguration{RoleARN: new(worker), BucketARN: new("arn:aws:s3:::vault"), Prefix: new("hose/")}}))
	done[*glueapi.CreateTableOutput](t)(e.glue.CreateTable(e.a.ctx(), &glueapi.CreateTableInput{DatabaseName: new("d"), TableInput: &glueapi.TableInput{Name: new("lines"), StorageDescriptor: &glueapi.StorageDescriptor{Columns: []glueapi.Column{{Name: new("n"), Type: new("int")}}}}}))
	for name, version := range map[string]string{"latest": "LATEST", "first": "0"} {
		e.hose(name, func(d *firehoseapi.ExtendedS3DestinationConfiguration) {
			d.BufferingHints = &firehoseapi.BufferingHints{SizeInMBs: new(int32(64)), IntervalInSeconds: new(int32(60))}
			d.DataFormatConversionConfiguration = &firehoseapi.DataFormatConversionConfiguration{
				SchemaConfiguration:       &firehoseapi.SchemaConfiguration{RoleARN: new(worker), DatabaseName: new("d"), TableName: new("lines"), VersionId: &version},
				InputFormatConfiguration:  &firehoseapi.InputFormatConfiguration{Deserializer: &firehoseapi.Deserializer{OpenXJsonSerDe: &firehoseapi.OpenXJsonSerDe{}}},
				OutputFormatConfiguration: &firehoseapi.OutputFormatConfiguration{Serializer: &firehoseapi.Serializer{ParquetSerDe: &firehoseapi.ParquetSerDe{}}},
			}
		})
	}
	e.bucket(e.a, "doomed", "")
	e.hose("complaining", func(d *firehoseapi.ExtendedS3DestinationConfiguration) {
		d.BucketARN = new("arn:aws:s3:::doomed")
		d.CloudWatchLoggingOptions = &firehoseapi.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new("g"), LogStreamName: new("s")}
	})
	done[*s3api.DeleteBucketOutput](t)(e.a.s3.DeleteBucket(e.ann(), &s3api.DeleteBucketInput{Bucket: new("doomed")}))
	for _, name := range []string{"latest", "first", "complaining"} {
		done[*firehoseapi.PutRecordOutput](t)(e.a.hose.PutRecord(e.ann(), &firehoseapi.PutRecordInput{DeliveryStreamName: &name, Record: &firehoseapi.Record{Data: []byte(`{"n":1}` + "\n")}}))
	}
	e.w.advance(t, time.Hour)
}

// hose makes a delivery stream into the archive, unless changed.
func (e *errands) hose(name string, change func(*firehoseapi.ExtendedS3DestinationConfiguration)) {
	d := &firehoseapi.ExtendedS3DestinationConfiguration{RoleARN: new(worker), BucketARN: new("arn:aws:s3:::archive"), Prefix: new("hose/")}
	change(d)
	done[*firehoseapi.CreateDeliveryStreamOutput](e.T)(e.a.hose.CreateDeliveryStream(e.ann(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: &name, DeliveryStreamType: new(firehoseapi.DeliveryStreamTypeDirectPut), ExtendedS3DestinationConfiguration: d}))
}
