package sts

import (
	"context"

	"unyo/base/call"
)

// present reports whether the caller shows an MFA code with this request. It is asked while the call is judged; wrong codes are refused by
// takeMFA.
func (s *Service) present(ctx context.Context, serial, code *string) bool {
	if serial == nil || code == nil {
		return false
	}
	ok, err := s.directory.CheckMFA(ctx, &call.From(ctx).Principal, *serial, *code)
	return ok && err == nil
}

// takeMFA takes the code that came with a request; without any there is nothing to take.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
func (s *Service) takeMFA(ctx context.Context, serial, code *string) (taken bool, err error) {
	if serial == nil && code == nil {
		return false, nil
	}
	if serial != nil && code != nil {
		if taken, err = s.directory.TakeMFA(ctx, &call.From(ctx).Principal, *serial, *code); taken || err != nil {
			return taken, err
		}
	}
	return false, denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}
