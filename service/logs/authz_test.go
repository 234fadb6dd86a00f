package logs_test

import (
	"fmt"
	"testing"

	api "unyo/api/logs"
)

// The resources that policies must name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
func TestNeeds(t *testing.T) {
	const base = "arn:aws:logs:eu-central-1:111111111111:log-group:"
	e := open(t)
	for _, x := range []struct {
		op   string
		in   any
		want string
	}{
		{"CreateLogGroup", &api.CreateLogGroupInput{LogGroupName: new("g")}, "[{logs:CreateLogGroup [" + base + "g:log-stream:] map[]}]"},
		{"CreateLogGroup", &api.CreateLogGroupInput{LogGroupName: new("g"), Tags: map[string]string{"a": ""}}, "[{logs:CreateLogGroup [" + base + "g:log-stream:] map[]} {logs:TagResource [" + base + "g] map[]}]"},
		{"PutLogEvents", &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s")}, "[{logs:PutLogEvents [" + base + "g:log-stream:s] map[]}]"},
		{"GetLogEvents", &api.GetLogEventsInput{LogGroupIdentifier: new(base + "g"), LogStreamName: new("s")}, "[{logs:GetLogEvents [" + base + "g:log-stream:s] map[]}]"},
		{"FilterLogEvents", &api.FilterLogEventsInput{LogGroupIdentifier: new(base + "g:*")}, "[{logs:FilterLogEvents [" + base + "g:log-stream:] map[]}]"},
		{"FilterLogEvents", &api.FilterLogEventsInput{}, "[{logs:FilterLogEvents [*] map[]}]"},
		{"DescribeLogGroups", &api.DescribeLogGroupsInput{}, "[{logs:DescribeLogGroups [" + base + ":log-stream:] map[]}]"},
		{"TagResource", &api.TagResourceInput{ResourceArn: new(base + "g")}, "[{logs:TagResource [" + base + "g] map[]}]"},
		{"PutSubscriptionFilter", &api.PutSubscriptionFilterInput{LogGroupName: new("g"), RoleArn: new(roleARN)}, "[{logs:PutSubscriptionFilter [" + base + "g:log-stream:] map[]} {iam:PassRole [" + roleARN + "] map[iam:passedtoservice:[logs.amazonaws.com]]}]"},
		{"PutDeliverySource", &api.PutDeliverySourceInput{Name: new("s"), ResourceArn: new("arn:aws:s3:::b")}, "[{logs:PutDeliverySource [arn:aws:logs:eu-central-1:111111111111:delivery-source:s] map[logs:loggeneratingresourcearns:[arn:aws:s3:::b]]}]"},
		{"PutDeliveryDestination", &api.PutDeliveryDestinationInput{Name: new("d"), DeliveryDestinationConfiguration: &api.DeliveryDestinationConfiguration{DestinationResourceArn: new("arn:aws:s3:::b")}}, "[{logs:PutDeliveryDestination [arn:aws:logs:eu-central-1:111111111111:delivery-destination:d] map[logs:deliverydestinationresourcearn:[arn:aws:s3:::b]]}]"},
		{"TestMetricFilter", &api.TestMetricFilterInput{}, "[{logs:TestMetricFilter [*] map[]}]"},
	} {
		needs, ok := e.Needs(e.ctx(), x.op, x.in)
		if !ok {
			t.Errorf("%s is left to the facts", x.op)
		}
		var got []string
		for _, n := range needs {
			got = append(got, fmt.Sprint("{", n.Action, " ", n.Resources, " ", n.Keys, "}"))
		}
		if got := fmt.Sprint(got); got != x.want {
			t.Errorf("%s: %s\nwant %s", x.op, got, x.want)
		}
	}
	// Every operation that the service has is bound here.
	for _, name := range api.Bind(e.Service).Names() {
		if _, ok := e.Needs(e.ctx(), name, sample(name)); !ok {
			t.Errorf("%s is not bound", name)
		}
	}
}

// sample is an input with every name that a resource is made of.
func sample(op string) any {
	g, s := new("g"), new("s")
	switch in := api.Model.Operation(op).New().(type) {
	case *api.CreateLogStreamInput:
		in.LogGroupName, in.LogStreamName = g, s
		return in
	case *api.DeleteLogStreamInput:
		in.LogGroupName, in.LogStreamName = g, s
		return in
	case *api.PutLogEventsInput:
		in.LogGroupName, in.LogStreamName = g, s
		return in
	case *api.PutDestinationInput:
		in.DestinationName, in.RoleArn = g, s
		return in
	case *api.PutDestinationPolicyInput:
		in.DestinationName = g
		return in
	case *api.DeleteDestinationInput:
		in.DestinationName = g
		return in
	case *api.TagResourceInput:
		in.ResourceArn = g
		return in
	case *api.UntagResourceInput:
		in.ResourceArn = g
		return in
	case *api.ListTagsForResourceInput:
		in.ResourceArn = g
		return in
	case *api.GetLogEventsInput:
		in.LogGroupName, in.LogStreamName = g, s
		return in
	default:
		return in
	}
}

func TestTagsAreConditions(t *testing.T) {
	e := open(t)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("g"), Tags: map[string]string{"Team": "a"}})
	must(t, err)
	keys, err := e.Conditions(e.ctx(), "PutLogEvents", nil, "arn:aws:logs:eu-central-1:111111111111:log-group:g:log-stream:s")
	must(t, err)
	want(t, keys, "map[aws:resourcetag/team:[a]]")
}

func TestIdentifiers(t *testing.T) {
	e := open(t)
	e.group("g")
	for _, in := range []api.FilterLogEventsInput{
		{}, {LogGroupName: new("g"), LogGroupIdentifier: new("g")}, {LogGroupIdentifier: new("arn:aws:s3:::b")}, {LogGroupIdentifier: new("arn:x")},
		{LogGroupName: new("g"), LogStreamNames: []string{"a"}, LogStreamNamePrefix: new("a")}, {LogGroupName: new("g"), NextToken: new("x")},
	} {
		_, err := e.FilterLogEvents(e.ctx(), &in)
		wantCode(t, err, "InvalidParameterException")
	}
	_, err := e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupIdentifier: new("arn:aws:logs:us-east-1:111111111111:log-group:g")})
	wantCode(t, err, "ResourceNotFoundException")
}
