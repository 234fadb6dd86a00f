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
	table := api.Bind(New(nil, Peers{}))
	if bad := table.Misspelt(); len(bad) > 0 {
		t.Errorf("misspelt: %v", bad)
	}
	if stated := table.Names(); len(stated) != 0 {
		t.Errorf("stated operations are %v: pin them here, and test each in a file of its own", stated)
	}
}
