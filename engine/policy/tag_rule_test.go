package policy

import "testing"

// TestTagRule: which tags a policy forbids to what.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
func TestTagRule(t *testing.T) {
	r := TagRule{Key: "CostCenter", Values: []string{"100", "2*", "a*z"}, Enforced: []string{"logs:log-group", "s3:*", "kinesis:ALL_SUPPORTED"}}
	for _, c := range []struct {
		kind, key, value string
		forbidden        bool
	}{
		{"logs:log-group", "CostCenter", "100", false}, {"logs:log-group", "CostCenter", "101", true}, {"logs:log-group", "CostCenter", "", true},
		{"logs:log-group", "costcenter", "100", true}, {"logs:log-group", "Other", "x", false}, {"logs:destination", "CostCenter", "x", false},
		{"s3:bucket", "CostCenter", "x", true}, {"s3:bucket", "CostCenter", "200", false}, {"s3:bucket", "CostCenter", "2", false}, {"kinesis:stream", "CostCenter", "x", true},
		{"s3:bucket", "CostCenter", "a-z", false}, {"s3:bucket", "CostCenter", "a", true}, {"", "CostCenter", "x", false},
	} {
		if got := r.Forbids(c.kind, c.key, c.value); got != c.forbidden {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if r := (TagRule{Key: "Team", Enforced: []string{"s3:bucket"}}); r.Forbids("s3:bucket", "Team", "any") || !r.Forbids("s3:bucket", "TEAM", "any") {
		t.Error("a rule without values is about the key alone")
	}
}
