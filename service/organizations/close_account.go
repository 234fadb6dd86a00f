package organizations

import (
	"context"
	"time"

	api "unyo/api/organizations"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Times of https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
const (
	suspension  = 90 * 24 * time.Hour // until a closed account is no more
	closeWindow = 30 * 24 * time.Hour // within which a tenth of the accounts may be closed
	minClosable = 10
)

// minAge is how old an account must be that was created here before it can stand alone.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const minAge = 7 * 24 * time.Hour

// CloseAccount suspends an account: from the next call on its principals are let in nowhere.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
func (s *Service) CloseAccount(ctx context.Context, in *api.CloseAccountInput) (*api.CloseAccountOutput, error) {
	return &api.CloseAccountOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		m, err := s.inside(tx, o, *in.AccountId)
		switch {
		case err != nil:
			return err
		case *in.AccountId == o.Management:
			return constraint(api.ConstraintViolationExceptionReasonCannotCloseManagementAccount, "You can't close the management account.")
		case !m.ClosedAt.IsZero():
			return api.NewAccountAlreadyClosedException("You attempted to close an account that is already closed.")
		case s.closable(tx, o) <= 0:
			return constraint(api.ConstraintViolationExceptionReasonCloseAccountQuotaExceeded, "You have exceeded close account quota for the past 30 days.")
		}
		m.ClosedAt = s.k.Clock.Now()
		s.members.Put(tx, *in.AccountId, m)
		s.bury.AtKey(tx, *in.AccountId, m.ClosedAt.Add(suspension), *in.AccountId)
		return nil
	})
}

// closable is how many more accounts may be closed now.
func (s *Service) closable(tx *store.Tx, o *organization) int {
	all, closed, since := 0, 0, s.k.Clock.Now().Add(-closeWindow)
	for _, m := range s.members.From(tx, "") {
		if m.Org == o.ID {
			all++
			if m.ClosedAt.After(since) {
				closed++
			}
		}
	}
	return max(minClosable, all/10) - closed
}

// runBury takes an account out of the organisation that was closed for long enough.
func (s *Service) runBury(ctx context.Context, account string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if m, ok := s.members.Get(tx, account); ok && !m.ClosedAt.IsZero() {
			o, _ := s.organizations.Get(tx, m.Org)
			s.leave(tx, &o, account)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// RemoveAccountFromOrganization lets an account stand alone.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html
func (s *Service) RemoveAccountFromOrganization(ctx context.Context, in *api.RemoveAccountFromOrganizationInput) (*api.RemoveAccountFromOrganizationOutput, error) {
	return &api.RemoveAccountFromOrganizationOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		return s.part(tx, o, *in.AccountId)
	})
}

// LeaveOrganization is the same at the account's own wish.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
func (s *Service) LeaveOrganization(ctx context.Context, _ *api.LeaveOrganizationInput) (*api.LeaveOrganizationOutput, error) {
	return &api.LeaveOrganizationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		o, err := s.mine(ctx, tx)
		if err != nil {
			return err
		}
		return s.part(tx, &o, tx.Scope().Account)
	})
}

func (s *Service) part(tx *store.Tx, o *organization, account string) error {
	m, err := s.inside(tx, o, account)
	switch {
	case err != nil:
		return err
	case account == o.Management:
		return api.NewMasterCannotLeaveOrganizationException("You can't remove a management account from an organization.")
	case m.Method == api.AccountJoinedMethodCreated && s.k.Clock.Now().Before(m.JoinedAt.Add(minAge)):
		return constraint(api.ConstraintViolationExceptionReasonWaitPeriodActive, "You can't remove an account from the organization within the first days after it was created.")
	}
	if _, _, delegated := s.delegated.First(tx, store.Key(o.ID, account, "")); delegated {
		return constraint(api.ConstraintViolationExceptionReasonCannotRemoveDelegatedAdministratorFromOrg, "You can't remove an account that is a delegated administrator. Deregister it first.")
	}
	s.leave(tx, o, account)
	return nil
}
