package firehose

import (
	"context"

	stsapi "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
)

// Who Firehose is when it takes on a role, and what it calls the session.
const (
	principal   = "firehose.amazonaws.com"
	sessionName = "FirehoseDelivery"
)

// checkRoles refuses roles that a stream could not act in: who makes it learns that at once, not by records that are never delivered.
// https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
func (s *Service) checkRoles(ctx context.Context, stream string, roles []*string) error {
	c := call.From(ctx)
	asked := map[string]bool{}
	for _, role := range roles {
		if role == nil || asked[*role] {
			continue
		}
		asked[*role] = true
		_, err := s.peers.STS.AssumeRole(call.AsService(ctx, principal, s.arn(c, stream), c.Account), &stsapi.AssumeRoleInput{RoleArn: role, RoleSessionName: new(sessionName)})
		if code := awserr.Code(err); code != "" && code != "InternalFailure" {
			return invalid("Firehose is unable to assume role %s. Please check the role provided.", *role)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// as acts in a session of a role, for the stream.
func (s *Service) as(ctx context.Context, row *stream, role string) context.Context {
	c := call.From(ctx)
	return call.As(ctx, call.Role{ARN: role, SessionName: sessionName, Service: principal, SourceARN: s.arn(c, row.Name), SourceAccount: c.Account})
}
