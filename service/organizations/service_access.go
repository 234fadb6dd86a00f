package organizations

import (
	"context"
	"time"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// since is when something began that has nothing else to tell.
type since struct{ At time.Time }

// EnableAWSServiceAccess trusts a service with the whole organisation.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html
func (s *Service) EnableAWSServiceAccess(ctx context.Context, in *api.EnableAWSServiceAccessInput) (*api.EnableAWSServiceAccessOutput, error) {
	if err := checkPrincipal(*in.ServicePrincipal); err != nil {
		return nil, err
	}
	return &api.EnableAWSServiceAccessOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if o.FeatureSet != api.OrganizationFeatureSetAll {
			return constraint(api.ConstraintViolationExceptionReasonOrganizationNotInAllFeaturesMode, "This operation requires an organization with all features enabled.")
		}
		if key := store.Key(o.ID, *in.ServicePrincipal); !s.trusted.Has(tx, key) {
			s.trusted.Put(tx, key, since{s.k.Clock.Now()})
		}
		return nil
	})
}

// DisableAWSServiceAccess ends it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisableAWSServiceAccess.html
func (s *Service) DisableAWSServiceAccess(ctx context.Context, in *api.DisableAWSServiceAccessInput) (*api.DisableAWSServiceAccessOutput, error) {
	if err := checkPrincipal(*in.ServicePrincipal); err != nil {
		return nil, err
	}
	return &api.DisableAWSServiceAccessOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if len(s.administrators(tx, o, *in.ServicePrincipal)) > 0 {
			return constraint(api.ConstraintViolationExceptionReasonDelegatedAdministratorExistsForThisService, "You attempted to disable service access for a service that has a delegated administrator. Deregister it first.")
		}
		s.trusted.Delete(tx, store.Key(o.ID, *in.ServicePrincipal))
		return nil
	})
}

// ListAWSServiceAccessForOrganization lists the trusted services.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAWSServiceAccessForOrganization.html
func (s *Service) ListAWSServiceAccessForOrganization(ctx context.Context, in *api.ListAWSServiceAccessForOrganizationInput) (*api.ListAWSServiceAccessForOrganizationOutput, error) {
	out := &api.ListAWSServiceAccessForOrganizationOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.EnabledServicePrincipals, out.NextToken, err = listed("trusted", in.NextToken, in.MaxResults, within(s.trusted, tx, o.ID), func(principal string, t since) (api.EnabledServicePrincipal, bool) {
			return api.EnabledServicePrincipal{ServicePrincipal: &principal, DateEnabled: &t.At}, true
		})
		return err
	})
}
