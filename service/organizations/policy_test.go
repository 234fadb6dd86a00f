package organizations

import (
	"strings"
	"testing"

	api "unyo/api/organizations"
	"unyo/base/call"
	"unyo/engine/policy"
)

const denyLogs = `{"Version":"2012-10-17","Statement":{"Sid":"NoLogs","Effect":"Deny","Action":"logs:*","Resource":"*"}}`

// TestPolicies: their grammar, names, places and limits, with AWS's errors.
func TestPolicies(t *testing.T) {
	f := setUp(t)
	root := f.organize()
	a := f.account("a")
	const scp = "SERVICE_CONTROL_POLICY"
	create := func(kind, name, content string) error {
		_, err := f.s.CreatePolicy(f.as(management, "CreatePolicy"), &api.CreatePolicyInput{Type: &kind, Name: &name, Description: new(""), Content: &content})
		return err
	}
	refused(t, create("BACKUP_POLICY", "b", "{}"), "NotImplemented")
	for _, broken := range []string{
		`{`, `{"Version":"2012-10-17"}`, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"logs:*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"logs","Resource":"*"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"logs:*","Resource":"*","Condition":{"Nearly":{"aws:username":"a"}}}}`,
	} {
		refused(t, create(scp, "broken", broken), "MalformedPolicyDocumentException")
	}
	refused(t, create("RESOURCE_CONTROL_POLICY", "r", denyLogs), "MalformedPolicyDocumentException") // names no principal
	if err := create(scp, "large", denyLogs+strings.Repeat(" ", 5121-len(denyLogs))); reasonOf(err) != "POLICY_CONTENT_LIMIT_EXCEEDED" {
		t.Error(err)
	}
	p := f.policy(scp, "no logs", denyLogs)
	refused(t, create(scp, "no logs", denyLogs), "DuplicatePolicyException")
	attach := func(policy, target string) error {
		_, err := f.s.AttachPolicy(f.as(management, "AttachPolicy"), &api.AttachPolicyInput{PolicyId: &policy, TargetId: &target})
		return err
	}
	detach := func(policy, target string) error {
		_, err := f.s.DetachPolicy(f.as(management, "DetachPolicy"), &api.DetachPolicyInput{PolicyId: &policy, TargetId: &target})
		return err
	}
	refused(t, attach("p-0123456789", a), "PolicyNotFoundException")
	refused(t, attach(p, outsider), "TargetNotFoundException")
	refused(t, detach(p, a), "PolicyNotAttachedException")
	if err := detach(fullAccess, a); reasonOf(err) != "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED" {
		t.Error(err)
	}
	refused(t, attach(p, a), "")
	refused(t, attach(p, a), "DuplicatePolicyAttachmentException")
	for _, name := range []string{"2", "3", "4"} {
		f.attach(f.policy(scp, name, denyLogs), a)
	}
	if err := attach(f.policy(scp, "5", denyLogs), a); reasonOf(err) != "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED" {
		t.Error(err)
	}
	remove := func(id string) error {
		_, err := f.s.DeletePolicy(f.as(management, "DeletePolicy"), &api.DeletePolicyInput{PolicyId: &id})
		return err
	}
	refused(t, remove(p), "PolicyInUseException")
	if err := remove(fullAccess); reasonOf(err) != "IMMUTABLE_POLICY" {
		t.Error(err)
	}
	if l := do(f, f.s.ListPoliciesForTarget, "ListPoliciesForTarget", &api.ListPoliciesForTargetInput{TargetId: &a, Filter: new(scp)}).Policies; len(l) != 5 {
		t.Errorf("%d", len(l))
	}
	if l := do(f, f.s.ListTargetsForPolicy, "ListTargetsForPolicy", &api.ListTargetsForPolicyInput{PolicyId: new(fullAccess)}).Targets; len(l) != 3 {
		t.Errorf("%d", len(l))
	}
	if l := do(f, f.s.ListPolicies, "ListPolicies", &api.ListPoliciesInput{Filter: new(scp)}).Policies; len(l) != 6 || *l[0].Id != fullAccess || !*l[0].AwsManaged {
		t.Errorf("%d", len(l))
	}
	refused(t, detach(p, a), "")
	if u := do(f, f.s.UpdatePolicy, "UpdatePolicy", &api.UpdatePolicyInput{PolicyId: &p, Name: new("other"), Description: new("d")}).Policy; *u.PolicySummary.Name != "other" || *u.Content != denyLogs {
		t.Errorf("%+v", u)
	}
	refused(t, remove(p), "")
	_, err := f.s.EnablePolicyType(f.as(management, "EnablePolicyType"), &api.EnablePolicyTypeInput{RootId: &root, PolicyType: new("CHATBOT_POLICY")})
	refused(t, err, "NotImplemented")
	_, err = f.s.EnablePolicyType(f.as(management, "EnablePolicyType"), &api.EnablePolicyTypeInput{RootId: &root, PolicyType: new(scp)})
	refused(t, err, "PolicyTypeAlreadyEnabledException")
	do(f, f.s.EnablePolicyType, "EnablePolicyType", &api.EnablePolicyTypeInput{RootId: &root, PolicyType: new("RESOURCE_CONTROL_POLICY")})
	if err := detach(rcpFullAccess, root); reasonOf(err) != "NON_DETACHABLE_POLICY" {
		t.Error(err)
	}
}

