package accessanalyzer

import (
	"testing"
	"time"

	api "unyo/api/accessanalyzer"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
)

const open = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}},
	{"Effect":"Allow","Principal":{"AWS":["222222222222","111111111111"]},"Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::b/*"}]}`

var active = map[string]api.Criterion{"status": eq("ACTIVE")}

// A bucket's findings appear with the analyzer, follow its policy, and are resolved when nobody is let in any more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html
func TestBucketFindings(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{policy: open}
	f.buckets["quiet"] = &shelf{}
	a := f.analyzer()
	found := f.found(a, active)
	if len(found) != 2 {
		t.Fatalf("%+v", found)
	}
	public, cross := found[0], found[1]
	if public.Principal["AWS"] != "*" || public.Condition["aws:SourceVpce"] != "vpce-1" || *public.IsPublic || *public.Sources[0].Type != "POLICY" {
		t.Errorf("through an endpoint: %+v", public)
	}
	if cross.Principal["AWS"] != there || len(cross.Action) != 2 || *cross.Resource != "arn:aws:s3:::b" || *cross.ResourceType != "AWS::S3::Bucket" || *cross.ResourceOwnerAccount != here {
		t.Errorf("across accounts: %+v", cross)
	}
	f.buckets["b"].policy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`
	f.changed("s3", "PutBucketPolicy", "arn:aws:s3:::b")
	if found = f.found(a, active); len(found) != 1 || *found[0].Id != *cross.Id || len(found[0].Action) != 1 {
		t.Errorf("the policy allows less: %+v", found)
	}
	delete(f.buckets, "b")
	f.changed("s3", "DeleteBucket", "arn:aws:s3:::b")
	if found = f.found(a, active); len(found) != 0 {
		t.Errorf("the bucket is no more: %+v", found)
	}
	if found = f.found(a, map[string]api.Criterion{"status": eq("RESOLVED")}); len(found) != 2 {
		t.Errorf("resolved: %+v", found)
	}
	f.advance(resolvedLife)
	if found = f.found(a, nil); len(found) != 0 {
		t.Errorf("resolved for ninety days: %+v", found)
	}
}

