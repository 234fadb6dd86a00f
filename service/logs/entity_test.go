package logs_test

import (
	"testing"

	api "unyo/api/logs"
)

// What makes an entity of each type, and why others are rejected; the events are there anyhow.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/adding-your-own-related-telemetry.html
func TestEntities(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	n := 0
	for _, x := range []struct {
		keys map[string]string
		why  string
	}{
		{map[string]string{"Type": "AWS::Resource", "ResourceType": "AWS::DynamoDB::Table", "Identifier": "t"}, ""},
		{map[string]string{"Type": "AWS::Service", "Name": "AWS::DynamoDB"}, ""},
		{map[string]string{"Type": "Service", "Name": "shop", "Environment": "production"}, ""},
		{map[string]string{"Type": "Resource", "ResourceType": "K8s::Pod", "Identifier": "a|b|c"}, ""},
		{map[string]string{"Type": "RemoteService", "Name": "api.example.com", "Environment": "x"}, ""},
		{nil, "InvalidEntity"},
		{map[string]string{"Type": "Service", "Name": "shop", "Colour": "red"}, "InvalidKeyAttributes"},
		{map[string]string{"Type": "Servant", "Name": "shop"}, "InvalidTypeValue"},
		{map[string]string{"Name": "shop", "Environment": "production"}, "MissingRequiredFields"},
		{map[string]string{"Type": "Service", "Name": "shop"}, "MissingRequiredFields"},
		{map[string]string{"Type": "Resource", "Identifier": "a"}, "MissingRequiredFields"},
		{map[string]string{"Type": "AWS::Service", "Environment": "x"}, "MissingRequiredFields"},
	} {
		out, err := e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a"),
			LogEvents: []api.InputLogEvent{{Timestamp: new(begin0()), Message: new("x")}}, Entity: &api.Entity{KeyAttributes: x.keys}})
		must(t, err)
		why := ""
		if out.RejectedEntityInfo != nil {
			why = *out.RejectedEntityInfo.ErrorType
		}
		if why != x.why {
			t.Errorf("%v: %q", x.keys, why)
		}
		n++
	}
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), n)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("rare"), LogGroupClass: new(api.LogGroupClassInfrequentAccess)})
	must(t, err)
	e.stream("rare", "a")
	out, err := e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("rare"), LogStreamName: new("a"),
		LogEvents: []api.InputLogEvent{{Timestamp: new(begin0()), Message: new("x")}}, Entity: &api.Entity{KeyAttributes: map[string]string{"Type": "AWS::Service", "Name": "AWS::DynamoDB"}}})
	must(t, err)
	want(t, *out.RejectedEntityInfo.ErrorType, "UnsupportedLogGroupType")
}

// Queries know what the events of each batch are about, as its entity says.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
func TestEntitiesOfEvents(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.stream("g", "b")
	about := func(stream, message string, entity *api.Entity) {
		t.Helper()
		_, err := e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: &stream, LogEvents: []api.InputLogEvent{{Timestamp: new(begin0()), Message: &message}}, Entity: entity})
		must(t, err)
	}
	clinic := &api.Entity{KeyAttributes: map[string]string{"Type": "Service", "Name": "PetClinic", "Environment": "prod"}, Attributes: map[string]string{"PlatformType": "AWS::EC2", "EC2.InstanceId": "i-1234567890123"}}
	about("a", "1", nil)
	about("a", "2", clinic)
	about("a", "3", clinic)
	about("b", "4", &api.Entity{KeyAttributes: map[string]string{"Type": "AWS::Service", "Name": "AWS::DynamoDB"}})
	about("a", "5", nil)
	about("b", "6", &api.Entity{KeyAttributes: map[string]string{"Type": "Servant", "Name": "x"}}) // rejected
	rows, _ := e.ask("fields @message, @entity.KeyAttributes.Name, @entity.Attributes.EC2.InstanceId | sort @message", "g")
	want(t, rows, "[@message=1 @message=2 @entity.KeyAttributes.Name=PetClinic @entity.Attributes.EC2.InstanceId=i-1234567890123"+
		" @message=3 @entity.KeyAttributes.Name=PetClinic @entity.Attributes.EC2.InstanceId=i-1234567890123 @message=4 @entity.KeyAttributes.Name=AWS::DynamoDB @message=5 @message=6]")
	rows, out := e.ask(`filter @entity.KeyAttributes.Type = "Service" and @message = "2" | fields @message`, "g")
	want(t, rows, "[@message=2]")
	record, err := e.GetLogRecord(e.ctx(), &api.GetLogRecordInput{LogRecordPointer: out.Results[0][1].Value})
	must(t, err)
	want(t, []string{record.LogRecord["@entity.Attributes.PlatformType"], record.LogRecord["@entity.KeyAttributes.Environment"]}, "[AWS::EC2 prod]")
	rows, _ = e.ask("stats count(*) as n by @entity.KeyAttributes.Name as name | sort n desc, name", "g")
	want(t, rows, "[n=3 name=PetClinic n=2 name=AWS::DynamoDB n=1]")
	_, err = e.DeleteLogStream(e.ctx(), &api.DeleteLogStreamInput{LogGroupName: new("g"), LogStreamName: new("a")})
	must(t, err)
	e.stream("g", "a")
	about("a", "7", nil)
	rows, _ = e.ask("fields @message, @entity.KeyAttributes.Name | sort @message", "g")
	want(t, rows, "[@message=4 @entity.KeyAttributes.Name=AWS::DynamoDB @message=6 @message=7]")
}
