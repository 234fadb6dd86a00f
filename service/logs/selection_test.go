package logs_test

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

// What matches has the system's fields as dimensions, a default value has none; a filter of another origin sees nothing.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
func TestSystemFields(t *testing.T) {
	e := metered(t)
	filter := func(name, selection string, emit ...string) error {
		in := &api.PutMetricFilterInput{
			LogGroupName: new("g"), FilterName: &name, FilterPattern: new("ERROR"), EmitSystemFieldDimensions: emit,
			MetricTransformations: []api.MetricTransformation{{MetricNamespace: new("App"), MetricName: &name, MetricValue: new("1"), DefaultValue: new(0.0)}},
		}
		if selection != "" {
			in.FieldSelectionCriteria = &selection
		}
		_, err := e.PutMetricFilter(e.ctx(), in)
		return err
	}
	must(t, filter("dimensions", "", "@aws.region", "@aws.account"))
	for name, selection := range map[string]string{
		"yes1": `@aws.region = "eu-central-1"`, "yes2": `@aws.account IN ["222222222222", "111111111111"]`, "yes3": `@aws.region = "x" AND @aws.account="y" OR @aws.account != "222222222222"`,
		"no1": `@aws.region != "eu-central-1"`, "no2": `@aws.account NOT IN ["111111111111"]`, "no3": `@aws.account = "111111111111" AND @aws.region = "us-east-1"`,
	} {
		must(t, filter(name, selection))
	}
	for _, selection := range []string{"x", `@aws.region`, `@aws.region = `, `@aws.region === "x"`, `@aws.region = "x" AND`, `@aws.region = "x" "y"`, `@aws.other = "x"`, `@aws.region IN []`, `@aws.region IN "x"`, `@aws.region = "x" XOR @aws.region = "y"`} {
		wantCode(t, filter("bad", selection), "InvalidParameterException")
	}
	must(t, func() error {
		_, err := e.PutSubscriptionFilter(e.ctx(), &api.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("none"), FilterPattern: new(""), DestinationArn: new(streamARN), RoleArn: new(roleARN),
			FieldSelectionCriteria: new(`@aws.region = "us-east-1"`)})
		return err
	}())
	shown, err := e.DescribeMetricFilters(e.ctx(), &api.DescribeMetricFiltersInput{LogGroupName: new("g"), FilterNamePrefix: new("no1")})
	must(t, err)
	want(t, *shown.MetricFilters[0].FieldSelectionCriteria, `@aws.region != "eu-central-1"`)
	e.put("g", "s", "ERROR 1")
	e.advance(time.Minute)
	e.put("g", "s", "fine")
	e.advance(2 * time.Minute)
	want(t, strings.ReplaceAll(e.got(), "\n", "; "), "App dimensions  00:01 [{0 1}]; App dimensions @aws.account=111111111111 @aws.region=eu-central-1  00:00 [{1 1}]; "+
		"App yes1  00:00 [{1 1}]; App yes1  00:01 [{0 1}]; App yes2  00:00 [{1 1}]; App yes2  00:01 [{0 1}]; App yes3  00:00 [{1 1}]; App yes3  00:01 [{0 1}]")
	want(t, e.firehose.delivered(t), "")
}
