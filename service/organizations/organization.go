package organizations

import (
	"context"
	"slices"

	api "unyo/api/organizations"
	"unyo/base/call"
	"unyo/kernel/store"
)

func (o *organization) enables(kind string) bool { return slices.Contains(o.Types, kind) }

// CreateOrganization makes the caller's account the management account of a new organisation.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
func (s *Service) CreateOrganization(ctx context.Context, in *api.CreateOrganizationInput) (*api.CreateOrganizationOutput, error) {
	account := call.From(ctx).Account
	o := organization{ID: s.id(ctx, "o-", 10), Root: s.id(ctx, "r-", 4), Management: account, FeatureSet: api.OrganizationFeatureSetAll, CreatedAt: s.k.Clock.Now()}
	if in.FeatureSet != nil {
		o.FeatureSet = *in.FeatureSet
	}
	if o.FeatureSet == api.OrganizationFeatureSetAll { // "service control policies automatically enabled in the root"
		o.Types = []string{api.PolicyTypeServiceControlPolicy}
	}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if s.members.Has(tx, account) {
			return api.NewAlreadyInOrganizationException("The provided account is already a member of an organization.")
		}
		s.organizations.Put(tx, o.ID, o)
		s.attachDefaults(tx, &o, o.Root)
		s.join(tx, &o, account, member{Parent: o.Root, Name: managementName, Email: emailOf(account), Method: api.AccountJoinedMethodInvited})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateOrganizationOutput{Organization: s.organizationShape(&o)}, nil
}

// managementName is what the management account is called, which nobody has named.
const managementName = "management"

// emailOf is the address of an account that was there before it came into an organisation: none was given for it.
func emailOf(account string) string { return "root@" + account + ".example" }

// join makes an account a member.
func (s *Service) join(tx *store.Tx, o *organization, account string, m member) {
	m.Org, m.JoinedAt = o.ID, s.k.Clock.Now()
	s.members.Put(tx, account, m)
	s.children.Put(tx, store.Key(m.Parent, account), none{})
	s.attachDefaults(tx, o, account)
}

func (s *Service) organizationShape(o *organization) *api.Organization {
	shape := &api.Organization{
		Id: &o.ID, Arn: new(s.arn(o, "organization", "")), FeatureSet: &o.FeatureSet, MasterAccountId: &o.Management,
		MasterAccountArn: new(s.arn(o, "account", o.Management)), MasterAccountEmail: new(emailOf(o.Management)), AvailablePolicyTypes: []api.PolicyTypeSummary{},
	}
	if o.FeatureSet == api.OrganizationFeatureSetAll { // AWS names no other type here, whatever is enabled
		shape.AvailablePolicyTypes = append(shape.AvailablePolicyTypes, api.PolicyTypeSummary{Type: new(api.PolicyTypeServiceControlPolicy), Status: new(api.PolicyTypeStatusEnabled)})
	}
	return shape
}

// DescribeOrganization tells about the organisation of the caller's account.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html
func (s *Service) DescribeOrganization(ctx context.Context, _ *api.DescribeOrganizationInput) (*api.DescribeOrganizationOutput, error) {
	out := &api.DescribeOrganizationOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.mine(ctx, tx)
		out.Organization = s.organizationShape(&o)
		return err
	})
}

// DeleteOrganization ends an organisation that has no account but its management account.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
func (s *Service) DeleteOrganization(ctx context.Context, _ *api.DeleteOrganizationInput) (*api.DeleteOrganizationOutput, error) {
	return &api.DeleteOrganizationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		o, err := s.entitled(ctx, tx)
		if err != nil {
			return err
		}
		for account, m := range s.members.From(tx, "") {
			if m.Org == o.ID && account != o.Management {
				return api.NewOrganizationNotEmptyException("To delete an organization you must first remove all member accounts (except the master).")
			}
		}
		return s.dissolve(tx, &o)
	})
}

// dissolve removes every row of an organisation.
func (s *Service) dissolve(tx *store.Tx, o *organization) error {
	for key := range s.children.Prefix(tx, store.Key(o.Root, ""), "") {
		if _, ok := s.units.Get(tx, tailOf(key)); ok {
			return api.NewOrganizationNotEmptyException("The organization isn't empty. To delete an organization, you must first remove all organizational units.")
		}
	}
	for key := range s.policies.Prefix(tx, store.Key(o.ID, ""), "") {
		if tailOf(key) != "" {
			return api.NewOrganizationNotEmptyException("The organization isn't empty. To delete an organization, you must first delete all policies.")
		}
	}
	s.leave(tx, o, o.Management)
	s.detachAll(tx, o, o.Root)
	for key := range s.trusted.Prefix(tx, store.Key(o.ID, ""), "") {
		s.trusted.Delete(tx, key)
	}
	s.delegations.Delete(tx, o.ID)
	s.k.Tags.Clear(tx, s.arn(o, "root", o.Root))
	s.organizations.Delete(tx, o.ID)
	return nil
}

