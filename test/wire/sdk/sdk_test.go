package sdk

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	athenaapi "unyo/api/athena"
	cloudtrailapi "unyo/api/cloudtrail"
	cloudwatchapi "unyo/api/cloudwatch"
	eventsapi "unyo/api/events"
	firehoseapi "unyo/api/firehose"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	kmsapi "unyo/api/kms"
	lambdaapi "unyo/api/lambda"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
	snsapi "unyo/api/sns"
	sqsapi "unyo/api/sqs"
	stsapi "unyo/api/sts"
)

// checked are operations whose answers the SQS client holds against MD5 sums, which invented values do not have.
var checked = map[string]string{
	"SendMessage":    "the client verifies MD5OfMessageBody",
	"ReceiveMessage": "the client verifies MD5OfBody",

	"InvalidIdFormat":    "the client's shape has no message",
	"MessageNotInflight": "the client's shape has no message",
}

// numbered are operations whose part-number-marker is text to the client and a number to S3.
var numbered = map[string]string{
	"GetObjectAttributes": "x-amz-part-number-marker is no number",
	"ListParts":           "part-number-marker is no number",
}

// capital are CloudWatch errors whose message the client expects as Message. botocore states no message, and
// what the generator adds begins small.
var capital = map[string]string{
	"ConcurrentModificationException": "the client expects Message",
	"LimitExceededException":          "the client expects Message",
	"ResourceNotFoundException":       "the client expects Message",
}

// TestClients lets each client call every operation. EC2 has a package of its own: it is a minute to build.
func TestClients(t *testing.T) {
	for _, c := range []struct {
		Service
		floor int
	}{
		{Service{Model: athenaapi.Model, New: athena.New, Requests: true}, 75},
		{Service{Model: cloudtrailapi.Model, New: cloudtrail.New, Requests: true}, 60},
		{Service{Model: cloudwatchapi.Model, New: cloudwatch.New, Requests: true, Known: capital}, 55},
		{Service{Model: eventsapi.Model, New: eventbridge.New, Requests: true}, 57},
		{Service{Model: firehoseapi.Model, New: firehose.New, Requests: true}, 12},
		{Service{Model: glueapi.Model, New: glue.New, Requests: true}, 309},
		{Service{Model: iamapi.Model, New: iam.New, Requests: true}, 180},
		{Service{Model: kinesisapi.Model, New: kinesis.New, Requests: true}, 44},
		{Service{Model: kmsapi.Model, New: kms.New, Requests: true}, 56},
		{Service{Model: lambdaapi.Model, New: lambda.New, Requests: true}, 87},
		{Service{Model: logsapi.Model, New: cloudwatchlogs.New, Requests: true}, 116},
		{Service{Model: organizationsapi.Model, New: organizations.New, Requests: true}, 63},
		{Service{Model: s3api.Model, New: s3.New, Requests: true, Known: numbered}, 109},
		{Service{Model: snsapi.Model, New: sns.New, Requests: true}, 42},
		{Service{Model: sqsapi.Model, New: sqs.New, Requests: true, Known: checked}, 21},
		{Service{Model: stsapi.Model, New: sts.New, Requests: true}, 11},
	} {
		passed, all := c.Run(t)
		fmt.Printf("client    %-14s %4d of %4d; the client lacks %v\n", c.Model.Service, passed, all, c.Needs())
		understood, errs := c.RunErrors(t)
		fmt.Printf("errors    %-14s %4d of %4d\n", c.Model.Service, understood, errs)
		if passed < c.floor {
			t.Errorf("%s: %d operations passed, the floor is %d", c.Model.Service, passed, c.floor)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(Unknown)) {
		t.Logf("the SDK does not know %s", name)
	}
}
