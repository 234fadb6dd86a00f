package organizations

import (
	"context"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// inside finds an account that must be in the organisation.
func (s *Service) inside(tx *store.Tx, o *organization, account string) (member, error) {
	m, ok := s.members.Get(tx, account)
	if !ok || m.Org != o.ID {
		return m, noAccount()
	}
	return m, nil
}

// accountShape is an account as it is shown.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
func (s *Service) accountShape(tx *store.Tx, o *organization, id string, m *member) api.Account {
	status, state := api.AccountStatusActive, api.AccountStateActive
	if !m.ClosedAt.IsZero() { // "SUSPENDED" of the newer of both is what AWS does to an account by itself
		status, state = api.AccountStatusSuspended, api.AccountStateClosed
	}
	return api.Account{
		Id: &id, Arn: new(s.arn(o, "account", id)), Name: &m.Name, Email: &m.Email, JoinedMethod: &m.Method, JoinedTimestamp: &m.JoinedAt, Status: &status, State: &state,
		Paths: []string{s.path(tx, o, m.Parent) + id + "/"},
	}
}

// DescribeAccount tells about an account.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
func (s *Service) DescribeAccount(ctx context.Context, in *api.DescribeAccountInput) (*api.DescribeAccountOutput, error) {
	out := &api.DescribeAccountOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		m, err := s.inside(tx, o, *in.AccountId)
		out.Account = new(s.accountShape(tx, o, *in.AccountId, &m))
		return err
	})
}

// ListAccounts lists the accounts, wherever they stand.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
func (s *Service) ListAccounts(ctx context.Context, in *api.ListAccountsInput) (*api.ListAccountsOutput, error) {
	out := &api.ListAccountsOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.Accounts, out.NextToken, err = listed("accounts", in.NextToken, in.MaxResults, within(s.members, tx), func(id string, m member) (api.Account, bool) {
			if m.Org != o.ID {
				return api.Account{}, false
			}
			return s.accountShape(tx, o, id, &m), true
		})
		return err
	})
}

// ListAccountsForParent lists the accounts right below a root or unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
func (s *Service) ListAccountsForParent(ctx context.Context, in *api.ListAccountsForParentInput) (*api.ListAccountsForParentOutput, error) {
	out := &api.ListAccountsForParentOutput{}
	return out, s.readBelow(ctx, *in.ParentId, func(tx *store.Tx, o *organization) (err error) {
		out.Accounts, out.NextToken, err = listed(asking("accounts", *in.ParentId), in.NextToken, in.MaxResults, within(s.children, tx, *in.ParentId), func(id string, _ none) (api.Account, bool) {
			m, ok := s.members.Get(tx, id)
			return s.accountShape(tx, o, id, &m), ok
		})
		return err
	})
}

// MoveAccount puts an account below another root or unit; what holds there holds for it from the next call on.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
func (s *Service) MoveAccount(ctx context.Context, in *api.MoveAccountInput) (*api.MoveAccountOutput, error) {
	return &api.MoveAccountOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		m, err := s.inside(tx, o, *in.AccountId)
		switch {
		case err != nil:
			return err
		case !s.isParent(tx, o, *in.SourceParentId) || m.Parent != *in.SourceParentId:
			return api.NewSourceParentNotFoundException("You specified a source parent that doesn't exist.")
		case !s.isParent(tx, o, *in.DestinationParentId):
			return api.NewDestinationParentNotFoundException("You specified a destination parent that doesn't exist.")
		case *in.SourceParentId == *in.DestinationParentId:
			return api.NewDuplicateAccountException("The account is already in the specified destination.")
		}
		s.children.Delete(tx, store.Key(m.Parent, *in.AccountId))
		m.Parent = *in.DestinationParentId
		s.children.Put(tx, store.Key(m.Parent, *in.AccountId), none{})
		s.members.Put(tx, *in.AccountId, m)
		return nil
	})
}
