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
