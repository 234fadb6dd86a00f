package logs_test

import (
	"fmt"
	"strings"
	"testing"

	api "unyo/api/logs"
)

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing-Syntax.html
func TestIndexPolicies(t *testing.T) {
	e := open(t)
	e.group("g")
	e.group("h")
	put := func(group, text string) error {
		_, err := e.PutIndexPolicy(e.ctx(), &api.PutIndexPolicyInput{LogGroupIdentifier: &group, PolicyDocument: &text})
		return err
	}
	list := func() string {
		t.Helper()
		out, err := e.DescribeIndexPolicies(e.ctx(), &api.DescribeIndexPoliciesInput{LogGroupIdentifiers: []string{"g", groupARN + "h"}})
		must(t, err)
		var words []string
		for _, p := range out.IndexPolicies {
			words = append(words, fmt.Sprint(*p.LogGroupIdentifier, *p.PolicyDocument, *p.Source))
		}
		return strings.Join(words, " ")
	}
	want(t, list(), "")
	must(t, put(groupARN+"h", `{"Fields":["a"]}`))
	must(t, put(groupARN+"h", `{"Fields":["a","RequestId"]}`))
	want(t, list(), groupARN+`h{"Fields":["a","RequestId"]}LOG_GROUP`)
	many := `"f0"`
	for i := range 20 {
		many += fmt.Sprintf(`,"f%d"`, i+1)
	}
	for _, bad := range []string{"", "{}", `{"Fields":[]}`, `{"Fields":["a"]}{}`, `{"Fields":["a","a"]}`, `{"Fields":[""]}`, `{"FieldsV2":{}}`, `{"Fields":[` + many + `]}`, `{"Fields":["` + strings.Repeat("a", 101) + `"]}`} {
		wantCode(t, put("g", bad), "InvalidParameterException")
	}
	wantCode(t, put("none", `{"Fields":["a"]}`), "ResourceNotFoundException")
	_, err := e.DeleteIndexPolicy(e.ctx(), &api.DeleteIndexPolicyInput{LogGroupIdentifier: new("h")})
	must(t, err)
	_, err = e.DeleteIndexPolicy(e.ctx(), &api.DeleteIndexPolicyInput{LogGroupIdentifier: new("h")})
	wantCode(t, err, "ResourceNotFoundException")
	// A group made anew does not inherit the policy of the one before.
	must(t, put("g", `{"Fields":["a"]}`))
	_, err = e.DeleteLogGroup(e.ctx(), &api.DeleteLogGroupInput{LogGroupName: new("g")})
	must(t, err)
	e.group("g")
	want(t, list(), "")
}
