package organizations

import (
	"encoding/json"
	"testing"

	api "unyo/api/organizations"
)

// TestInherit: policies laid over each other, as the examples of AWS's page go.
// https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
func TestInherit(t *testing.T) {
	const assign = `{"tags":{"CostCenter":{"tag_key":{"@@assign":"CostCenter"},"tag_value":{"@@assign":["Dev","Support"]}}}}`
	for name, c := range map[string]struct {
		levels [][]string
		want   string
	}{
		"one":            {[][]string{{assign}}, `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["Dev","Support"]}}}`},
		"append":         {[][]string{{assign}, {}, {`{"tags":{"costcenter":{"tag_value":{"@@append":["Test","Dev"]}}}}`}}, `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["Dev","Support","Test"]}}}`},
		"remove":         {[][]string{{assign}, {`{"tags":{"CostCenter":{"tag_value":{"@@remove":["Dev"]}}}}`}}, `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["Support"]}}}`},
		"overwrite":      {[][]string{{assign}, {`{"tags":{"CostCenter":{"tag_key":{"@@assign":"costcenter"},"tag_value":{"@@assign":["X"]}}}}`}}, `{"tags":{"costcenter":{"tag_key":"costcenter","tag_value":["X"]}}}`},
		"none allowed":   {[][]string{{`{"tags":{"a":{"@@operators_allowed_for_child_policies":["@@none"],"tag_key":{"@@assign":"a"},"tag_value":{"@@assign":["1"]}}}}`}, {`{"tags":{"a":{"tag_value":{"@@assign":["2"]}},"b":{"tag_key":{"@@assign":"b"}}}}`}}, `{"tags":{"a":{"tag_key":"a","tag_value":["1"]},"b":{"tag_key":"b"}}}`},
		"append allowed": {[][]string{{`{"tags":{"a":{"tag_key":{"@@assign":"a"},"tag_value":{"@@operators_allowed_for_child_policies":["@@append"],"@@assign":["1"]}}}}`}, {`{"tags":{"a":{"tag_value":{"@@append":["2"]}}}}`}, {`{"tags":{"a":{"tag_value":{"@@remove":["1"]}}}}`}}, `{"tags":{"a":{"tag_key":"a","tag_value":["1","2"]}}}`},
		"not given back": {[][]string{{`{"tags":{"a":{"@@operators_allowed_for_child_policies":["@@none"],"tag_value":{"@@assign":["1"]}}}}`}, {`{"tags":{"a":{"@@operators_allowed_for_child_policies":["@@all"]}}}`}, {`{"tags":{"a":{"tag_value":{"@@assign":["3"]}}}}`}}, `{"tags":{"a":{"tag_value":["1"]}}}`},
		"same level":     {[][]string{{assign, `{"tags":{"Team":{"tag_key":{"@@assign":"Team"}}}}`}}, `{"tags":{"costcenter":{"tag_key":"CostCenter","tag_value":["Dev","Support"]},"team":{"tag_key":"Team"}}}`},
		"nothing":        {[][]string{{}, {}}, `null`},
	} {
		var levels [][]map[string]any
		for _, level := range c.levels {
			var policies []map[string]any
			for _, text := range level {
				p, err := readTagPolicy(text)
				if err != nil {
					t.Fatalf("%s: %s", name, text)
				}
				policies = append(policies, p)
			}
			levels = append(levels, policies)
		}
		if got, _ := json.Marshal(inherit(levels).plain()); string(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	for _, broken := range []string{``, `[]`, `{}`, `{"x":{}}`, `{"tags":[]}`, `{"tags":{"a":1}}`, `{"tags":{"a":{"tag_key":"a"}}}`, `{"tags":{"a":{"tag_key":{"@@append":"a"}}}}`, `{"tags":{"a":{"tag_value":{"@@assign":"a"}}}}`, `{"tags":{"a":{"other":{"@@assign":"a"}}}}`, `{"tags":{"a":{"@@operators_allowed_for_child_policies":["@@some"]}}}`} {
		if _, err := readTagPolicy(broken); err == nil {
			t.Errorf("taken: %s", broken)
		}
	}
}

// TestEffectivePolicy: what stands above an account and at it, worked out anew for whoever asks.
func TestEffectivePolicy(t *testing.T) {
	f := setUp(t)
	root := f.organize()
	a := f.account("a")
	effective := func() (string, error) {
		out, err := f.s.DescribeEffectivePolicy(f.as(a, "DescribeEffectivePolicy"), &api.DescribeEffectivePolicyInput{PolicyType: new("TAG_POLICY")})
		if err != nil {
			return "", err
		}
		return *out.EffectivePolicy.PolicyContent, nil
	}
	_, err := effective()
	refused(t, err, "PolicyTypeNotEnabledException")
	do(f, f.s.EnablePolicyType, "EnablePolicyType", &api.EnablePolicyTypeInput{RootId: &root, PolicyType: new("TAG_POLICY")})
	_, err = effective()
	refused(t, err, "EffectivePolicyNotFoundException")
	f.attach(f.policy("TAG_POLICY", "root", `{"tags":{"Team":{"tag_key":{"@@assign":"Team"},"tag_value":{"@@assign":["red"]}}}}`), root)
	f.attach(f.policy("TAG_POLICY", "own", `{"tags":{"Team":{"tag_value":{"@@append":["blue"]}}}}`), a)
	if got, err := effective(); err != nil || got != `{"tags":{"team":{"tag_key":"Team","tag_value":["red","blue"]}}}` {
		t.Errorf("%s, %v", got, err)
	}
	_, err = f.s.DescribeEffectivePolicy(f.as(a, "DescribeEffectivePolicy"), &api.DescribeEffectivePolicyInput{PolicyType: new("TAG_POLICY"), TargetId: new(management)})
	refused(t, err, "AccessDeniedException")
}
