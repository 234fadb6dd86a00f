package accessanalyzer

import (
	"context"

	"unyo/api/rt"
)

// Needs names the permissions of the operations that the facts alone cannot bind.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func (s *Service) Needs(_ context.Context, op string, in any) ([]rt.Need, bool) {
	return nil, false
}
