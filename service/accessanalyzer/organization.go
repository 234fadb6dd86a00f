package accessanalyzer

import (
	"context"
	"maps"
	"slices"
	"strings"

	api "unyo/api/accessanalyzer"
	iamapi "unyo/api/iam"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/engine/policy/reach"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// This file is what an analyzer of an organisation has over one of an account: it looks into every account, and who is in the organisation is inside.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-external.html

// Organizations tells who is in which organisation.
type Organizations interface {
	Membership(ctx context.Context, account string) (*policy.Membership, error)
	// Trusts tells whether the account's organisation trusts a service, and whether the account administers it for all.
	Trusts(ctx context.Context, account, principal string) (trusted, administers bool, err error)
	// Entity tells which accounts there are at a path of the account's organisation.
	Entity(ctx context.Context, account, path string) (*policy.Membership, map[string]string, error)
}

// Under names who knows the organisations; without it there are none.
func (s *Service) Under(o Organizations) *Service {
	s.orgs = o
	return s
}

// wide reports that an analyzer of the type looks into every account of an organisation.
func wide(kind string) bool {
	return kind == api.TypeOrganization || kind == api.TypeOrganizationUnusedAccess
}

func ofUnused(kind string) bool {
	return kind == api.TypeAccountUnusedAccess || kind == api.TypeOrganizationUnusedAccess
}

// administered is the organisation for which the caller's account may make analyzers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-delegated-administrator.html
func (s *Service) administered(ctx context.Context) (string, error) {
	if s.orgs == nil {
		return "", unsupported("an analyzer of an organization")
	}
	account := call.ScopeOf(ctx).Account
	m, err := s.orgs.Membership(ctx, account)
	if err != nil {
		return "", err
	}
	trusted, administers, err := s.orgs.Trusts(ctx, account, principal)
	if err == nil && (m.Organization == "" || !administers || !trusted && account != m.Management) {
		err = invalid("The account %s is neither the management account of an organization nor its delegated administrator for IAM Access Analyzer.", account)
	}
	return m.Organization, err
}

// zoneOf is who is inside for an analyzer: its account, or all accounts of the organisation, in the order of their numbers.
func (s *Service) zoneOf(ctx context.Context, x *analyzer) (z reach.Zone, err error) {
	account := call.ScopeOf(ctx).Account
	z.Accounts = []string{account}
	if !wide(x.Type) {
		return z, nil
	}
	m, err := s.orgs.Membership(ctx, account)
	if err != nil || m.Organization != x.Organization { // it has left
		return z, err
	}
	z.Organization = m.Organization
	root := strings.Join(strings.SplitN(m.Path, "/", 3)[:2], "/")
	_, accounts, err := s.orgs.Entity(ctx, account, root)
	if err == nil {
		z.Accounts = slices.Sorted(maps.Keys(accounts))
	}
	return z, err
}

// open are the accounts of a zone that are not suspended.
func (s *Service) open(ctx context.Context, z *reach.Zone) (accounts []string, err error) {
	for _, account := range z.Accounts {
		if z.Organization != "" {
			m, err := s.orgs.Membership(ctx, account)
			if err != nil {
				return nil, err
			}
			if m.Closed {
				continue
			}
		}
		accounts = append(accounts, account)
	}
	return accounts, nil
}

// withRoleIn sees to it that a member has the role: an organisation that trusts the service lets it make it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-using-service-linked-roles.html
func (s *Service) withRoleIn(ctx context.Context, account string) error {
	if _, err := s.peers.IAM.GetRole(s.asRoleIn(ctx, account), &iamapi.GetRoleInput{RoleName: new(linkedRole)}); err == nil {
		return nil
	}
	root := call.With(ctx, call.From(ctx).Stand(call.Scope{Partition: s.k.Partition, Account: account},
		call.Principal{Kind: call.Root, Account: account, ARN: "arn:" + s.k.Partition + ":iam::" + account + ":root", ID: account}))
	_, err := s.peers.IAM.CreateServiceLinkedRole(root, &iamapi.CreateServiceLinkedRoleInput{AWSServiceName: new(principal)})
	return err
}

// rowName is the name of a resource in keys of rows: roles and users of several accounts may be called the same.
func (x *analyzer) rowName(kind, account, name string) string {
	if !wide(x.Type) || kind == api.ResourceTypeAwsS3Bucket {
		return name
	}
	return account + "/" + name
}

// rowOf is nameOf with the name that rows bear.
func (x *analyzer) rowOf(resource string) (kind, name string, ok bool) {
	kind, name, ok = nameOf(resource)
	if a, err := arn.Parse(resource); ok && err == nil {
		name = x.rowName(kind, a.Account, name)
	}
	return kind, name, ok
}

// joins are the calls after which other accounts are inside.
var joins = map[string]bool{"organizations AcceptHandshake": true, "organizations LeaveOrganization": true, "organizations RemoveAccountFromOrganization": true}

// organizationOf is the organisation of an account; "" for none.
func (s *Service) organizationOf(ctx context.Context, account string) (string, error) {
	if s.orgs == nil {
		return "", nil
	}
	m, err := s.orgs.Membership(ctx, account)
	if err != nil {
		return "", err
	}
	return m.Organization, nil
}

// seeOrganization has the analyzers of the account's organisation look at what changed, or at everything where somebody came or went.
func (s *Service) seeOrganization(tx *store.Tx, org string, e journal.Entry) {
	c := e.Call
	all := joins[c.Service+" "+c.Operation]
	for key, p := range s.orgPlaces.From(tx, "") {
		parts, _ := store.Split(key, 4) // organisation, account, region, analyzer
		in := tx.In(call.Scope{Partition: s.k.Partition, Account: parts[1], Region: parts[2]})
		x, ok := s.analyzers.Get(in, parts[3])
		switch {
		case !ok:
		case all:
			s.survey.Soon(in, surveyArg{Analyzer: x.Name})
		case org == parts[0]:
			for _, r := range c.Resources {
				kind, name, ok := nameOf(r.ARN)
				if ok && s.watches(p.Type, kind, parts[2], c.Region) {
					s.rescan(in, scanArg{Analyzer: x.Name, Type: kind, Name: name, Account: c.Account})
				}
			}
		}
	}
}
