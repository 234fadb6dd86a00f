package cloudtrail

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/journal"
)

func called(service, name string, readOnly bool, arns ...string) *journal.Call {
	c := &journal.Call{Service: service, Source: service + ".amazonaws.com", Operation: name, ReadOnly: readOnly, Category: management, Account: mine, Region: here,
		Principal: journal.Principal{Kind: "IAMUser", ARN: "arn:aws:iam::111111111111:user/ann"}}
	for _, a := range arns {
		c.Resources = append(c.Resources, journal.Resource{ARN: a})
		c.Category = "Data"
	}
	return c
}

// Which of a handful of calls a selector takes.
func TestSelectors(t *testing.T) {
	_, s, _ := open(t, kernel.Options{})
	calls := map[string]*journal.Call{
		"read": called("logs", "DescribeLogGroups", true), "write": called("logs", "CreateLogGroup", false), "kms": called("kms", "Decrypt", true),
		"get": called("s3", "GetObject", true, "arn:aws:s3:::box/a/b"), "put": called("s3", "PutObject", false, "arn:aws:s3:::box/c"), "other": called("s3", "PutObject", false, "arn:aws:s3:::boxes/c"),
		"invoke": called("lambda", "Invoke", false, "arn:aws:lambda:eu-central-1:111111111111:function:f"),
	}
	order := []string{"read", "write", "kms", "get", "put", "other", "invoke"}
	for _, x := range []struct{ selector, want string }{
		{`{"EventSelectors":[]}`, "read write kms"},
		{`{"EventSelectors":[{"ReadWriteType":"WriteOnly"}]}`, "write"},
		{`{"EventSelectors":[{"ReadWriteType":"ReadOnly","ExcludeManagementEventSources":["kms.amazonaws.com"]}]}`, "read"},
		{`{"EventSelectors":[{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::box/"]}]}]}`, "get put"},
		{`{"EventSelectors":[{"IncludeManagementEvents":false,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::box/a"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]}`, "get invoke"},
		{`{"EventSelectors":[{"IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]}`, "read write kms get put other"},
		{`{"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::box"]}]}]}`, "read write kms"},
		{`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}`, "read write"},
		{`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::box/"],"NotEndsWith":["/b"]}]}]}`, "read kms put"},
		{`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"eventName","StartsWith":["Get","Head"]}]}]}`, "get"},
		{`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"userIdentity.arn","NotStartsWith":["arn:aws:iam::111111111111:user/a"]}]}]}`, ""},
		{`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","NotEquals":["arn:aws:s3:::box/c"],"EndsWith":["/c"]}]}]}`, "other"},
	} {
		var in api.PutEventSelectorsInput
		ok(t, json.Unmarshal([]byte(x.selector), &in))
		if err := checkBasic(in.EventSelectors); err != nil {
			t.Error(x.selector, err)
		}
		if err := checkAdvanced(in.AdvancedEventSelectors); err != nil {
			t.Error(x.selector, err)
		}
		tr := &trail{Home: here, Global: true, Basic: in.EventSelectors, Advanced: in.AdvancedEventSelectors}
		var got []string
		for _, name := range order {
			if s.takes(tr, calls[name], mine) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s takes %q, want %q", x.selector, got, x.want)
		}
	}
}

// What AWS refuses of selectors.
func TestBadSelectors(t *testing.T) {
	many := func(n int, what string) string { return strings.Repeat(what+",", n-1) + what }
	for _, bad := range []string{
		`{"EventSelectors":[` + many(6, `{}`) + `]}`,
		`{"EventSelectors":[{"DataResources":[{"Type":"AWS::SQS::Queue","Values":["arn:aws:sqs"]}]}]}`,
		`{"EventSelectors":[{"DataResources":[{"Values":["arn:aws:s3"]}]}]}`,
		`{"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":["box"]}]}]}`,
		`{"EventSelectors":[{"DataResources":[{"Type":"AWS::S3::Object","Values":[` + many(251, `"arn:aws:s3:::b/"`) + `]}]}]}`,
		`{"EventSelectors":[{"ExcludeManagementEventSources":["s3.amazonaws.com"]}]}`,
		`{"EventSelectors":[{"IncludeManagementEvents":false}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Nothing"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","NotEquals":["Data"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventCategory","Equals":["Management"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"resources.ARN","Equals":["x"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["maybe"]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventName"}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventName","Equals":[` + many(500, `"x"`) + `]}]}]}`,
		`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"nonsense","Equals":["x"]}]}]}`,
	} {
		var in api.PutEventSelectorsInput
		ok(t, json.Unmarshal([]byte(bad), &in))
		err := checkBasic(in.EventSelectors)
		if err == nil {
			err = checkAdvanced(in.AdvancedEventSelectors)
		}
		if awserr.Code(err) != "InvalidEventSelectorsException" {
			t.Errorf("%.120s: %v", bad, err)
		}
	}
}

// No selector, however odd, brings the service down.
func FuzzSelectors(f *testing.F) {
	f.Add(`{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]}`)
	f.Add(`{"EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::box/"]}]}]}`)
	s := &Service{}
	calls := []*journal.Call{called("logs", "CreateLogGroup", false), called("s3", "GetObject", true, "arn:aws:s3:::box/a/b"), called("s3", "GetObject", true, "*")}
	f.Fuzz(func(t *testing.T, text string) {
		var in api.PutEventSelectorsInput
		if json.Unmarshal([]byte(text), &in) != nil {
			return
		}
		for _, x := range in.AdvancedEventSelectors {
			for _, y := range x.FieldSelectors {
				if y.Field == nil { // refused before, by the facts
					return
				}
			}
		}
		if checkBasic(in.EventSelectors) != nil || checkAdvanced(in.AdvancedEventSelectors) != nil {
			return
		}
		tr := &trail{Multi: true, Global: true, Basic: in.EventSelectors, Advanced: in.AdvancedEventSelectors}
		for _, c := range calls {
			if took := s.takes(tr, c, mine); took && c.Category == "Data" && !tr.wantsData() {
				t.Error(fmt.Sprint(text, " takes data without wanting any"))
			}
		}
	})
}
