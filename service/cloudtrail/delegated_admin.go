package cloudtrail

import (
	"context"
	"strings"

	api "unyo/api/cloudtrail"
	organizationsapi "unyo/api/organizations"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// maxDelegated is how many delegated administrators CloudTrail has in an organization at most.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html
const maxDelegated = 3

// RegisterOrganizationDelegatedAdmin lets a member account make and change the trails of the organization. They remain the management account's.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RegisterOrganizationDelegatedAdmin.html
func (s *Service) RegisterOrganizationDelegatedAdmin(ctx context.Context, in *api.RegisterOrganizationDelegatedAdminInput) (*api.RegisterOrganizationDelegatedAdminOutput, error) {
	management, err := s.manages(ctx)
	if err != nil {
		return nil, err
	}
	if *in.MemberAccountId == management {
		return nil, api.NewCannotDelegateManagementAccountException("The management account cannot be registered as a delegated administrator.")
	}
	list, err := s.peers.Organizations.ListDelegatedAdministrators(ctx, &organizationsapi.ListDelegatedAdministratorsInput{ServicePrincipal: new(principal)})
	if err != nil {
		return nil, wordDelegation(err, *in.MemberAccountId)
	}
	already := false
	for _, a := range list.DelegatedAdministrators {
		already = already || *a.Id == *in.MemberAccountId
	}
	if len(list.DelegatedAdministrators) >= maxDelegated && !already {
		return nil, api.NewDelegatedAdminAccountLimitExceededException("The organization has %d delegated administrators of CloudTrail already.", maxDelegated)
	}
	_, err = s.peers.Organizations.RegisterDelegatedAdministrator(ctx, &organizationsapi.RegisterDelegatedAdministratorInput{AccountId: in.MemberAccountId, ServicePrincipal: new(principal)})
	return &api.RegisterOrganizationDelegatedAdminOutput{}, wordDelegation(err, *in.MemberAccountId)
}

// DeregisterOrganizationDelegatedAdmin ends that; the trails that the member has made stay.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeregisterOrganizationDelegatedAdmin.html
func (s *Service) DeregisterOrganizationDelegatedAdmin(ctx context.Context, in *api.DeregisterOrganizationDelegatedAdminInput) (*api.DeregisterOrganizationDelegatedAdminOutput, error) {
	if _, err := s.manages(ctx); err != nil {
		return nil, err
	}
	_, err := s.peers.Organizations.DeregisterDelegatedAdministrator(ctx, &organizationsapi.DeregisterDelegatedAdministratorInput{AccountId: in.DelegatedAdminAccountId, ServicePrincipal: new(principal)})
	return &api.DeregisterOrganizationDelegatedAdminOutput{}, wordDelegation(err, *in.DelegatedAdminAccountId)
}

// manages is the caller's account, which must be the management account of an organization that trusts CloudTrail.
func (s *Service) manages(ctx context.Context) (string, error) {
	_, management, err := s.checkOrganization(ctx)
	if err == nil && management != call.From(ctx).Account || awserr.Code(err) == "NotOrganizationMasterAccountException" {
		return "", api.NewNotOrganizationManagementAccountException("Only the management account of the organization can do this.")
	}
	return management, err
}

// wordDelegation words what Organizations says as CloudTrail does.
func wordDelegation(err error, account string) error {
	switch code := awserr.Code(err); {
	case strings.HasPrefix(code, "AccessDenied"):
		return api.NewInsufficientDependencyServiceAccessPermissionException("The caller lacks permissions in AWS Organizations.")
	case code == "AccountNotFoundException":
		return api.NewAccountNotFoundException("The account %s was not found, or is not part of the organization.", account)
	case code == "AccountAlreadyRegisteredException":
		return api.NewAccountRegisteredException("The account %s is already registered as a delegated administrator of CloudTrail.", account)
	case code == "AccountNotRegisteredException":
		return api.NewAccountNotRegisteredException("The account %s is not registered as a delegated administrator of CloudTrail.", account)
	}
	return err
}

// administers tells whether an account is a delegated administrator of CloudTrail.
func (s *Service) administers(ctx context.Context, account string) bool {
	if s.standing == nil {
		return false
	}
	is, err := s.standing.Administers(ctx, account, principal)
	return err == nil && is
}

// onBehalf is the context in which the account's own would act: what a delegated administrator makes is the management account's.
func onBehalf(ctx context.Context, account string) context.Context {
	c := *call.From(ctx)
	c.Account = account
	return call.With(ctx, &c)
}

// asOwner is the context in which a trail is changed: its owner's, if the caller is a delegated administrator of the organization whose trail it is.
func (s *Service) asOwner(ctx context.Context, name string) context.Context {
	owner := ""
	_ = s.k.View(ctx, func(tx *store.Tx) error { // who asks for what is not there is told so
		t, err := s.find(tx, name)
		owner = t.Owner
		return err
	})
	if account := call.From(ctx).Account; owner == "" || owner == account || !s.administers(ctx, account) {
		return ctx
	}
	return onBehalf(ctx, owner)
}
