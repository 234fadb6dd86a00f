package sts

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
)

// entrance is what an identity provider vouches for: somebody who asks to take on a role without having signed.
type entrance struct {
	action   string // sts:AssumeRoleWithWebIdentity or sts:AssumeRoleWithSAML
	provider string // its ARN
	session  string // RoleSessionName
	keys     map[string][]string
	tags     []api.Tag
	passOn   []string // keys of tags that go on
	identity string   // source identity
	until    time.Time
}

// enter lets somebody in whom a role's trust policy lets in, in the provider's word, and returns their session.
func (s *Service) enter(ctx context.Context, e *entrance, roleARN string, seconds *int32, policy *string, arns []api.PolicyDescriptorType) (p call.Principal, err error) {
	refused := denied("Not authorized to perform %s", e.action)
	role, ok, err := s.directory.Role(ctx, roleARN)
	if err != nil {
		return p, err
	}
	if !ok {
		return p, refused
	}
	for _, need := range e.needs(roleARN) {
		if err := rt.Permit(ctx, need); awserr.Code(err) == "AccessDenied" {
			return p, refused
		} else if err != nil {
			return p, err
		}
	}
	length, err := duration(seconds, role.MaxSession, false)
	if err != nil {
		return p, err
	}
	policies, err := s.sessionPolicies(ctx, role.Account, policy, arns)
	if err != nil {
		return p, err
	}
	tags, transitive, err := sessionTags(&call.Principal{}, role.Tags, &api.AssumeRoleInput{Tags: e.tags, TransitiveTagKeys: e.passOn})
	if err != nil {
		return p, err
	}
	now := s.k.Clock.Now()
	p = call.Principal{
		Kind: call.AssumedRole, Account: role.Account, Name: role.Name, RoleARN: role.ARN, SessionName: e.session,
		ARN: "arn:" + s.k.Partition + ":sts::" + role.Account + ":assumed-role/" + role.Name + "/" + e.session,
		ID:  role.ID + ":" + e.session, IssuedAt: now, ExpiresAt: now.Add(time.Duration(length) * time.Second),
		SessionPolicies: policies, Tags: tags, Transitive: transitive, SourceIdentity: e.identity, Federated: e.provider, Vouched: e.keys,
	}
	if !e.until.IsZero() && e.until.Before(p.ExpiresAt) {
		p.ExpiresAt = e.until
	}
	return p, nil
}

// needs are the permissions that the role's trust policy must give.
func (e *entrance) needs(roleARN string) []rt.Need {
	keys := maps.Clone(e.keys)
	keys["sts:rolesessionname"] = []string{e.session}
	keys["aws:federatedprovider"] = []string{e.provider}
	if e.identity != "" {
		keys["sts:sourceidentity"] = []string{e.identity}
	}
	for _, t := range e.tags {
		keys["aws:requesttag/"+strings.ToLower(*t.Key)] = []string{*t.Value}
		keys["aws:tagkeys"] = append(keys["aws:tagkeys"], *t.Key)
	}
	if len(e.passOn) > 0 {
		keys["sts:transitivetagkeys"] = e.passOn
	}
	need := func(action string) rt.Need {
		return rt.Need{Action: action, Resources: []string{roleARN}, Keys: keys, Federated: e.provider}
	}
	needs := []rt.Need{need(e.action)}
	if len(e.tags) > 0 {
		needs = append(needs, need("sts:TagSession"))
	}
	if e.identity != "" {
		needs = append(needs, need("sts:SetSourceIdentity"))
	}
	return needs
}

// vouch adds a condition key unless it has no value.
func (e *entrance) vouch(key string, values ...string) {
	if values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" }); len(values) > 0 {
		e.keys[strings.ToLower(key)] = values
	}
}

// packed is how much of the room for policies and tags is used, in percent.
func (e *entrance) packed(policy *string, arns []api.PolicyDescriptorType) *int32 {
	return packedSize(&api.AssumeRoleInput{Policy: policy, PolicyArns: arns, Tags: e.tags})
}
