package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

// emf is a document of begin's time with one directive of namespace N.
func emf(directive, members string) string {
	return fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"N",%s}]}%s}`, begin.UnixMilli(), directive, members)
}

// What comes of a log event, by https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func TestEmbeddedMetrics(t *testing.T) {
	const one = `"Dimensions":[[]],"Metrics":[{"Name":"m"}]`
	const malformed, invalid = "AWS/Logs EMFParsingErrors LogGroupName=g  00:00 [{1 1}]", "AWS/Logs EMFValidationErrors LogGroupName=g  00:00 [{1 1}]"
	long := func(n int) string { return `[1` + strings.Repeat(",1", n-1) + `]` }
	for _, c := range []struct{ name, message, want string }{
		{"the page's example", fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"lambda-function-metrics","Dimensions":[["functionVersion"]],"Metrics":[{"Name":"time","Unit":"Milliseconds","StorageResolution":60}]}]},
			"functionVersion":"$LATEST","time":100,"requestId":"989ffbf8-9ace-4817-a57c-e4dd734019ee"}`, begin.UnixMilli()), "lambda-function-metrics time functionVersion=$LATEST Milliseconds 00:00 [{100 1}]"},
		{"no dimensions", emf(one, `,"m":1.5`), "N m  00:00 [{1.5 1}]"},
		{"many values", emf(one, `,"m":[3,1,3]`), "N m  00:00 [{1 1} {3 2}]"},
		{"100 values", emf(one, `,"m":`+long(100)), "N m  00:00 [{1 100}]"},
		{"101 values", emf(one, `,"m":`+long(101)), invalid},
		{"every set of dimensions", emf(`"Dimensions":[["a"],["a","b"]],"Metrics":[{"Name":"m"},{"Name":"n"}]`, `,"m":1,"n":2,"a":"x","b":"y"`),
			"N m a=x  00:00 [{1 1}]\nN m a=x b=y  00:00 [{1 1}]\nN n a=x  00:00 [{2 1}]\nN n a=x b=y  00:00 [{2 1}]"},
		{"by the second", emf(`"Dimensions":[[]],"Metrics":[{"Name":"m","StorageResolution":1}]`, `,"m":1`), "N m  00:00:00 [{1 1}]"},
		{"the document's time", fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"N",%s}]},"m":1}`, begin.Add(-13*24*time.Hour-time.Hour).UnixMilli(), one), "N m  23:00 [{1 1}]"},
		{"a dot is part of a name", emf(`"Dimensions":[["A.a"]],"Metrics":[{"Name":"A.b"}]`, `,"A.b":1,"A.a":"x","A":{"a":"y","b":2}`), "N A.b A.a=x  00:00 [{1 1}]"},
		{"a nested member is none", emf(`"Dimensions":[[]],"Metrics":[{"Name":"A.b"}]`, `,"A":{"b":2}`), invalid},
		{"unknown members", `{"x":{"CloudWatchMetrics":1},` + emf(one+`,"Other":1`, `,"m":1`)[1:], "N m  00:00 [{1 1}]"},

		{"a value that is text", emf(one, `,"m":"1"`), invalid},
		{"a value that is null", emf(one, `,"m":[1,null]`), invalid},
		{"no value", emf(one, ``), invalid},
		{"no values", emf(one, `,"m":[]`), invalid},
		{"a value too large", emf(one, `,"m":1e200`), invalid},
		{"the others count", emf(`"Dimensions":[["d"],["none"]],"Metrics":[{"Name":"m"}]`, `,"m":1,"d":"x"`), invalid + "\nN m d=x  00:00 [{1 1}]"},
		{"a dimension that is a number", emf(`"Dimensions":[["d"]],"Metrics":[{"Name":"m"}]`, `,"m":1,"d":1`), invalid},
		{"a unit of its own", emf(`"Dimensions":[[]],"Metrics":[{"Name":"m","Unit":"Furlongs"}]`, `,"m":1`), invalid},
		{"a resolution of its own", emf(`"Dimensions":[[]],"Metrics":[{"Name":"m","StorageResolution":10}]`, `,"m":1`), invalid},
		{"a namespace of AWS", strings.Replace(emf(one, `,"m":1`), `"N"`, `"AWS/EC2"`, 1), invalid},
		{"101 metrics", emf(`"Dimensions":[[]],"Metrics":[{"Name":"m"}`+strings.Repeat(`,{"Name":"m"}`, 100)+`]`, `,"m":1`), strings.Replace(invalid, "{1 1}", "{101 1}", 1)},
		{"30 dimensions", emf(`"Dimensions":[["d"`+strings.Repeat(`,"d"`, 29)+`]],"Metrics":[{"Name":"m"}]`, `,"m":1,"d":"x"`), invalid}, // one name twice
		{"too old", fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"N",%s}]},"m":1}`, begin.Add(-15*24*time.Hour).UnixMilli(), one), invalid},

		{"no time", `{"_aws":{"CloudWatchMetrics":[{"Namespace":"N",` + one + `}]},"m":1}`, malformed},
		{"no namespace", fmt.Sprintf(`{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{%s}]},"m":1}`, begin.UnixMilli(), one), malformed},
		{"no dimension sets", emf(`"Metrics":[{"Name":"m"}]`, `,"m":1`), malformed},
		{"cut short", emf(one, `,"m":1`)[:100], malformed},
		{"data behind it", emf(one, `,"m":1`) + " x", malformed},
		{"data before it", "x " + emf(one, `,"m":1`), ""},
		{"names are told apart by case", strings.Replace(emf(one, `,"m":1`), `"Namespace"`, `"namespace"`, 1), malformed},
		{"not of this form", `{"CloudWatchMetrics":[],"_aws":{}}`, ""},
		{"text", `"CloudWatchMetrics"`, ""},
	} {
		e := metered(t)
		e.put("g", "s", "before", c.message, "behind")
		e.advance(0)
		if got := e.got(); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// A group of infrequent access extracts nothing; what is masked is not told by a metric either; deleting the group ends it.
func TestEmbeddedMetricsOfOtherGroups(t *testing.T) {
	e := metered(t)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("ia"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	e.stream("ia", "s")
	document := emf(`"Dimensions":[["who"]],"Metrics":[{"Name":"m"}]`, `,"m":1,"who":"a@b.example"`)
	e.put("ia", "s", document)
	e.advance(0)
	want(t, e.got(), "")
	e.put("g", "s", document)
	_, err = e.DeleteLogGroup(e.ctx(), &api.DeleteLogGroupInput{LogGroupName: new("g")})
	must(t, err)
	e.advance(0)
	want(t, e.got(), "")
	e.group("g")
	e.stream("g", "s")
	must(t, e.protect(protects))
	e.put("g", "s", document)
	e.advance(0)
	want(t, e.got(), "N m who=***********  00:00 [{1 1}]")
}

// A document with more metrics than a transaction holds, one with more than any has, and a batch of many: each counts once, also when the
// process dies at any write on the way.
func TestEmbeddedMetricsSurviveDeathAtEveryWrite(t *testing.T) {
	survive(t, func(e *estate) {
		var sets, names, values []string
		for i := range 130 {
			names = append(names, fmt.Sprintf(`{"Name":"m%d"}`, i%100))
			sets = append(sets, fmt.Sprintf(`["d%d"]`, i))
			values = append(values, fmt.Sprintf(`,"d%d":"x","m%d":%d`, i, i, i))
		}
		all := strings.Join(values, "")
		messages := []string{
			emf(`"Dimensions":[`+strings.Join(sets[:3], ",")+`],"Metrics":[`+strings.Join(names[:100], ",")+`]`, all),
			emf(`"Dimensions":[`+strings.Join(sets, ",")+`],"Metrics":[`+strings.Join(names[:100], ",")+`]`, all),
		}
		for i := range 300 {
			messages = append(messages, emf(`"Dimensions":[["id"]],"Metrics":[{"Name":"n"}]`, fmt.Sprintf(`,"n":1,"id":"%d"`, i)))
		}
		e.put("g", "s", messages...)
	})
}
