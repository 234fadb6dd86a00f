package iam

import (
	"fmt"
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestTrustSize: white space is not counted, all else is.
func TestTrustSize(t *testing.T) {
	f := setUp(t)
	const trust = `{"Version":"2012-10-17","Statement":{"Sid":"%s","Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`
	room := maxTrust - len(fmt.Sprintf(trust, ""))
	for n, want := range map[int]string{room: "", room + 1: "LimitExceeded"} {
		text := fmt.Sprintf(trust, strings.Repeat("a", n)) + strings.Repeat(" ", 1000)
		_, err := f.s.CreateRole(f.ctx, &api.CreateRoleInput{RoleName: new(fmt.Sprint("r", n)), AssumeRolePolicyDocument: &text})
		if awserr.Code(err) != want {
			t.Errorf("%d characters more: %v", n-room, err)
		}
	}
}
