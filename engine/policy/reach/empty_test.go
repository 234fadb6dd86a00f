package reach

import (
	"testing"

	"unyo/base/call"
	"unyo/engine/policy"
)

func documentOf(t *testing.T, statements string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(policy.Resource, "p", `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A key may be there and say nothing, or say many things: what the evaluator allows then is told, and no proof forgets it.
func TestEmptyAndManyValues(t *testing.T) {
	const anyone = `{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":`
	for _, c := range []struct {
		conditions string
		key        string
		values     []string
	}{
		{`{"StringLike":{"s3:prefix":"*"},"Null":{"s3:prefix":"true"}}`, "s3:prefix", []string{""}},
		{`{"StringLike":{"s3:prefix":["a","${s3:delimiter}"]},"Null":{"s3:prefix":"true"}}`, "s3:prefix", []string{""}},
		{`{"StringEquals":{"aws:TagKeys":"x"},"StringLike":{"aws:TagKeys":"y*"}}`, "aws:tagkeys", []string{"x", "y1"}},
		{`{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-x/"},"StringLike":{"aws:PrincipalOrgPaths":"o-y/"}}`, "aws:principalorgpaths", []string{"o-x/", "o-y/"}},
	} {
		d := documentOf(t, anyone+c.conditions+"}")
		r := &policy.Request{Action: "s3:ListBucket", Resource: "arn:aws:s3:::b", Principal: &call.Principal{Kind: call.Anonymous}, Owner: here, Keys: func(key string) ([]string, bool) {
			if key == "s3:delimiter" {
				return []string{""}, true
			}
			return c.values, key == c.key
		}}
		if !policy.Evaluate(&policy.Set{Resource: d}, r).Allowed {
			t.Errorf("%s does not allow %q", c.conditions, c.values)
		}
		if len(External(d, "s3", Zone{Accounts: []string{here}})) == 0 {
			t.Errorf("%s: nothing is told", c.conditions)
		}
		if len(Granted(d, nil, nil)) == 0 {
			t.Errorf("%s: said to grant nothing", c.conditions)
		}
	}
	there := documentOf(t, anyone+`{"Null":{"s3:prefix":"false"}}}`)
	for _, like := range []string{`"*"`, `["x","**"]`, `""`, `"${s3:delimiter}"`} {
		if d := documentOf(t, anyone+`{"StringLike":{"s3:prefix":`+like+`}}}`); len(NewAccess(d, there)) == 0 {
			t.Errorf("%s is said to demand a prefix", like)
		}
	}
	if d := documentOf(t, anyone+`{"StringLike":{"s3:prefix":["x*","?"]}}}`); len(NewAccess(d, there)) != 0 {
		t.Error("a prefix that must say something is there")
	}
	one := documentOf(t, anyone+`{"StringLike":{"s3:prefix":"${aws:username, 'A'}"}}}`)
	if d := documentOf(t, anyone+`{"StringLike":{"s3:prefix":"${aws:username, 'a'}"}}}`); len(NewAccess(d, one)) == 0 {
		t.Error("defaults of another case are said to be the same")
	}
}
