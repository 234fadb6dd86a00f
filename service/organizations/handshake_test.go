package organizations

import (
	"testing"

	api "unyo/api/organizations"
)

// TestHandshakes: an account is invited, and accepts, declines, is too late, or is no longer wanted.
func TestHandshakes(t *testing.T) {
	f := setUp(t)
	f.organize()
	invite := func(kind, id string) (*api.Handshake, error) {
		out, err := f.s.InviteAccountToOrganization(f.as(management, "InviteAccountToOrganization"), &api.InviteAccountToOrganizationInput{Target: &api.HandshakeParty{Type: &kind, Id: &id}, Notes: new("come in")})
		if err != nil {
			return nil, err
		}
		return out.Handshake, nil
	}
	_, err := invite("ACCOUNT", "123456789012")
	if reasonOf(err) != "TARGET_ACCOUNT_VALIDATION_FAILURE" {
		t.Error(err)
	}
	_, err = invite("ACCOUNT", management)
	if reasonOf(err) != "ALREADY_IN_AN_ORGANIZATION" {
		t.Error(err)
	}
	h := ok[*api.Handshake](t)(invite("ACCOUNT", outsider))
	if *h.State != "OPEN" || !h.ExpirationTimestamp.Equal(noon.Add(handshakeValid)) || len(h.Resources) != 3 {
		t.Errorf("%+v", h)
	}
	_, err = invite("EMAIL", emailOf(outsider))
	refused(t, err, "DuplicateHandshakeException")
	accept := func(account string, id *string) error {
		_, err := f.s.AcceptHandshake(f.as(account, "AcceptHandshake"), &api.AcceptHandshakeInput{HandshakeId: id})
		return err
	}
	refused(t, accept("123456789012", h.Id), "HandshakeNotFoundException")
	refused(t, accept(management, h.Id), "AccessDeniedException")
	f.advance(handshakeValid)
	if got := do(f, f.s.DescribeHandshake, "DescribeHandshake", &api.DescribeHandshakeInput{HandshakeId: h.Id}).Handshake; *got.State != "EXPIRED" {
		t.Errorf("%s", *got.State)
	}
	refused(t, accept(outsider, h.Id), "InvalidHandshakeTransitionException")
	second := ok[*api.Handshake](t)(invite("EMAIL", emailOf(outsider)))
	do(f, f.s.CancelHandshake, "CancelHandshake", &api.CancelHandshakeInput{HandshakeId: second.Id})
	third := ok[*api.Handshake](t)(invite("ACCOUNT", outsider))
	ok[*api.DeclineHandshakeOutput](t)(f.s.DeclineHandshake(f.as(outsider, "DeclineHandshake"), &api.DeclineHandshakeInput{HandshakeId: third.Id}))
	fourth := ok[*api.Handshake](t)(invite("ACCOUNT", outsider))
	refused(t, accept(outsider, fourth.Id), "")
	if a := do(f, f.s.DescribeAccount, "DescribeAccount", &api.DescribeAccountInput{AccountId: new(outsider)}).Account; *a.JoinedMethod != "INVITED" {
		t.Errorf("%+v", a)
	}
	mine := ok[*api.ListHandshakesForAccountOutput](t)(f.s.ListHandshakesForAccount(f.as(outsider, "ListHandshakesForAccount"), &api.ListHandshakesForAccountInput{}))
	sent := do(f, f.s.ListHandshakesForOrganization, "ListHandshakesForOrganization", &api.ListHandshakesForOrganizationInput{Filter: &api.HandshakeFilter{ActionType: new("INVITE")}})
	if len(mine.Handshakes) != 4 || len(sent.Handshakes) != 4 {
		t.Errorf("%d, %d", len(mine.Handshakes), len(sent.Handshakes))
	}
	f.advance(handshakeKept)
	if left := do(f, f.s.ListHandshakesForOrganization, "ListHandshakesForOrganization", &api.ListHandshakesForOrganizationInput{}).Handshakes; len(left) != 0 {
		t.Errorf("%d are kept", len(left))
	}
	ok[*api.LeaveOrganizationOutput](t)(f.s.LeaveOrganization(f.as(outsider, "LeaveOrganization"), &api.LeaveOrganizationInput{})) // an invited account need not wait
}

