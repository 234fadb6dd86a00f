package sts

import (
	"context"
	"strings"
	"time"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/arn"
	"unyo/base/call"
)

// rootTaskDuration is how long a privileged session lasts at most, and by default, in seconds.
const rootTaskDuration = 900

// AssumeRoot opens a session of a member account's root for one task, from the management account or one that administers IAM for all.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
func (s *Service) AssumeRoot(ctx context.Context, in *api.AssumeRootInput) (*api.AssumeRootOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	c := call.From(ctx)
	if c.Principal.Kind == call.Root {
		return nil, denied("Roots may not be assumed by root accounts.")
	}
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	target, err := rootAccount(*in.TargetPrincipal)
	if err != nil {
		return nil, err
	}
	task := rt.Val(in.TaskPolicyArn.Arn)
	_, name, ok := strings.Cut(task, ":iam::aws:policy/root-task/")
	known, err := s.directory.HasPolicy(ctx, target, task)
	if err != nil {
		return nil, err
	}
	if !ok || !known {
		return nil, validation("Policy %s is not a task policy for root users.", task)
	}
	may, err := s.directory.RootTask(ctx, c.Account, target, name)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, denied("User: %s is not authorized to perform: sts:AssumeRoot on resource: %s", c.Principal.ARN, s.rootARN(target))
	}
	seconds := int32(rootTaskDuration)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	now := s.k.Clock.Now()
	p := call.Principal{
		Kind: call.Root, AssumedRoot: true, Account: target, ARN: s.rootARN(target), ID: target, SessionPolicies: []string{task},
		IssuedAt: now, ExpiresAt: now.Add(time.Duration(seconds) * time.Second), SourceIdentity: c.Principal.SourceIdentity,
	}
	return &api.AssumeRootOutput{Credentials: s.issue(ctx, p), SourceIdentity: optional(p.SourceIdentity)}, nil
}

// rootAccount reads the member account, given by its number or as the ARN of its root.
func rootAccount(target string) (string, error) {
	if a, err := arn.Parse(target); err == nil && a.Service == "iam" && a.Resource == "root" {
		target = a.Account
	}
	if len(target) != 12 || strings.Trim(target, "0123456789") != "" {
		return "", validation("TargetPrincipal must be the id of an account or the ARN of its root user.")
	}
	return target, nil
}

func (s *Service) rootARN(account string) string {
	return "arn:" + s.k.Partition + ":iam::" + account + ":root"
}

// rootNeeds: the caller's own policies decide, though the root is another account's; the organisation lets nobody else in.
func (s *Service) rootNeeds(caller string, in *api.AssumeRootInput) []rt.Need {
	target, err := rootAccount(*in.TargetPrincipal)
	if err != nil { // said once the call is made
		return nil
	}
	return []rt.Need{{Action: "sts:AssumeRoot", Resources: []string{s.rootARN(target)}, Owner: caller, Keys: map[string][]string{"sts:taskpolicyarn": {rt.Val(in.TaskPolicyArn.Arn)}}}}
}
