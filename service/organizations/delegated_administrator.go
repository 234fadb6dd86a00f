package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// checkPrincipal refuses what names no service.
func checkPrincipal(principal string) error {
	if !strings.HasSuffix(principal, ".amazonaws.com") || strings.HasPrefix(principal, ".") {
		return invalid(api.InvalidInputExceptionReasonUnrecognizedServicePrincipal, "You specified an unrecognized service principal.")
	}
	return nil
}

// administrators lists the accounts that administer a service ("" for any), each once.
func (s *Service) administrators(tx *store.Tx, o *organization, principal string) (accounts []string) {
	for key := range s.delegated.Prefix(tx, store.Key(o.ID, ""), "") {
		parts, _ := store.Split(key, 3)
		if (principal == "" || parts[2] == principal) && (len(accounts) == 0 || accounts[len(accounts)-1] != parts[1]) {
			accounts = append(accounts, parts[1])
		}
	}
	return accounts
}

// RegisterDelegatedAdministrator lets a member account administer a service for the whole organisation, and read the organisation.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
func (s *Service) RegisterDelegatedAdministrator(ctx context.Context, in *api.RegisterDelegatedAdministratorInput) (*api.RegisterDelegatedAdministratorOutput, error) {
	if err := checkPrincipal(*in.ServicePrincipal); err != nil {
		return nil, err
	}
	return &api.RegisterDelegatedAdministratorOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		m, err := s.inside(tx, o, *in.AccountId)
		key := store.Key(o.ID, *in.AccountId, *in.ServicePrincipal)
		switch {
		case err != nil:
			return err
		case *in.AccountId == o.Management:
			return constraint(api.ConstraintViolationExceptionReasonCannotRegisterMasterAsDelegatedAdministrator, "You can't register the management account as a delegated administrator.")
		case !m.ClosedAt.IsZero():
			return constraint(api.ConstraintViolationExceptionReasonCannotRegisterSuspendedAccountAsDelegatedAdministrator, "You can't register a suspended account as a delegated administrator.")
		case !s.trusted.Has(tx, store.Key(o.ID, *in.ServicePrincipal)):
			return constraint(api.ConstraintViolationExceptionReasonServiceAccessNotEnabled, "You must enable service access before you can register a delegated administrator.")
		case s.delegated.Has(tx, key):
			return api.NewAccountAlreadyRegisteredException("The specified account is already a delegated administrator for this AWS service.")
		}
		s.delegated.Put(tx, key, since{s.k.Clock.Now()})
		return nil
	})
}

// DeregisterDelegatedAdministrator ends it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeregisterDelegatedAdministrator.html
func (s *Service) DeregisterDelegatedAdministrator(ctx context.Context, in *api.DeregisterDelegatedAdministratorInput) (*api.DeregisterDelegatedAdministratorOutput, error) {
	return &api.DeregisterDelegatedAdministratorOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if _, err := s.inside(tx, o, *in.AccountId); err != nil {
			return err
		}
		key := store.Key(o.ID, *in.AccountId, *in.ServicePrincipal)
		if !s.delegated.Has(tx, key) {
			return api.NewAccountNotRegisteredException("The specified account is not a delegated administrator for this AWS service.")
		}
		s.delegated.Delete(tx, key)
		return nil
	})
}

// ListDelegatedAdministrators lists the accounts that administer a service, or any.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedAdministrators.html
func (s *Service) ListDelegatedAdministrators(ctx context.Context, in *api.ListDelegatedAdministratorsInput) (*api.ListDelegatedAdministratorsOutput, error) {
	out := &api.ListDelegatedAdministratorsOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.DelegatedAdministrators, out.NextToken, err = listed(asking("administrators", rt.Val(in.ServicePrincipal)), in.NextToken, in.MaxResults, within(s.delegated, tx, o.ID), func(key string, d since) (api.DelegatedAdministrator, bool) {
			parts, _ := store.Split(key, 2)
			id := parts[0]
			first, _, _ := s.delegated.First(tx, store.Key(o.ID, id, rt.Val(in.ServicePrincipal)))
			if first != store.Key(o.ID, id, parts[1]) || in.ServicePrincipal != nil && parts[1] != *in.ServicePrincipal {
				return api.DelegatedAdministrator{}, false
			}
			m, _ := s.members.Get(tx, id)
			a := s.accountShape(tx, o, id, &m)
			return api.DelegatedAdministrator{Id: a.Id, Arn: a.Arn, Name: a.Name, Email: a.Email, Status: a.Status, State: a.State, JoinedMethod: a.JoinedMethod, JoinedTimestamp: a.JoinedTimestamp, DelegationEnabledDate: &d.At}, true
		})
		return err
	})
}

// ListDelegatedServicesForAccount lists what an account administers.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedServicesForAccount.html
func (s *Service) ListDelegatedServicesForAccount(ctx context.Context, in *api.ListDelegatedServicesForAccountInput) (*api.ListDelegatedServicesForAccountOutput, error) {
	out := &api.ListDelegatedServicesForAccountOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		if _, err := s.inside(tx, o, *in.AccountId); err != nil {
			return err
		}
		out.DelegatedServices, out.NextToken, err = listed(asking("delegated", *in.AccountId), in.NextToken, in.MaxResults, within(s.delegated, tx, o.ID, *in.AccountId), func(principal string, d since) (api.DelegatedService, bool) {
			return api.DelegatedService{ServicePrincipal: &principal, DelegationEnabledDate: &d.At}, true
		})
		if err == nil && len(out.DelegatedServices) == 0 {
			return api.NewAccountNotRegisteredException("The specified account is not a delegated administrator for this AWS service.")
		}
		return err
	})
}