// TestAccess: members read nothing, unless they administer a service, or the resource policy gives it to them.
func TestAccess(t *testing.T) {
	f := setUp(t)
	f.organize()
	a := f.account("a")
	list := func() error {
		_, err := f.s.ListAccounts(f.as(a, "ListAccounts"), &api.ListAccountsInput{})
		return err
	}
	refused(t, list(), "AccessDeniedException")
	const principal = "config.amazonaws.com"
	register := func(account string) error {
		_, err := f.s.RegisterDelegatedAdministrator(f.as(management, "RegisterDelegatedAdministrator"), &api.RegisterDelegatedAdministratorInput{AccountId: &account, ServicePrincipal: new(principal)})
		return err
	}
	if err := register(a); reasonOf(err) != "SERVICE_ACCESS_NOT_ENABLED" {
		t.Error(err)
	}
	do(f, f.s.EnableAWSServiceAccess, "EnableAWSServiceAccess", &api.EnableAWSServiceAccessInput{ServicePrincipal: new(principal)})
	if err := register(management); reasonOf(err) != "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR" {
		t.Error(err)
	}
	refused(t, register(a), "")
	refused(t, register(a), "AccountAlreadyRegisteredException")
	refused(t, list(), "")
	if l := do(f, f.s.ListDelegatedAdministrators, "ListDelegatedAdministrators", &api.ListDelegatedAdministratorsInput{ServicePrincipal: new(principal)}).DelegatedAdministrators; len(l) != 1 || *l[0].Id != a {
		t.Errorf("%+v", l)
	}
	if l := do(f, f.s.ListDelegatedServicesForAccount, "ListDelegatedServicesForAccount", &api.ListDelegatedServicesForAccountInput{AccountId: &a}).DelegatedServices; len(l) != 1 || *l[0].ServicePrincipal != principal {
		t.Errorf("%+v", l)
	}
	_, err := f.s.DisableAWSServiceAccess(f.as(management, "DisableAWSServiceAccess"), &api.DisableAWSServiceAccessInput{ServicePrincipal: new(principal)})
	if reasonOf(err) != "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE" {
		t.Error(err)
	}
	_, err = f.s.CreatePolicy(f.as(a, "CreatePolicy"), &api.CreatePolicyInput{Type: new("SERVICE_CONTROL_POLICY"), Name: new("p"), Description: new(""), Content: new(denyLogs)})
	refused(t, err, "AccessDeniedException")
	do(f, f.s.DeregisterDelegatedAdministrator, "DeregisterDelegatedAdministrator", &api.DeregisterDelegatedAdministratorInput{AccountId: &a, ServicePrincipal: new(principal)})
	refused(t, list(), "AccessDeniedException")
	do(f, f.s.DisableAWSServiceAccess, "DisableAWSServiceAccess", &api.DisableAWSServiceAccessInput{ServicePrincipal: new(principal)})
	if l := do(f, f.s.ListAWSServiceAccessForOrganization, "ListAWSServiceAccessForOrganization", &api.ListAWSServiceAccessForOrganizationInput{}).EnabledServicePrincipals; len(l) != 0 {
		t.Errorf("%+v", l)
	}
}

// TestDelegation: the chain asks the resource policy about members, on the organisation's own ARNs.
func TestDelegation(t *testing.T) {
	f := setUp(t)
	f.organize()
	a := f.account("a")
	need := func() (string, string) {
		needs, known := f.s.Needs(f.as(a, "ListPolicies"), "ListPolicies", &api.ListPoliciesInput{Filter: new("TAG_POLICY")})
		if !known || len(needs) != 1 || needs[0].Keys["organizations:policytype"][0] != "TAG_POLICY" {
			t.Fatalf("%+v", needs)
		}
		return needs[0].Owner, needs[0].Resources[0]
	}
	if owner, resource := need(); owner != a || resource != "*" {
		t.Errorf("%s %s", owner, resource)
	}
	_, err := f.s.PutResourcePolicy(f.as(management, "PutResourcePolicy"), &api.PutResourcePolicyInput{Content: new(`{"Version":"2012-10-17"}`)})
	if reasonOf(err) != "INVALID_RESOURCE_POLICY_JSON" {
		t.Error(err)
	}
	do(f, f.s.PutResourcePolicy, "PutResourcePolicy", &api.PutResourcePolicyInput{Content: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + a + `"},"Action":"organizations:List*","Resource":"*"}}`)})
	owner, resource := need()
	o := do(f, f.s.DescribeOrganization, "DescribeOrganization", &api.DescribeOrganizationInput{}).Organization
	if owner != management || resource != *o.Arn {
		t.Errorf("%s %s", owner, resource)
	}
	if d, err := f.s.ResourcePolicy(f.as(a, ""), resource); err != nil || d == nil {
		t.Errorf("%v %v", d, err)
	}
	do(f, f.s.DescribeResourcePolicy, "DescribeResourcePolicy", &api.DescribeResourcePolicyInput{})
	do(f, f.s.DeleteResourcePolicy, "DeleteResourcePolicy", &api.DeleteResourcePolicyInput{})
	_, err = f.s.DescribeResourcePolicy(f.as(management, "DescribeResourcePolicy"), &api.DescribeResourcePolicyInput{})
	refused(t, err, "ResourcePolicyNotFoundException")
}

