package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/journal"
)

// alone is an estate without organisations.
type alone struct{}

func (alone) Membership(context.Context, string) (*policy.Membership, error) {
	return &policy.Membership{}, nil
}

// govern lets the organisation of the caller's account have its say, and refuses accounts that are closed.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
func (g *Gateway) govern(ctx context.Context, c *Exchange, set *policy.Set) (err error) {
	p := &c.call.Principal
	if p.Kind == call.AWSService {
		return g.stillServed(ctx, c)
	}
	if p.Kind == call.Anonymous {
		return nil
	}
	if c.member, err = g.orgs.Membership(ctx, p.Account); err != nil {
		return err
	}
	if c.member.Closed {
		return suspended(c)
	}
	set.SCPs = c.member.SCPs
	return nil
}

// stillServed refuses what services would do for an account that is closed: what is in it is not available to anyone, them included.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
func (g *Gateway) stillServed(ctx context.Context, c *Exchange) error {
	if c.call.SourceAccount == "" {
		return nil
	}
	m, err := g.orgs.Membership(ctx, c.call.SourceAccount)
	if err == nil && m.Closed {
		err = suspended(c)
	}
	return err
}

// reachable refuses what lies in an account that is closed, whoever asks and whatever its own policy says; nor is a role of it taken on.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
func (g *Gateway) reachable(ctx context.Context, c *Exchange, r *policy.Request) error {
	m, err := g.ownersPlace(ctx, c, r)
	if err != nil || !m.Closed {
		return err
	}
	c.denied = &journal.Denial{Action: r.Action, Resource: r.Resource, Kind: "closed account"}
	if c.protocol == rt.RestXML { // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
		return awserr.New(http.StatusForbidden, "AllAccessDisabled", "All access to this Amazon S3 resource has been disabled. Contact AWS Support for further assistance.")
	}
	return refusal(c, fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because the account of the resource is closed", c.call.Principal.ARN, r.Action, r.Resource))
}

// place is where the caller's account stands.
func (c *Exchange) place() *policy.Membership {
	if c.member == nil {
		return &policy.Membership{}
	}
	return c.member
}

// guard lets the organisation of the resource's account have its say.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
func (g *Gateway) guard(ctx context.Context, c *Exchange, r *policy.Request, set *policy.Set) error {
	service, _, _ := strings.Cut(r.Action, ":")
	if r.Resource == "*" || !policy.SupportsRCP(service) {
		return nil
	}
	m, err := g.ownersPlace(ctx, c, r)
	if err == nil {
		set.RCPs = m.RCPs
	}
	return err
}

// ownersPlace tells where the account stands that owns the resource.
func (g *Gateway) ownersPlace(ctx context.Context, c *Exchange, r *policy.Request) (*policy.Membership, error) {
	switch r.Owner {
	case "", c.call.Principal.Account:
		return c.place(), nil
	}
	return g.orgs.Membership(ctx, r.Owner)
}

// suspended is what AWS says to principals of an account that was closed.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
// https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html
func suspended(c *Exchange) error {
	if c.protocol == rt.RestXML {
		return awserr.New(http.StatusForbidden, "AccountProblem", "There is a problem with your AWS account that prevents the operation from completing successfully. Contact AWS Support for further assistance.")
	}
	return awserr.New(http.StatusForbidden, "OptInRequired", "The AWS Access Key Id needs a subscription for the service")
}

// orgKey answers the keys that organisations give.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
func (a *asked) orgKey(name string) ([]string, bool) {
	whose, key, ok := strings.Cut(name, "org")
	m := &policy.Membership{}
	var err error
	switch {
	case !ok:
	case whose == "principal":
		m = a.c.place()
	case whose == "resource" && a.r.Resource != "*":
		m, err = a.g.ownersPlace(a.ctx, a.c, a.r)
	case whose == "source" && a.c.call.Principal.Kind == call.AWSService && a.c.call.SourceAccount != "":
		m, err = a.g.orgs.Membership(a.ctx, a.c.call.SourceAccount)
	}
	if err != nil {
		a.err = err
		return nil, false
	}
	switch key {
	case "id":
		return one(m.Organization)
	case "paths":
		return one(m.Path)
	}
	return nil, false
}
