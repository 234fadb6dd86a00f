package sts

import (
	"context"

	api "unyo/api/sts"
)

// DecodeAuthorizationMessage opens what the gateway sealed into a refusal.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
func (s *Service) DecodeAuthorizationMessage(_ context.Context, in *api.DecodeAuthorizationMessageInput) (*api.DecodeAuthorizationMessageOutput, error) {
	text, err := s.seal.Open("authorization", *in.EncodedMessage)
	if err != nil {
		return nil, api.NewInvalidAuthorizationMessageException("Message is not valid.")
	}
	return &api.DecodeAuthorizationMessageOutput{DecodedMessage: new(string(text))}, nil
}
