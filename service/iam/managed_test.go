package iam

import (
	"slices"
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/engine/policy"
)

// TestManagedPolicies: each of AWS's policies compiles, and they stand in the order of their ARNs.
func TestManagedPolicies(t *testing.T) {
	list := awsPolicies().list
	if len(list) < 1000 {
		t.Errorf("%d policies", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b awsPolicy) int { return strings.Compare(a.path+a.name, b.path+b.name) }) {
		t.Error("they are out of order")
	}
	for _, p := range list {
		if _, err := policy.Parse(policy.Identity, p.name, p.document); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if p.version < 1 || p.created.IsZero() || p.updated.Before(p.created) {
			t.Errorf("%s: version %d, made %v, changed %v", p.name, p.version, p.created, p.updated)
		}
	}
	for _, name := range strings.Fields(`AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit AWSSupportAccess job-function/ViewOnlyAccess job-function/Billing
		job-function/DatabaseAdministrator job-function/NetworkAdministrator job-function/SystemAdministrator job-function/DataScientist job-function/SupportUser
		service-role/AWSLambdaBasicExecutionRole service-role/AWSLambdaVPCAccessExecutionRole service-role/AmazonRDSEnhancedMonitoringRole AmazonSSMManagedInstanceCore
		CloudWatchAgentServerPolicy CloudWatchLogsFullAccess AmazonEC2FullAccess AmazonVPCFullAccess IAMFullAccess IAMUserChangePassword AWSCloudTrail_FullAccess
		service-role/AWS_ConfigRole AWSBackupFullAccess service-role/AWSBackupServiceRolePolicyForBackup AmazonAthenaFullAccess AWSGlueConsoleFullAccess service-role/AWSGlueServiceRole`) {
		if _, ok := awsManaged("arn:aws:iam::aws:policy/" + name); !ok {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestManagedPolicyVersion: AWS's policies have their default version, and those of service-linked roles are for those only.
func TestManagedPolicyVersion(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	arn := "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
	got, err := f.s.GetPolicy(f.ctx, &api.GetPolicyInput{PolicyArn: &arn})
	if err != nil || *got.Policy.Path != "/job-function/" || *got.Policy.DefaultVersionId == "v1" || len(*got.Policy.PolicyId) != 21 {
		t.Fatalf("%+v, %v", got.Policy, err)
	}
	v, err := f.s.GetPolicyVersion(f.ctx, &api.GetPolicyVersionInput{PolicyArn: &arn, VersionId: got.Policy.DefaultVersionId})
	if err != nil || !*v.PolicyVersion.IsDefaultVersion || !strings.Contains(*v.PolicyVersion.Document, "2012-10-17") {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := f.s.GetPolicyVersion(f.ctx, &api.GetPolicyVersionInput{PolicyArn: &arn, VersionId: new("v1")}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("a version that is not there: %v", err)
	}
	_, err = f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: new("arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy")})
	if awserr.Code(err) != "PolicyNotAttachable" {
		t.Errorf("a service's own policy was attached: %v", err)
	}
	list, err := f.s.ListPolicies(f.ctx, &api.ListPoliciesInput{Scope: new("AWS"), PathPrefix: new("/job-function/"), MaxItems: new(int32(4))})
	if err != nil || len(list.Policies) != 4 || list.Marker == nil {
		t.Errorf("%+v, %v", list, err)
	}
}

func BenchmarkUnpackPolicies(b *testing.B) {
	for b.Loop() {
		if n := len(unpackPolicies().list); n == 0 {
			b.Fatal("none")
		}
	}
}