// TestConsolidatedBilling: without all features there are no policies.
func TestConsolidatedBilling(t *testing.T) {
	f := setUp(t)
	do(f, f.s.CreateOrganization, "CreateOrganization", &api.CreateOrganizationInput{FeatureSet: new("CONSOLIDATED_BILLING")})
	root := do(f, f.s.ListRoots, "ListRoots", &api.ListRootsInput{}).Roots[0]
	if len(root.PolicyTypes) != 0 {
		t.Errorf("%+v", root)
	}
	_, err := f.s.EnablePolicyType(f.as(management, "EnablePolicyType"), &api.EnablePolicyTypeInput{RootId: root.Id, PolicyType: new("SERVICE_CONTROL_POLICY")})
	refused(t, err, "PolicyTypeNotAvailableForOrganizationException")
	_, err = f.s.CreatePolicy(f.as(management, "CreatePolicy"), &api.CreatePolicyInput{Type: new("SERVICE_CONTROL_POLICY"), Name: new("p"), Description: new(""), Content: new(denyLogs)})
	refused(t, err, "PolicyTypeNotAvailableForOrganizationException")
}

// TestMembership: every level must allow; a change holds with the next question; the management account is under nothing.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
func TestMembership(t *testing.T) {
	f := setUp(t)
	root := f.organize()
	a := f.account("a")
	unit := f.unit(root, "workloads")
	do(f, f.s.MoveAccount, "MoveAccount", &api.MoveAccountInput{AccountId: &a, SourceParentId: &root, DestinationParentId: &unit})
	decide := func(account, action string) policy.Verdict {
		t.Helper()
		m, err := f.s.Membership(f.as(account, ""), account)
		if err != nil {
			t.Fatal(err)
		}
		return policy.Evaluate(&policy.Set{SCPs: m.SCPs}, &policy.Request{Action: action, Resource: "*", Principal: &call.Principal{Kind: call.Root, Account: account}})
	}
	holds := func(action string, allowed bool, document string) {
		t.Helper()
		if v := decide(a, action); v.Allowed != allowed || !strings.Contains(v.Document, document) {
			t.Errorf("%s: %+v", action, v)
		}
	}
	holds("logs:CreateLogGroup", true, "")
	deny := f.policy("SERVICE_CONTROL_POLICY", "deny", denyLogs)
	f.attach(deny, unit)
	holds("logs:CreateLogGroup", false, ":policy/o-")
	holds("s3:ListAllMyBuckets", true, "")
	if v := decide(management, "logs:CreateLogGroup"); !v.Allowed {
		t.Errorf("%+v", v)
	}
	do(f, f.s.UpdatePolicy, "UpdatePolicy", &api.UpdatePolicyInput{PolicyId: &deny, Content: new(strings.Replace(denyLogs, "logs:*", "s3:*", 1))})
	holds("logs:CreateLogGroup", true, "")
	holds("s3:ListAllMyBuckets", false, deny)
	do(f, f.s.DetachPolicy, "DetachPolicy", &api.DetachPolicyInput{PolicyId: &deny, TargetId: &unit})
	f.attach(f.policy("SERVICE_CONTROL_POLICY", "only s3", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`), unit)
	do(f, f.s.DetachPolicy, "DetachPolicy", &api.DetachPolicyInput{PolicyId: new(fullAccess), TargetId: &unit})
	holds("logs:CreateLogGroup", false, "")
	holds("s3:ListAllMyBuckets", true, "")
	do(f, f.s.MoveAccount, "MoveAccount", &api.MoveAccountInput{AccountId: &a, SourceParentId: &unit, DestinationParentId: &root})
	holds("logs:CreateLogGroup", true, "")
	do(f, f.s.AttachPolicy, "AttachPolicy", &api.AttachPolicyInput{PolicyId: &deny, TargetId: &root})
	holds("s3:ListAllMyBuckets", false, deny)
	do(f, f.s.DisablePolicyType, "DisablePolicyType", &api.DisablePolicyTypeInput{RootId: &root, PolicyType: new("SERVICE_CONTROL_POLICY")})
	holds("s3:ListAllMyBuckets", true, "")
	do(f, f.s.EnablePolicyType, "EnablePolicyType", &api.EnablePolicyTypeInput{RootId: &root, PolicyType: new("SERVICE_CONTROL_POLICY")})
	if l := do(f, f.s.ListTargetsForPolicy, "ListTargetsForPolicy", &api.ListTargetsForPolicyInput{PolicyId: new(fullAccess)}).Targets; len(l) != 4 {
		t.Errorf("the full access stands at %d places", len(l))
	}
}

// BenchmarkMembership is what organisations add to every call of a member.
func BenchmarkMembership(b *testing.B) {
	t := &testing.T{}
	f := setUpOn(t, nil, newAccounts())
	defer f.close()
	root := f.organize()
	a := f.account("a")
	f.attach(f.policy("SERVICE_CONTROL_POLICY", "deny", denyLogs), root)
	ctx := f.as(a, "")
	b.ReportAllocs()
	for b.Loop() {
		if m, err := f.s.Membership(ctx, a); err != nil || len(m.SCPs) != 2 {
			b.Fatal(err)
		}
	}
}
