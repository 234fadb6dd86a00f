package world

import (
	"context"
	"errors"

	stsapi "unyo/api/sts"
	"unyo/base/call"
	"unyo/service/iam"
	"unyo/service/sts"
)

// identity is the house's own organ: the gateway and STS ask it who there is. What needs an API call
// (a session of a role for a service) goes through the gateway like any other.
type identity struct {
	*iam.Service
	sts stsapi.Client
}

// Role fulfils sts.Directory.
func (d identity) Role(ctx context.Context, arn string) (sts.Role, bool, error) {
	r, err := d.RoleByARN(ctx, arn)
	if errors.Is(err, iam.ErrNoRole) {
		return sts.Role{}, false, nil
	}
	return sts.Role(r), err == nil, err
}

// Issuer fulfils sts.Directory.
func (d identity) Issuer(ctx context.Context, account, issuer string) (sts.Issuer, bool, error) {
	i, ok, err := d.IssuerOf(ctx, account, issuer)
	return sts.Issuer(i), ok, err
}

// Metadata fulfils sts.Directory.
func (d identity) Metadata(ctx context.Context, provider string) (string, bool, error) {
	return d.MetadataOf(ctx, provider)
}

// Session opens a session of role for the house by an honest sts:AssumeRole as the service principal: the
// trust policy decides, and the journal shows it.
func (d identity) Session(ctx context.Context, role call.Role) (call.Principal, error) {
	ctx = call.AsService(ctx, role.Service, role.SourceARN, role.SourceAccount)
	out, err := d.sts.AssumeRole(ctx, &stsapi.AssumeRoleInput{RoleArn: new(role.ARN), RoleSessionName: new(role.SessionName)})
	if err != nil {
		return call.Principal{}, err
	}
	c, err := d.Credential(ctx, *out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
	return c.Principal, err
}

// Stands fulfils gateway.Identity.
func (d identity) Stands(ctx context.Context, p *call.Principal) (bool, error) {
	r, ok, err := d.Role(ctx, p.RoleARN)
	return ok && p.ID == r.ID+":"+p.SessionName, err
}
