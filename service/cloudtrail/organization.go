package cloudtrail

import (
	"context"
	"strings"

	api "unyo/api/cloudtrail"
	organizationsapi "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// Standing tells to which organization an account belongs: the gateway's directory does.
type Standing interface {
	Membership(ctx context.Context, account string) (*policy.Membership, error)
	// Administers tells whether an account is a delegated administrator of a service.
	Administers(ctx context.Context, account, service string) (bool, error)
}

// organizationOf is the organization of an account, and its management account; "" where there is none.
func (s *Service) organizationOf(ctx context.Context, account string) (id, management string) {
	if s.standing == nil {
		return "", ""
	}
	m, err := s.standing.Membership(ctx, account)
	if err != nil || m.Closed {
		return "", ""
	}
	return m.Organization, m.Management
}

// checkOrganization refuses a trail of an organization to whom may not make one: others than its management account and delegated administrators.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-an-organizational-trail-prepare.html
func (s *Service) checkOrganization(ctx context.Context) (id, management string, err error) {
	out, err := s.peers.Organizations.DescribeOrganization(ctx, &organizationsapi.DescribeOrganizationInput{})
	switch code := awserr.Code(err); {
	case code == "AWSOrganizationsNotInUseException":
		return "", "", api.NewOrganizationsNotInUseException("Your account is not a member of an organization.")
	case strings.HasPrefix(code, "AccessDenied"):
		return "", "", api.NewInsufficientDependencyServiceAccessPermissionException("The caller lacks permissions for organizations:DescribeOrganization.")
	case err != nil:
		return "", "", err
	case rt.Val(out.Organization.MasterAccountId) != call.From(ctx).Account && !s.administers(ctx, call.From(ctx).Account):
		return "", "", api.NewNotOrganizationMasterAccountException("Only the management account of the organization, or a delegated administrator, can create or change an organization trail.")
	case rt.Val(out.Organization.FeatureSet) != organizationsapi.OrganizationFeatureSetAll:
		return "", "", api.NewOrganizationNotInAllFeaturesModeException("Your organization must have all features enabled.")
	}
	in := &organizationsapi.ListAWSServiceAccessForOrganizationInput{}
	for {
		trusted, err := s.peers.Organizations.ListAWSServiceAccessForOrganization(ctx, in)
		if strings.HasPrefix(awserr.Code(err), "AccessDenied") {
			return "", "", api.NewInsufficientDependencyServiceAccessPermissionException("The caller lacks permissions for organizations:ListAWSServiceAccessForOrganization.")
		}
		if err != nil {
			return "", "", err
		}
		for _, p := range trusted.EnabledServicePrincipals {
			if rt.Val(p.ServicePrincipal) == principal {
				return *out.Organization.Id, *out.Organization.MasterAccountId, nil
			}
		}
		if in.NextToken = trusted.NextToken; in.NextToken == nil {
			return "", "", api.NewCloudTrailAccessNotEnabledException("Trusted access for CloudTrail is not enabled in the organization.")
		}
	}
}

// foreign refuses members of an organization who would change its trail.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
func foreign(ctx context.Context, t *trail) error {
	if t.Owner != "" && t.Owner != call.From(ctx).Account {
		return api.NewNotOrganizationMasterAccountException("Only the management account of the organization can create or change an organization trail.")
	}
	return nil
}

// organizationTrails visits the trails that the caller's organization has in its management account, if that is another.
func (s *Service) organizationTrails(tx *store.Tx, visit func(t trail) bool) {
	c := tx.Call()
	org, management := s.organizationOf(tx.Context(), c.Account)
	if org == "" || management == c.Account {
		return
	}
	for _, t := range s.trails.From(tx.In(call.Scope{Partition: s.k.Partition, Account: management}), "") {
		if t.Org == org && !t.Gone && !visit(t) {
			return
		}
	}
}

// findOrganizations finds the trail of the caller's organization that is meant.
func (s *Service) findOrganizations(tx *store.Tx, name string, is func(*trail) bool) (found trail, err error) {
	err = unknown(name)
	s.organizationTrails(tx, func(t trail) bool {
		if is(&t) {
			found, err = t, nil
		}
		return err != nil
	})
	return found, err
}

// recipients are the accounts in whose stead a trail of owner takes a call: its own, or all of the organization in whose trails the call stands.
func (s *Service) recipients(ctx context.Context, t *trail, owner string, c *journal.Call) (list []string) {
	for _, account := range accounts(c) {
		if t.Org == "" && account == owner {
			return []string{owner}
		}
		if t.Org != "" {
			if org, _ := s.organizationOf(ctx, account); org == t.Org {
				list = append(list, account)
			}
		}
	}
	return list
}

// insightPlace ends the name of a place of insight events, which have files of their own.
const insightPlace = "+Insight"

// placeOf is the place of a call.
func (t *trail) placeOf(c *journal.Call, account, region string) string {
	if c.Category == insightful {
		return t.place(account, region) + insightPlace
	}
	return t.place(account, region)
}

// place names a region of a flight; in the trail of an organization, an account and a region.
func (t *trail) place(account, region string) string {
	if t.Org == "" {
		return region
	}
	return account + "/" + region
}

// at reads a place: owner is whose trail it is.
func (t *trail) at(place, owner string) (account, region string) {
	place = strings.TrimSuffix(place, insightPlace)
	if account, region, ok := strings.Cut(place, "/"); ok {
		return account, region
	}
	return owner, place
}
