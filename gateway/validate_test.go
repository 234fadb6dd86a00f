package gateway

import (
	"testing"

	athenaapi "unyo/api/athena"
	cloudwatchapi "unyo/api/cloudwatch"
	ec2api "unyo/api/ec2"
	eventsapi "unyo/api/events"
	firehoseapi "unyo/api/firehose"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kmsapi "unyo/api/kms"
	lambdaapi "unyo/api/lambda"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	snsapi "unyo/api/sns"
)

// The wording is AWS's; see for example
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (ValidationError)
func TestViolations(t *testing.T) {
	for _, c := range []struct {
		m    *rt.Model
		in   any
		want []string
	}{
		{iamapi.Model, &iamapi.CreateUserInput{}, []string{"Value null at 'userName' failed to satisfy constraint: Member must not be null"}},
		{iamapi.Model, &iamapi.CreateUserInput{UserName: new("a b")}, []string{`Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`}},
		{iamapi.Model, &iamapi.CreateUserInput{UserName: new("ann"), Tags: []iamapi.Tag{{Key: new("k"), Value: new("v")}, {Value: new("v")}}},
			[]string{"Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"}},
		{iamapi.Model, &iamapi.ListUsersInput{MaxItems: new(int32(0))}, []string{"Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"}},
		{iamapi.Model, &iamapi.UpdateAccessKeyInput{AccessKeyId: new("AKIAIOSFODNN7EXAMPLE"), Status: new("On")},
			[]string{"Value 'On' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]"}},
		{logsapi.Model, &logsapi.CreateLogGroupInput{LogGroupName: new("")}, []string{
			"Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
			`Value '' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`}},
		{logsapi.Model, &logsapi.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: []logsapi.InputLogEvent{{Timestamp: new(int64(1)), Message: new("m")}}}, nil},
		{logsapi.Model, &logsapi.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: []logsapi.InputLogEvent{
			{Timestamp: new(int64(0)), Message: new("m")}, {Timestamp: new(int64(-1)), Message: new("")}, {Timestamp: new(int64(2)), Message: new("m")}, {}}}, []string{
			"Value '' at 'logEvents.2.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
			"Value '-1' at 'logEvents.2.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0",
			"Value null at 'logEvents.4.member.message' failed to satisfy constraint: Member must not be null",
			"Value null at 'logEvents.4.member.timestamp' failed to satisfy constraint: Member must not be null"}},
		{firehoseapi.Model, &firehoseapi.PutRecordInput{DeliveryStreamName: new("s"), Record: &firehoseapi.Record{}}, []string{"Value null at 'record.data' failed to satisfy constraint: Member must not be null"}},
	} {
		got := violations(c.m, c.in)
		if len(got) != len(c.want) {
			t.Errorf("%T: %q", c.in, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%T: got %q\nwant %q", c.in, got[i], c.want[i])
			}
		}
	}
}

// TestPatterns: every pattern of every service is enforced, but for those named here.
func TestPatterns(t *testing.T) {
	// Look-around in their middle; none is a shape of an operation that has behaviour here. Who adds one checks it in the service.
	inexpressible := map[string]bool{
		"ec2 SecretArn": true, "firehose ClusterJDBCURL": true, "iam accountAliasType": true, "lambda CollectionName": true,
		"lambda FunctionUrlFunctionName": true, "lambda FunctionUrlQualifier": true, "lambda S3Bucket": true,
	}
	for _, m := range []*rt.Model{athenaapi.Model, cloudwatchapi.Model, ec2api.Model, eventsapi.Model, firehoseapi.Model, glueapi.Model, iamapi.Model, kmsapi.Model, lambdaapi.Model, logsapi.Model, snsapi.Model} {
		for _, name := range shapesOf(m) {
			s := m.Shape(name)
			if s.Pattern != "" && compilePattern(s.Pattern) == nil && !inexpressible[m.Service+" "+name] {
				t.Errorf("%s %s: %s cannot be enforced", m.Service, name, s.Pattern)
			}
		}
	}
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{`^(?!\s*$).+`, "x", true}, {`^(?!\s*$).+`, "  ", false},
		{`^(?!aws:)[a-z:]*$`, "aws:x", false}, {`[a-z]+`, "abc1", false},
		{`[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`, "😀", true},
	} {
		if got := compilePattern(c.pattern).match(c.s); got != c.want {
			t.Errorf("%s on %q: %v", c.pattern, c.s, got)
		}
	}
}
