package sts

import (
	"context"
	"errors"
	"net/http"
	"time"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/engine/policy"
)

// Session durations in seconds.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const (
	defaultDuration = 3600
	chainedDuration = 3600 // the most for a session opened by another role's session
	maxSessionTags  = 50
	maxPolicyText   = 2048
)

// AssumeRole opens a session of a role. That the trust policy lets the caller in has been decided by the
// time this runs; here it is made.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (s *Service) AssumeRole(ctx context.Context, in *api.AssumeRoleInput) (*api.AssumeRoleOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	c := call.From(ctx)
	if c.Principal.Kind == call.Root {
		return nil, denied("Roles may not be assumed by root accounts.")
	}
	role, ok, err := s.directory.Role(ctx, *in.RoleArn)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, denied("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.Principal.ARN, *in.RoleArn)
	}
	seconds, err := duration(in.DurationSeconds, role.MaxSession, c.Principal.Kind == call.AssumedRole)
	if err != nil {
		return nil, err
	}
	policies, err := s.sessionPolicies(ctx, role.Account, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, awserr.New(http.StatusNotImplemented, "NotImplemented", "ProvidedContexts is not supported by this estate.")
	}
	identity, err := sourceIdentity(&c.Principal, in.SourceIdentity)
	if err != nil {
		return nil, err
	}
	tags, transitive, err := sessionTags(&c.Principal, role.Tags, in)
	if err != nil {
		return nil, err
	}
	// That a code was shown counts for the trust policy; the session itself does not tell of it.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
	if _, err := s.takeMFA(ctx, in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	now := s.k.Clock.Now()
	p := call.Principal{
		Kind: call.AssumedRole, Account: role.Account, Name: role.Name, RoleARN: role.ARN, SessionName: *in.RoleSessionName,
		ARN: "arn:" + s.k.Partition + ":sts::" + role.Account + ":assumed-role/" + role.Name + "/" + *in.RoleSessionName,
		ID:  role.ID + ":" + *in.RoleSessionName, IssuedAt: now, ExpiresAt: now.Add(time.Duration(seconds) * time.Second),
		SessionPolicies: policies, Tags: tags, Transitive: transitive, SourceIdentity: identity,
	}
	if c.Principal.Kind == call.AWSService {
		p.Service = c.Principal.Service
	}
	return &api.AssumeRoleOutput{
		Credentials:      s.issue(ctx, p),
		AssumedRoleUser:  &api.AssumedRoleUser{Arn: new(p.ARN), AssumedRoleId: new(p.ID)},
		PackedPolicySize: packedSize(in),
		SourceIdentity:   optional(identity),
	}, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return new(s)
}

// issue seals a session into credentials.
func (s *Service) issue(ctx context.Context, p call.Principal) *api.Credentials {
	id := credential.KeyID("ASIA", p.Account, s.k.Entropy.Bytes(ctx, 16))
	secret, token := s.seal.Session(id, p)
	return &api.Credentials{AccessKeyId: new(id), SecretAccessKey: new(secret), SessionToken: new(token), Expiration: new(p.ExpiresAt)}
}

func duration(asked *int32, roleMax int32, chained bool) (int32, error) {
	if asked == nil {
		return defaultDuration, nil
	}
	if *asked > roleMax {
		return 0, validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if chained && *asked > chainedDuration {
		return 0, validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return *asked, nil
}

// sessionPolicies checks the documents that narrow the session: inline text, and ARNs of managed policies.
// Those are of the role's account, or AWS's own.
func (s *Service) sessionPolicies(ctx context.Context, account string, inline *string, arns []api.PolicyDescriptorType) ([]string, error) {
	var list []string
	if inline != nil {
		if len(*inline) > maxPolicyText {
			return nil, api.NewPackedPolicyTooLargeException("Packed policy consumes more than 100%% of allotted space, please use smaller policy.")
		}
		_, err := policy.Parse(policy.Session, "session", *inline)
		var m *policy.MalformedError
		if errors.As(err, &m) {
			return nil, api.NewMalformedPolicyDocumentException("%s", m.Reason)
		}
		list = append(list, *inline)
	}
	for _, p := range arns {
		known, err := s.directory.HasPolicy(ctx, account, rt.Val(p.Arn))
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, validation("Policy %s does not exist or is not attachable.", rt.Val(p.Arn))
		}
		list = append(list, rt.Val(p.Arn))
	}
	return list, nil
}

// packedSize is how much of the room for policies and tags is used, in percent.
func packedSize(in *api.AssumeRoleInput) *int32 {
	if in.Policy == nil && len(in.PolicyArns) == 0 && len(in.Tags) == 0 {
		return nil
	}
	n := len(rt.Val(in.Policy))
	for _, t := range in.Tags {
		n += len(*t.Key) + len(*t.Value)
	}
	return new(int32(min(100, n*100/maxPolicyText)))
}
