package iam

import (
	"reflect"
	"slices"
	"testing"

	api "unyo/api/iam"
)

const (
	readMine = `{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/${aws:username}/*"
  }
}`
	bucketNamesAnn = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/ann"},"Action":"s3:*","Resource":"*"}}`
)

func custom(f *fixture, in api.SimulateCustomPolicyInput) []api.EvaluationResult {
	f.t.Helper()
	out, err := f.s.SimulateCustomPolicy(f.ctx, &in)
	if err != nil {
		f.t.Fatal(err)
	}
	return out.EvaluationResults
}

// What is matched is shown with its place in the text, what is missing by name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
func TestSimulateMatchedAndMissing(t *testing.T) {
	f := setUp(t)
	in := api.SimulateCustomPolicyInput{PolicyInputList: []string{anyone, readMine}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::b/ann/k"}}
	in.PolicyInputList = in.PolicyInputList[1:]
	r := custom(f, in)[0]
	if *r.EvalDecision != "implicitDeny" || !slices.Equal(r.ResourceSpecificResults[0].MissingContextValues, []string{"aws:username"}) {
		t.Errorf("without the user's name: %s, missing %v", *r.EvalDecision, r.ResourceSpecificResults[0].MissingContextValues)
	}
	in.ContextEntries = []api.ContextEntry{{ContextKeyName: new("AWS:UserName"), ContextKeyType: new("string"), ContextKeyValues: []string{"ann"}}}
	r = custom(f, in)[0]
	want := []api.Statement{{SourcePolicyId: new("PolicyInputList.1"), SourcePolicyType: new("none"), StartPosition: &api.Position{Line: new(int32(3)), Column: new(int32(16))}, EndPosition: &api.Position{Line: new(int32(7)), Column: new(int32(4))}}}
	if *r.EvalDecision != "allowed" || !reflect.DeepEqual(r.MatchedStatements, want) {
		t.Errorf("%s by %+v", *r.EvalDecision, r.MatchedStatements)
	}
}

// One result for each action, as strict as the strictest of its resources.
func TestSimulateStrictest(t *testing.T) {
	f := setUp(t)
	r := custom(f, api.SimulateCustomPolicyInput{ActionNames: []string{"s3:GetObject", "s3:PutObject"}, ResourceArns: []string{"arn:aws:s3:::b/1", "arn:aws:s3:::b/2"}, PolicyInputList: []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:PutObject","Resource":"*/2"}]}`}})
	if len(r) != 2 || *r[0].EvalDecision != "allowed" || *r[1].EvalDecision != "explicitDeny" {
		t.Fatalf("%+v", r)
	}
	if one := r[1].ResourceSpecificResults; len(one) != 2 || *one[0].EvalResourceDecision != "allowed" || *one[1].EvalResourceDecision != "explicitDeny" || len(one[1].MatchedStatements) != 1 {
		t.Errorf("%+v", one)
	}
}

// Boundary, organisation and the two sides of a call across accounts are told apart.
func TestSimulateDetails(t *testing.T) {
	f := setUp(t)
	const logs = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`
	r := custom(f, api.SimulateCustomPolicyInput{ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{anyone}, PermissionsBoundaryPolicyInputList: []string{logs},
		OrderedOrganizationPolicyInputList: []api.OrderedOrganizationPolicyType{{ServiceControlPolicyInputList: []string{anyone}}}})[0]
	if *r.EvalDecision != "implicitDeny" || *r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary || !*r.OrganizationsDecisionDetail.AllowedByOrganizations {
		t.Errorf("%+v", r)
	}
	in := api.SimulateCustomPolicyInput{ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{"arn:aws:s3:::b/k"}, PolicyInputList: []string{logs}, ResourcePolicy: new(bucketNamesAnn),
		CallerArn: new("arn:aws:iam::111111111111:user/ann"), ResourceOwner: new("arn:aws:iam::222222222222:root")}
	r = custom(f, in)[0]
	if want := map[string]string{"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}; *r.EvalDecision != "implicitDeny" || !reflect.DeepEqual(r.EvalDecisionDetails, want) {
		t.Errorf("across accounts: %s %v", *r.EvalDecision, r.EvalDecisionDetails)
	}
	in.ResourceOwner = nil
	if r = custom(f, in)[0]; *r.EvalDecision != "allowed" || len(r.EvalDecisionDetails) != 0 {
		t.Errorf("in one account: %s %v", *r.EvalDecision, r.EvalDecisionDetails)
	}
}

// A user's own policies, those of the groups, and the boundary; what is excluded does not count.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
func TestSimulatePrincipal(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	in := &api.SimulatePrincipalPolicyInput{PolicySourceArn: &ann.ARN, ActionNames: []string{"logs:PutLogEvents"}}
	simulate := func() api.EvaluationResult {
		t.Helper()
		out, err := f.s.SimulatePrincipalPolicy(f.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return out.EvaluationResults[0]
	}
	if r := simulate(); *r.EvalDecision != "allowed" || *r.MatchedStatements[0].SourcePolicyId != "user_ann_p" || *r.MatchedStatements[0].SourcePolicyType != "user" {
		t.Errorf("%+v", r)
	}
	in.PolicyExclusionList = []api.PolicyIdentifier{{InlinePolicyIdentifier: &api.InlinePolicyIdentifierType{AttachmentType: new("user"), AttachmentName: new("ann"), PolicyName: new("p")}}}
	if r := simulate(); *r.EvalDecision != "implicitDeny" {
		t.Errorf("excluded: %+v", r)
	}
	in.PolicyInputList = []string{anyone}
	in.PermissionsBoundaryPolicyInputList = []string{readMine}
	if r := simulate(); *r.EvalDecision != "implicitDeny" || *r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		t.Errorf("bounded: %+v", r)
	}
	keys, err := f.s.GetContextKeysForPrincipalPolicy(f.ctx, &api.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: &ann.ARN, PolicyInputList: []string{readMine}})
	if err != nil || !slices.Equal(keys.ContextKeyNames, []string{"aws:username"}) {
		t.Errorf("%v %v", keys, err)
	}
}

func TestSimulateRefuses(t *testing.T) {
	f := setUp(t)
	for name, in := range map[string]api.SimulateCustomPolicyInput{
		"a resource policy without caller": {ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{anyone}, ResourcePolicy: new(bucketNamesAnn)},
		"a role as caller":                 {ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{anyone}, CallerArn: new("arn:aws:iam::111111111111:role/r")},
		"an action with a wildcard":        {ActionNames: []string{"s3:*"}, PolicyInputList: []string{anyone}},
		"a malformed policy":               {ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{`{}`}},
		"two boundaries":                   {ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{anyone}, PermissionsBoundaryPolicyInputList: []string{anyone, anyone}},
		"two values of one":                {ActionNames: []string{"s3:GetObject"}, PolicyInputList: []string{anyone}, ContextEntries: []api.ContextEntry{{ContextKeyName: new("a:b"), ContextKeyType: new("string"), ContextKeyValues: []string{"1", "2"}}}},
	} {
		if out, err := f.s.SimulateCustomPolicy(f.ctx, &in); err == nil {
			t.Errorf("%s: %+v", name, out)
		}
	}
	if _, err := f.s.SimulatePrincipalPolicy(f.ctx, &api.SimulatePrincipalPolicyInput{PolicySourceArn: new("arn:aws:iam::111111111111:user/nobody"), ActionNames: []string{"s3:GetObject"}}); err == nil {
		t.Error("nobody was simulated")
	}
}

// Pages hold whole actions.
func TestSimulatePages(t *testing.T) {
	f := setUp(t)
	in := &api.SimulateCustomPolicyInput{ActionNames: []string{"a:A", "a:B", "a:C"}, PolicyInputList: []string{anyone}, MaxItems: new(int32(2))}
	var got []string
	for {
		out, err := f.s.SimulateCustomPolicy(f.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.EvaluationResults {
			got = append(got, *r.EvalActionName)
		}
		if in.Marker = out.Marker; !*out.IsTruncated {
			break
		}
	}
	if !slices.Equal(got, in.ActionNames) {
		t.Errorf("%v", got)
	}
}
