package iam

import (
	"context"
	"strings"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// iamPrincipal is IAM as Organizations trusts it.
const iamPrincipal = "iam.amazonaws.com"

// rootFeatures is what of the centralised root access an organisation has turned on.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
type rootFeatures struct {
	Credentials, Sessions bool
}

func (f rootFeatures) list() []string {
	list := []string{}
	if f.Credentials {
		list = append(list, api.FeatureTypeRootCredentialsManagement)
	}
	if f.Sessions {
		list = append(list, api.FeatureTypeRootSessions)
	}
	return list
}

// EnableOrganizationsRootCredentialsManagement lets the root credentials of member accounts be managed from outside them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html
func (s *Service) EnableOrganizationsRootCredentialsManagement(ctx context.Context, _ *api.EnableOrganizationsRootCredentialsManagementInput) (*api.EnableOrganizationsRootCredentialsManagementOutput, error) {
	org, list, err := s.editRootFeatures(ctx, func(f *rootFeatures) { f.Credentials = true })
	return &api.EnableOrganizationsRootCredentialsManagementOutput{OrganizationId: &org, EnabledFeatures: list}, err
}

// DisableOrganizationsRootCredentialsManagement ends it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootCredentialsManagement.html
func (s *Service) DisableOrganizationsRootCredentialsManagement(ctx context.Context, _ *api.DisableOrganizationsRootCredentialsManagementInput) (*api.DisableOrganizationsRootCredentialsManagementOutput, error) {
	org, list, err := s.editRootFeatures(ctx, func(f *rootFeatures) { f.Credentials = false })
	return &api.DisableOrganizationsRootCredentialsManagementOutput{OrganizationId: &org, EnabledFeatures: list}, err
}

// EnableOrganizationsRootSessions lets policies that lock everyone out be deleted from outside the member account.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
func (s *Service) EnableOrganizationsRootSessions(ctx context.Context, _ *api.EnableOrganizationsRootSessionsInput) (*api.EnableOrganizationsRootSessionsOutput, error) {
	org, list, err := s.editRootFeatures(ctx, func(f *rootFeatures) { f.Sessions = true })
	return &api.EnableOrganizationsRootSessionsOutput{OrganizationId: &org, EnabledFeatures: list}, err
}

// DisableOrganizationsRootSessions ends it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootSessions.html
func (s *Service) DisableOrganizationsRootSessions(ctx context.Context, _ *api.DisableOrganizationsRootSessionsInput) (*api.DisableOrganizationsRootSessionsOutput, error) {
	org, list, err := s.editRootFeatures(ctx, func(f *rootFeatures) { f.Sessions = false })
	return &api.DisableOrganizationsRootSessionsOutput{OrganizationId: &org, EnabledFeatures: list}, err
}

// ListOrganizationsFeatures tells what is turned on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
func (s *Service) ListOrganizationsFeatures(ctx context.Context, _ *api.ListOrganizationsFeaturesInput) (*api.ListOrganizationsFeaturesOutput, error) {
	org, _, err := s.trustingOrganization(ctx)
	if err != nil {
		return nil, err
	}
	out := &api.ListOrganizationsFeaturesOutput{OrganizationId: &org}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		f, _ := s.rootFeatures.Get(tx, org)
		out.EnabledFeatures = f.list()
		return nil
	})
}

func (s *Service) editRootFeatures(ctx context.Context, edit func(*rootFeatures)) (org string, list []string, err error) {
	org, management, err := s.trustingOrganization(ctx)
	if err != nil {
		return "", nil, err
	}
	if call.From(ctx).Account != management {
		return "", nil, api.NewCallerIsNotManagementAccountException("This operation can be called only from the management account of the organization.")
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		f, _ := s.rootFeatures.Get(tx, org)
		edit(&f)
		s.rootFeatures.Put(tx, org, f)
		list = f.list()
		return nil
	})
	return org, list, err
}

// trustingOrganization is the organisation of the caller's account, which has to trust IAM and to let the account administer it.
func (s *Service) trustingOrganization(ctx context.Context) (org, management string, err error) {
	account := call.From(ctx).Account
	m, err := s.orgs.Membership(ctx, account)
	if err != nil {
		return "", "", err
	}
	trusted, administers, err := s.orgs.Trusts(ctx, account, iamPrincipal)
	switch {
	case err != nil:
		return "", "", err
	case m.Organization == "":
		return "", "", api.NewOrganizationNotFoundException("The account is not a member of an organization.")
	case !administers:
		return "", "", api.NewAccountNotManagementOrDelegatedAdministratorException("The account is neither the management account nor a delegated administrator for IAM.")
	case !trusted:
		return "", "", api.NewServiceAccessNotEnabledException("Trusted access is not enabled for IAM in Organizations.")
	}
	return m.Organization, m.Management, nil
}

// RootTask tells whether account may open a session of the root of target for a task, by its policy's name.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
func (s *Service) RootTask(ctx context.Context, account, target, task string) (may bool, err error) {
	here, err := s.orgs.Membership(ctx, account)
	if err != nil {
		return false, err
	}
	there, err := s.orgs.Membership(ctx, target)
	if err != nil || here.Organization == "" || here.Organization != there.Organization || target == there.Management || there.Closed {
		return false, err
	}
	trusted, administers, err := s.orgs.Trusts(ctx, account, iamPrincipal)
	if err != nil || !trusted || !administers {
		return false, err
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		f, _ := s.rootFeatures.Get(tx, here.Organization)
		may = f.Sessions
		if strings.HasPrefix(task, "IAM") {
			may = f.Credentials
		}
		return nil
	})
	return may, err
}
