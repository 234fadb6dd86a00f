package iam

import (
	"fmt"
	"testing"

	api "unyo/api/iam"
	"unyo/base/call"
)

// BenchmarkPolicies gathers what governs a user with ten managed policies, as every call does.
func BenchmarkPolicies(b *testing.B) {
	f := setUp(b)
	ann := f.user("ann")
	for i := range maxAttached {
		ctx := f.as(call.From(f.ctx).Principal)
		p, err := f.s.CreatePolicy(ctx, &api.CreatePolicyInput{PolicyName: new(fmt.Sprint("p", i)), PolicyDocument: new(anyone)})
		if err == nil {
			_, err = f.s.AttachUserPolicy(ctx, &api.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: p.Policy.Arn})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if set, err := f.s.Policies(f.ctx, &ann); err != nil || len(set.Identity) != maxAttached+1 {
			b.Fatal(err)
		}
	}
}
