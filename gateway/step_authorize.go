package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// authorize asks, for every action and resource the call needs, whether the caller may.
func (g *Gateway) authorize(ctx context.Context, c *Exchange, next Next) error {
	needs, err := g.needsOf(ctx, c)
	if err != nil {
		return err
	}
	c.needs = needs
	set := &policy.Set{}
	p := &c.call.Principal
	if p.Kind != call.AWSService && p.Kind != call.Anonymous {
		set, err = g.identity.Policies(ctx, p)
		if errors.Is(err, call.ErrUnknownKey) { // user or role were deleted while their credentials live on
			return g.wordSignature(c, nil, err)
		}
		if err != nil {
			return err
		}
		g.note(ctx, c)
	}
	if err := g.govern(ctx, c, set); err != nil {
		return err
	}
	for _, need := range needs { // none for STS GetCallerIdentity: AWS asks no permission for it
		if err := g.permit(ctx, c, set, need); err != nil {
			return err
		}
	}
	return next(rt.WithPermit(ctx, func(ctx context.Context, need rt.Need) error {
		c.needs = append(c.needs, need)
		return g.permit(ctx, c, set, need)
	}))
}

// note has it noted who was seen with what. That it cannot be is no reason to keep anyone from anything.
func (g *Gateway) note(ctx context.Context, c *Exchange) {
	action := ""
	if !c.op.Data {
		if action = c.op.Name; len(c.op.Actions) > 0 {
			action = c.op.Actions[0]
		}
	}
	if err := g.identity.Seen(ctx, action); err != nil && !errors.Is(err, store.ErrDiskFull) {
		g.log.Error("use of credentials not noted", "request", c.requestID, "operation", c.name(), "error", err)
	}
}

// permit decides a need on all its resources.
func (g *Gateway) permit(ctx context.Context, c *Exchange, set *policy.Set, need rt.Need) error {
	for _, resource := range need.Resources {
		d, err := g.judge(ctx, c, *set, need, resource)
		if err != nil {
			return err
		}
		if d != nil {
			return g.refused(c, d)
		}
	}
	return nil
}

// judge decides one action on one resource; nil means that it is allowed. set is a copy: the resource's own policy
// joins it here.
func (g *Gateway) judge(ctx context.Context, c *Exchange, set policy.Set, need rt.Need, resource string) (*denial, error) {
	r := &policy.Request{Action: need.Action, Resource: resource, Principal: &c.call.Principal}
	if need.Federated != "" {
		vouched := c.call.Principal
		vouched.Federated = need.Federated
		r.Principal = &vouched
	}
	parsed, err := arn.Parse(resource)
	owner := g.tables[parsed.Service]
	if err == nil && owner != nil {
		if err := g.askOwner(ctx, owner, parsed, r, &set); err != nil {
			return nil, err
		}
		c.owned(resource, r.Owner)
	}
	if need.Owner != "" {
		r.Owner = need.Owner
	}
	if err := g.reachable(ctx, c, r); err != nil {
		return nil, err
	}
	if err := g.guard(ctx, c, r, &set); err != nil {
		return nil, err
	}
	keys := &asked{g: g, ctx: ctx, c: c, need: need, r: r}
	r.Keys = keys.key
	v := policy.Evaluate(&set, r)
	if keys.err != nil {
		return nil, keys.err
	}
	if v.Allowed {
		return nil, nil
	}
	return &denial{set: &set, request: r, verdict: v}, nil
}

// owned notes that a resource is another account's than the one that is asked: it stands in that account's trail too.
func (c *Exchange) owned(resource, account string) {
	if account == "" || account == c.call.Account {
		return
	}
	if c.owners == nil {
		c.owners = map[string]string{}
	}
	c.owners[resource] = account
}

// askOwner learns from the service that owns the resource whose it is and what its own policy says.
func (g *Gateway) askOwner(ctx context.Context, t *rt.Table, a arn.ARN, r *policy.Request, set *policy.Set) error {
	r.Owner = a.Account
	if a.Account == "aws" { // AWS's own managed policies belong to everyone
		r.Owner = ""
	}
	if o, ok := t.Service.(Owners); ok && a.Account == "" {
		account, err := o.Owner(ctx, r.Resource)
		if err != nil {
			return err
		}
		r.Owner = account
	}
	p, ok := t.Service.(ResourcePolicies)
	if !ok {
		return nil
	}
	d, err := p.ResourcePolicy(ctx, r.Resource)
	if err != nil {
		return err
	}
	set.Resource = d
	r.ResourceMust = d != nil && d.Kind == policy.Trust && isAssume(r.Action)
	if !isAssume(r.Action) && d != nil && d.Kind == policy.Trust {
		set.Resource = nil // a trust policy has a say in who may take the role on, in nothing else
	}
	if r.Principal.Kind == call.Root && r.Principal.Account == r.Owner && isRecovery(r.Action) {
		set.Resource = nil
	}
	return nil
}

// isRecovery tells what a bucket's policy cannot deny to the root of the bucket's account, lest nobody ever could
// change it again.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
func isRecovery(action string) bool {
	return action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy"
}

func isAssume(action string) bool {
	switch action {
	case "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity":
		return true
	}
	return false
}

// refusal is AWS's error for a call without permission, in the words of the protocol's family.
func refusal(c *Exchange, sentence string) error {
	switch c.protocol {
	case rt.RestXML:
		if c.call.Principal.Kind == call.Anonymous {
			return awserr.New(http.StatusForbidden, "AccessDenied", "Access Denied")
		}
		return awserr.New(http.StatusForbidden, "AccessDenied", "%s", sentence)
	case rt.EC2:
		return awserr.New(http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. %s", sentence)
	case rt.Query:
		return awserr.New(http.StatusForbidden, "AccessDenied", "%s", sentence)
	case rt.RestJSON:
		return awserr.New(http.StatusForbidden, "AccessDeniedException", "%s", sentence)
	}
	return awserr.New(http.StatusBadRequest, "AccessDeniedException", "%s", sentence)
}

// needsOf asks the service, then the facts. A call whose needs nobody can tell is refused.
func (g *Gateway) needsOf(ctx context.Context, c *Exchange) ([]rt.Need, error) {
	if a, ok := c.table.Service.(rt.Authorizer); ok {
		if needs, known := a.Needs(ctx, c.op.Name, c.in); known {
			return needs, nil
		}
	}
	needs, ok := bind(c.table.Model, c.op, c.in, c.call.Scope)
	if !ok {
		return nil, refusal(c, fmt.Sprintf("User: %s is not authorized to perform: %s because its resources are not bound", c.call.Principal.ARN, c.name()))
	}
	return needs, nil
}
