package clients

import "testing"

// TestOrganizations runs organizations_client.py: every operation of Organizations that has behaviour, and what its policies decide.
func TestOrganizations(t *testing.T) {
	serve(t, "-accounts", "111111111111").holds(t, "python3", "organizations_client.py")
}
