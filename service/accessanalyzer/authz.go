package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
)

// Needs adds to the facts that whoever has activity read hands on the role in which it is read.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
func (s *Service) Needs(_ context.Context, op string, in any) ([]rt.Need, bool) {
	start, ok := in.(*api.StartPolicyGenerationInput)
	if !ok || start.CloudTrailDetails == nil || start.CloudTrailDetails.AccessRole == nil {
		return nil, false // the facts tell
	}
	return []rt.Need{
		{Action: "access-analyzer:" + op, Resources: []string{"*"}},
		{Action: "iam:PassRole", Resources: []string{*start.CloudTrailDetails.AccessRole}, Keys: map[string][]string{"iam:passedtoservice": {principal}}},
	}, true
}
