package accessanalyzer

import (
	"testing"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
)

var _ rt.Authorizer = (*Service)(nil)

// TestBind finds methods that carry an operation's name with another signature, which would silently count as absent,
// and pins which operations have behaviour.
func TestBind(t *testing.T) {
	table := api.Bind(&Service{})
	if bad := table.Misspelt(); len(bad) > 0 {
		t.Errorf("misspelt: %v", bad)
	}
	for _, name := range []string{"ListFindings", "ValidatePolicy", "CreateServiceLinkedAnalyzer"} {
		if _, stated := table.Handler(name); stated == (name == "CreateServiceLinkedAnalyzer") {
			t.Errorf("%s is stated: %v", name, stated)
		}
	}
}
