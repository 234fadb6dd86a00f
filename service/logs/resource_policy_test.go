package logs_test

import (
	"fmt"
	"testing"

	api "unyo/api/logs"
)

const admitsRoute53 = `{"Version":"2012-10-17","Statement":{"Sid":"a","Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}}`

// Ten of an account, one of a group whose changes must name the revision they change.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
func TestResourcePolicies(t *testing.T) {
	e := open(t)
	e.group("g")
	put := func(name, group, text string, revision *string) (string, error) {
		out, err := e.PutResourcePolicy(e.ctx(), &api.PutResourcePolicyInput{PolicyName: str(name), ResourceArn: str(group), PolicyDocument: &text, ExpectedRevisionId: revision})
		if err != nil {
			return "", err
		}
		return *out.RevisionId, nil
	}
	for i := range 10 {
		_, err := put(fmt.Sprint("p", i), "", admitsRoute53, nil)
		must(t, err)
	}
	_, err := put("p3", "", admitsRoute53, nil)
	must(t, err)
	_, err = put("p10", "", admitsRoute53, nil)
	wantCode(t, err, "LimitExceededException")
	const group = "arn:aws:logs:eu-central-1:111111111111:log-group:g"
	first, err := put("", group, admitsRoute53, nil)
	must(t, err)
	_, err = put("", group, admitsRoute53, nil)
	wantCode(t, err, "InvalidParameterException")
	_, err = put("", group, admitsRoute53, new("other"))
	wantCode(t, err, "OperationAbortedException")
	second, err := put("", group, admitsRoute53, &first)
	must(t, err)
	for _, bad := range [][3]string{{"", "", admitsRoute53}, {"a", group, admitsRoute53}, {"a", "", "{}"}, {"", "arn:aws:logs:eu-central-1:222222222222:log-group:g", admitsRoute53}, {"", "arn:aws:logs:eu-central-1:111111111111:destination:g", admitsRoute53}} {
		_, err := put(bad[0], bad[1], bad[2], nil)
		wantCode(t, err, "InvalidParameterException")
	}
	_, err = put("", group+"x", admitsRoute53, nil)
	wantCode(t, err, "ResourceNotFoundException")
	out, err := e.DescribeResourcePolicies(e.ctx(), &api.DescribeResourcePoliciesInput{Limit: new(int32(7))})
	must(t, err)
	rest, err := e.DescribeResourcePolicies(e.ctx(), &api.DescribeResourcePoliciesInput{NextToken: out.NextToken})
	must(t, err)
	want(t, []any{len(out.ResourcePolicies), len(rest.ResourcePolicies), rest.NextToken == nil, *rest.ResourcePolicies[2].PolicyName}, "[7 3 true p9]")
	own, err := e.DescribeResourcePolicies(e.ctx(), &api.DescribeResourcePoliciesInput{PolicyScope: new("RESOURCE")})
	must(t, err)
	want(t, []any{len(own.ResourcePolicies), *own.ResourcePolicies[0].ResourceArn, *own.ResourcePolicies[0].RevisionId}, []any{1, group, second})
	_, err = e.DeleteResourcePolicy(e.ctx(), &api.DeleteResourcePolicyInput{PolicyName: new("p3")})
	must(t, err)
	_, err = e.DeleteResourcePolicy(e.ctx(), &api.DeleteResourcePolicyInput{PolicyName: new("p3")})
	wantCode(t, err, "ResourceNotFoundException")
}

func str(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
