package iam

import (
	"context"
	"slices"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// SimulatePrincipalPolicy decides on the policies of a user, with those of the user's groups, of a group or of a role,
// and on others added to them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func (s *Service) SimulatePrincipalPolicy(ctx context.Context, in *api.SimulatePrincipalPolicyInput) (*api.SimulatePrincipalPolicyOutput, error) {
	b, err := s.bearer(ctx, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	if in.ResourcePolicy != nil && in.CallerArn == nil && b.entity.kind != "user" {
		return nil, api.NewInvalidInputException("CallerArn is required when ResourcePolicy is specified and PolicySourceArn is not the ARN of an IAM user.")
	}
	m := simulation{caller: b.principal}
	if s.orgs != nil {
		member, err := s.orgs.Membership(ctx, b.principal.Account)
		if err != nil {
			return nil, err
		}
		m.set.SCPs = member.SCPs
	}
	sources, boundary := b.without(in.PolicyExclusionList)
	sources = append(sources, given("PolicyInputList", in.PolicyInputList)...)
	if m.set.Identity, err = m.parse(policy.Identity, sources); err != nil {
		return nil, err
	}
	if in.PermissionsBoundaryPolicyInputList != nil { // in the place of the principal's own
		boundary = given("PermissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList)
	}
	if err := m.boundaries(boundary); err != nil {
		return nil, err
	}
	err = m.ask(question{in.ActionNames, in.ResourceArns, in.ContextEntries, in.CallerArn, in.ResourceOwner, in.ResourcePolicy, in.ResourceHandlingOption})
	if err != nil {
		return nil, err
	}
	out := &api.SimulatePrincipalPolicyOutput{}
	out.EvaluationResults, out.Marker, err = m.results("simulate"+*in.PolicySourceArn, in.Marker, in.MaxItems)
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// bearer is a user, group or role with all that is attached to it.
type bearer struct {
	entity    entity
	principal call.Principal
	identity  []held
	boundary  []held
}

// held is a policy that somebody bears; arn is "" for inline ones.
type held struct {
	source
	holder entity
	name   string
	arn    string
}

// bearer finds who an ARN names.
func (s *Service) bearer(ctx context.Context, a string) (b bearer, err error) {
	p, err := arn.Parse(a)
	kind, name := cutName(p.Resource)
	if err != nil || p.Service != "iam" || p.Account != call.From(ctx).Account || kind != "user" && kind != "group" && kind != "role" {
		return b, api.NewInvalidInputException("Invalid Entity Arn: %s does not clearly define entity type and name.", a)
	}
	b.entity = entity{kind, name}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(p.Account))
		b.identity, b.boundary = nil, nil
		boundary, err := s.describe(tx, &b, p.Account)
		if err != nil {
			return err
		}
		b.identity = s.held(tx, b.entity)
		if kind == "user" {
			for key := range s.belongs.Prefix(tx, fold(name)+sep, "") {
				b.identity = append(b.identity, s.held(tx, entity{"group", tail(key)})...)
			}
		}
		if boundary != "" {
			b.boundary = []held{s.managedHeld(tx, b.entity, boundary)}
		}
		return nil
	})
	return b, err
}

// describe fills in the principal and returns its boundary.
func (s *Service) describe(tx *store.Tx, b *bearer, account string) (boundary string, err error) {
	if err := s.mustExist(tx, b.entity); err != nil {
		return "", err
	}
	b.principal = call.Principal{Kind: call.IAMUser, Account: account}
	switch b.entity.kind {
	case "user":
		u, _ := s.users.Get(tx, fold(b.entity.name))
		b.entity.name, b.principal, boundary = u.Name, s.userPrincipal(tx, account, &u), u.Boundary
	case "role":
		r, _ := s.roles.Get(tx, fold(b.entity.name))
		b.entity.name, boundary = r.Name, r.Boundary
		b.principal = call.Principal{Kind: call.AssumedRole, Account: account, Name: r.Name, RoleARN: s.arn(account, "role", r.Path, r.Name), ID: r.ID}
		b.principal.ARN = b.principal.RoleARN
	}
	return boundary, nil
}

func (s *Service) held(tx *store.Tx, e entity) (list []held) {
	for key := range s.attached.Prefix(tx, e.under(""), "") {
		list = append(list, s.managedHeld(tx, e, tail(key)))
	}
	for key, in := range s.inline.Prefix(tx, e.under(""), "") {
		name := tail(key)
		list = append(list, held{source{e.kind + "_" + e.name + "_" + name, e.kind, in.Document}, e, name, ""})
	}
	return list
}

func (s *Service) managedHeld(tx *store.Tx, e entity, a string) held {
	kind := api.PolicySourceTypeUserManaged
	if _, ok := awsManaged(a); ok {
		kind = api.PolicySourceTypeAwsManaged
	}
	text, ok := s.documentOf(tx, a)
	if !ok {
		text = nothing
	}
	p, _ := s.managedOf(tx, a)
	return held{source{p.Name, kind, text}, e, p.Name, a}
}

// without leaves out the policies that the request excludes.
func (b *bearer) without(excluded []api.PolicyIdentifier) (identity, boundary []source) {
	keep := func(h held, kind string) bool {
		return !slices.ContainsFunc(excluded, func(x api.PolicyIdentifier) bool { return h.is(x, kind) })
	}
	for _, h := range b.identity {
		if keep(h, "") {
			identity = append(identity, h.source)
		}
	}
	for _, h := range b.boundary {
		if keep(h, api.PolicyIdentifierPolicyTypePermissionBoundary) {
			boundary = append(boundary, h.source)
		}
	}
	return identity, boundary
}

// is reports whether an identifier speaks of the policy: by name, by ARN, or by its type.
func (h held) is(x api.PolicyIdentifier, kind string) bool {
	if kind == "" {
		switch h.kind {
		case api.PolicySourceTypeAwsManaged, api.PolicySourceTypeUserManaged:
			kind = h.kind
		default:
			kind = api.PolicyIdentifierPolicyTypeInline
		}
	}
	switch {
	case x.PolicyArn != nil:
		return *x.PolicyArn == h.arn
	case x.PolicyType != nil:
		return *x.PolicyType == kind
	case x.InlinePolicyIdentifier != nil:
		i := x.InlinePolicyIdentifier
		return h.arn == "" && rt.Val(i.PolicyName) == h.name && entity{rt.Val(i.AttachmentType), rt.Val(i.AttachmentName)}.key() == h.holder.key()
	}
	return false
}