// TestAllFeatures: an organisation for bills alone comes to all features once whom it had invited has approved, and the management account finishes it.
func TestAllFeatures(t *testing.T) {
	f := setUp(t)
	do(f, f.s.CreateOrganization, "CreateOrganization", &api.CreateOrganizationInput{FeatureSet: new("CONSOLIDATED_BILLING")})
	f.account("made")
	party := &api.HandshakeParty{Type: new("ACCOUNT"), Id: new(outsider)}
	invited := do(f, f.s.InviteAccountToOrganization, "InviteAccountToOrganization", &api.InviteAccountToOrganizationInput{Target: party}).Handshake
	accept := func(account string, id *string) error {
		_, err := f.s.AcceptHandshake(f.as(account, "AcceptHandshake"), &api.AcceptHandshakeInput{HandshakeId: id})
		return err
	}
	refused(t, accept(outsider, invited.Id), "")
	begin := func() *api.Handshake {
		return do(f, f.s.EnableAllFeatures, "EnableAllFeatures", &api.EnableAllFeaturesInput{}).Handshake
	}
	approval := func(parent *string) *api.Handshake {
		list := do(f, f.s.ListHandshakesForOrganization, "ListHandshakesForOrganization", &api.ListHandshakesForOrganizationInput{Filter: &api.HandshakeFilter{ParentHandshakeId: parent}}).Handshakes
		if len(list) != 1 || *list[0].Action != "APPROVE_ALL_FEATURES" || *list[0].Parties[1].Id != outsider {
			t.Fatalf("%+v", list)
		}
		return &list[0]
	}
	first := begin()
	if *first.State != "REQUESTED" || *first.Action != "ENABLE_ALL_FEATURES" {
		t.Errorf("%+v", first)
	}
	_, err := f.s.EnableAllFeatures(f.as(management, "EnableAllFeatures"), &api.EnableAllFeaturesInput{})
	if reasonOf(err) != "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION" {
		t.Error(err)
	}
	_, err = f.s.InviteAccountToOrganization(f.as(management, "InviteAccountToOrganization"), &api.InviteAccountToOrganizationInput{Target: party})
	if reasonOf(err) != "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES" {
		t.Error(err)
	}
	refused(t, accept(management, first.Id), "InvalidHandshakeTransitionException")
	do(f, f.s.CancelHandshake, "CancelHandshake", &api.CancelHandshakeInput{HandshakeId: first.Id})
	if *approval(first.Id).State != "CANCELED" {
		t.Error("an approval outlives its migration")
	}
	late := begin()
	f.advance(migrationValid)
	if *approval(late.Id).State != "EXPIRED" {
		t.Error("an approval does not end")
	}
	second := begin()
	refused(t, accept(management, approval(second.Id).Id), "AccessDeniedException")
	refused(t, accept(outsider, approval(second.Id).Id), "")
	refused(t, accept(outsider, second.Id), "HandshakeNotFoundException")
	refused(t, accept(management, second.Id), "")
	if o := do(f, f.s.DescribeOrganization, "DescribeOrganization", &api.DescribeOrganizationInput{}).Organization; *o.FeatureSet != "ALL" {
		t.Errorf("%+v", o)
	}
	if p := do(f, f.s.ListPoliciesForTarget, "ListPoliciesForTarget", &api.ListPoliciesForTargetInput{TargetId: new(outsider), Filter: new("SERVICE_CONTROL_POLICY")}).Policies; len(p) != 1 {
		t.Errorf("%+v", p)
	}
	_, err = f.s.EnableAllFeatures(f.as(management, "EnableAllFeatures"), &api.EnableAllFeaturesInput{})
	if reasonOf(err) != "ORGANIZATION_ALREADY_HAS_ALL_FEATURES" {
		t.Error(err)
	}
}