// ACLs let in groups and other accounts, unless they are ignored; a public policy lets nobody in where buckets are restricted.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func TestBucketBlocks(t *testing.T) {
	f := setUp(t)
	grants := []s3api.Grant{
		{Permission: new("READ"), Grantee: &s3api.Grantee{URI: new("http://acs.amazonaws.com/groups/global/AllUsers")}},
		{Permission: new("WRITE"), Grantee: &s3api.Grantee{ID: new("other")}},
	}
	public := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`
	f.buckets["b"] = &shelf{policy: public, grants: grants}
	a := f.analyzer()
	found := f.found(a, active)
	if len(found) != 2 || !*found[1].IsPublic || len(found[1].Sources) != 2 || found[0].Principal["CanonicalUser"] != "other" || found[0].Action[0] != "s3:PutObject" {
		t.Fatalf("%+v", found)
	}
	f.buckets["b"].block = &s3api.PublicAccessBlockConfiguration{IgnorePublicAcls: new(true), RestrictPublicBuckets: new(true)}
	f.changed("s3", "PutPublicAccessBlock", "arn:aws:s3:::b")
	if found = f.found(a, active); len(found) != 1 || found[0].Principal["CanonicalUser"] != "other" {
		t.Errorf("blocked: %+v", found)
	}
	r := ok[*api.GetAnalyzedResourceOutput](t)(f.GetAnalyzedResource(f.ctx(), &api.GetAnalyzedResourceInput{AnalyzerArn: a, ResourceArn: new("arn:aws:s3:::b")})).Resource
	if *r.IsPublic || *r.Status != "ACTIVE" || len(r.SharedVia) != 1 || r.SharedVia[0] != "BUCKET_ACL" {
		t.Errorf("%+v", r)
	}
}

// A role that others may assume is a finding in the words of its trust policy.
func TestRoleFindings(t *testing.T) {
	f := setUp(t)
	f.roles["cross"] = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}},
		{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	f.roles["inner"] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}}`
	f.roles["web"] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}`
	a := f.analyzer()
	found := f.found(a, active)
	if len(found) != 2 || found[0].Principal["Federated"] != "accounts.google.com" || found[1].Principal["AWS"] != there || found[1].Condition["sts:ExternalId"] != "x" {
		t.Fatalf("%+v", found)
	}
	all := ok[*api.ListAnalyzedResourcesOutput](t)(f.ListAnalyzedResources(f.ctx(), &api.ListAnalyzedResourcesInput{AnalyzerArn: a, ResourceType: new("AWS::IAM::Role")}))
	if len(all.AnalyzedResources) != 3 {
		t.Errorf("%+v", all)
	}
	v2 := ok[*api.GetFindingV2Output](t)(f.GetFindingV2(f.ctx(), &api.GetFindingV2Input{AnalyzerArn: a, Id: found[1].Id}))
	if *v2.FindingType != "ExternalAccess" || v2.FindingDetails[0].ExternalAccessDetails.Action[0] != "sts:AssumeRole" {
		t.Errorf("%+v", v2)
	}
}

// Rules archive what appears; what is archived stays so until somebody says otherwise, and is resolved all the same.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-archive-rules.html
func TestArchive(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{policy: open}
	a := f.analyzer()
	ok[*api.CreateArchiveRuleOutput](t)(f.CreateArchiveRule(f.ctx(), &api.CreateArchiveRuleInput{AnalyzerName: new("a"), RuleName: new("friends"),
		Filter: map[string]api.Criterion{"principal.AWS": {Contains: []string{"2222"}}}}))
	if found := f.found(a, active); len(found) != 2 {
		t.Fatalf("a rule archives nothing that is there: %+v", found)
	}
	ok[*api.ApplyArchiveRuleOutput](t)(f.ApplyArchiveRule(f.ctx(), &api.ApplyArchiveRuleInput{AnalyzerArn: a, RuleName: new("friends")}))
	archived := f.found(a, map[string]api.Criterion{"status": eq("ARCHIVED")})
	if len(archived) != 1 {
		t.Fatalf("%+v", archived)
	}
	f.changed("s3", "PutBucketAcl", "arn:aws:s3:::b")
	if again := f.found(a, map[string]api.Criterion{"status": eq("ARCHIVED")}); len(again) != 1 {
		t.Errorf("looked at again: %+v", again)
	}
	ok[*api.UpdateFindingsOutput](t)(f.UpdateFindings(f.ctx(), &api.UpdateFindingsInput{AnalyzerArn: a, Ids: []string{*archived[0].Id}, Status: new("ACTIVE")}))
	if found := f.found(a, active); len(found) != 2 {
		t.Errorf("%+v", found)
	}
	f.buckets["new"] = &shelf{policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::new/*"}}`}
	f.changed("s3", "CreateBucket", "arn:aws:s3:::new")
	if found := f.found(a, map[string]api.Criterion{"resource": eq("arn:aws:s3:::new")}); len(found) != 1 || *found[0].Status != "ARCHIVED" {
		t.Errorf("what appears under a rule: %+v", found)
	}
	_, err := f.ListFindings(f.ctx(), &api.ListFindingsInput{AnalyzerArn: a, Filter: map[string]api.Criterion{"colour": eq("red")}})
	wantCode(t, err, "ValidationException")
}

// What the service may not see is a finding of its own.
func TestDenied(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{}
	a := f.analyzer()
	f.denied = true
	ok[*api.StartResourceScanOutput](t)(f.StartResourceScan(f.ctx(), &api.StartResourceScanInput{AnalyzerArn: a, ResourceArn: new("arn:aws:s3:::b")}))
	linked := "arn:aws:iam::" + here + ":role/aws-service-role/" + principal + "/" + linkedRole
	if _, err := f.StartResourceScan(f.ctx(), &api.StartResourceScanInput{AnalyzerArn: a, ResourceArn: &linked}); awserr.Code(err) != "ValidationException" {
		t.Errorf("a service-linked role is looked at: %v", err)
	}
	f.advance(time.Minute)
	if found := f.found(a, active); len(found) != 1 || *found[0].Error != "ACCESS_DENIED" {
		t.Errorf("%+v", found)
	}
}
