package ec2

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	ec2api "unyo/api/ec2"
	"unyo/test/wire/sdk"
)

// TestClient lets the EC2 client call every operation. The first build takes a minute: hence its own package.
func TestClient(t *testing.T) {
	s := sdk.Service{Model: ec2api.Model, New: ec2.New, Requests: true}
	passed, all := s.Run(t)
	fmt.Printf("client    %-14s %4d of %4d; the client lacks %v\n", s.Model.Service, passed, all, s.Needs())
	understood, errs := s.RunErrors(t)
	fmt.Printf("errors    %-14s %4d of %4d\n", s.Model.Service, understood, errs)
	if passed < 811 {
		t.Errorf("%d operations passed, the floor is 811", passed)
	}
}