// leave takes an account out of its organisation.
func (s *Service) leave(tx *store.Tx, o *organization, account string) {
	m, _ := s.members.Get(tx, account)
	s.excuse(tx, o, account)
	if !m.ClosedAt.IsZero() { // it does not open again
		s.closed.Put(tx, account, closed{m.ClosedAt})
	}
	s.members.Delete(tx, account)
	s.children.Delete(tx, store.Key(m.Parent, account))
	s.detachAll(tx, o, account)
	s.k.Tags.Clear(tx, s.arn(o, "account", account))
}

// ListRoots lists the one root.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListRoots.html
func (s *Service) ListRoots(ctx context.Context, _ *api.ListRootsInput) (*api.ListRootsOutput, error) {
	out := &api.ListRootsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.entitled(ctx, tx)
		out.Roots = []api.Root{s.rootShape(&o)}
		return err
	})
}

func (s *Service) rootShape(o *organization) api.Root {
	shape := api.Root{Id: &o.Root, Name: new("Root"), Arn: new(s.arn(o, "root", o.Root)), PolicyTypes: []api.PolicyTypeSummary{}}
	for _, kind := range o.Types {
		shape.PolicyTypes = append(shape.PolicyTypes, api.PolicyTypeSummary{Type: &kind, Status: new(api.PolicyTypeStatusEnabled)})
	}
	return shape
}

// behaving are the types of policies that have behaviour here.
var behaving = []string{api.PolicyTypeServiceControlPolicy, api.PolicyTypeResourceControlPolicy, api.PolicyTypeTagPolicy}

func checkType(kind string) error {
	if !slices.Contains(behaving, kind) {
		return unsupported("a policy of type " + kind)
	}
	return nil
}

// EnablePolicyType lets policies of a type have their effect.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html
func (s *Service) EnablePolicyType(ctx context.Context, in *api.EnablePolicyTypeInput) (*api.EnablePolicyTypeOutput, error) {
	out := &api.EnablePolicyTypeOutput{}
	return out, s.editTypes(ctx, *in.RootId, *in.PolicyType, func(tx *store.Tx, o *organization) error {
		if o.enables(*in.PolicyType) {
			return api.NewPolicyTypeAlreadyEnabledException("The specified policy type is already enabled.")
		}
		o.Types = append(o.Types, *in.PolicyType)
		slices.Sort(o.Types)
		s.everywhere(tx, o, func(id string) { s.attachDefault(tx, o, id, *in.PolicyType) })
		out.Root = new(s.rootShape(o))
		return nil
	})
}

// DisablePolicyType detaches every policy of a type.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html
func (s *Service) DisablePolicyType(ctx context.Context, in *api.DisablePolicyTypeInput) (*api.DisablePolicyTypeOutput, error) {
	out := &api.DisablePolicyTypeOutput{}
	return out, s.editTypes(ctx, *in.RootId, *in.PolicyType, func(tx *store.Tx, o *organization) error {
		if !o.enables(*in.PolicyType) {
			return api.NewPolicyTypeNotEnabledException("This operation can be performed only for enabled policy types.")
		}
		o.Types = slices.DeleteFunc(o.Types, func(t string) bool { return t == *in.PolicyType })
		s.everywhere(tx, o, func(id string) {
			for _, p := range s.attachedTo(tx, o, id, *in.PolicyType) {
				s.detach(tx, o, id, p)
			}
		})
		out.Root = new(s.rootShape(o))
		return nil
	})
}

func (s *Service) editTypes(ctx context.Context, root, kind string, edit func(tx *store.Tx, o *organization) error) error {
	if err := checkType(kind); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		o, err := s.entitled(ctx, tx)
		switch {
		case err != nil:
			return err
		case root != o.Root:
			return noRoot()
		case o.FeatureSet != api.OrganizationFeatureSetAll:
			return api.NewPolicyTypeNotAvailableForOrganizationException("You can't use the specified policy type with the feature set currently enabled for this organization.")
		}
		if err := edit(tx, &o); err != nil {
			return err
		}
		s.organizations.Put(tx, o.ID, o)
		return nil
	})
}

// everywhere visits the root, every unit and every account.
func (s *Service) everywhere(tx *store.Tx, o *organization, visit func(id string)) {
	for open := []string{o.Root}; len(open) > 0; {
		id := open[0]
		open = open[1:]
		visit(id)
		for key := range s.children.Prefix(tx, store.Key(id, ""), "") {
			open = append(open, tailOf(key))
		}
	}
}
