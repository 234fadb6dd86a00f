package iam

import (
	"context"
	"strings"
	"testing"
	"time"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/base/call"
)

// advance moves the held clock and runs what is due.
func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

// seen is a call of p to a service, as the gateway tells of it.
func (f *fixture) seen(p call.Principal, service, region, action string) {
	f.t.Helper()
	c := call.From(f.as(p))
	c.Service, c.Region = service, region
	if err := f.s.Seen(call.With(context.Background(), c), action); err != nil {
		f.t.Fatal(err)
	}
}

// TestLastUsed: the first use in a quarter of an hour is recorded, of each service; who goes takes it along.
func TestLastUsed(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	k, err := f.s.CreateAccessKey(f.ctx, &api.CreateAccessKeyInput{UserName: new("ann")})
	if err != nil {
		t.Fatal(err)
	}
	ann.AccessKeyID = *k.AccessKey.AccessKeyId
	used := func() *api.AccessKeyLastUsed {
		t.Helper()
		out, err := f.s.GetAccessKeyLastUsed(f.ctx, &api.GetAccessKeyLastUsedInput{AccessKeyId: &ann.AccessKeyID})
		if err != nil || *out.UserName != "ann" {
			t.Fatalf("%+v, %v", out, err)
		}
		return out.AccessKeyLastUsed
	}
	if u := used(); u.LastUsedDate != nil || *u.Region != "N/A" || *u.ServiceName != "N/A" {
		t.Errorf("before it was used: %+v", u)
	}
	start := f.k.Clock.Now()
	f.seen(ann, "s3", "eu-central-1", "ListAllMyBuckets")
	f.advance(10 * time.Minute)
	f.seen(ann, "s3", "eu-central-1", "ListAllMyBuckets")
	if u := used(); !u.LastUsedDate.Equal(start) || *u.Region != "eu-central-1" || *u.ServiceName != "s3" {
		t.Errorf("within the span: %+v", u)
	}
	f.advance(5 * time.Minute)
	f.seen(ann, "iam", "", "GetUser")
	if u := used(); !u.LastUsedDate.Equal(start.Add(15*time.Minute)) || *u.Region != "us-east-1" || *u.ServiceName != "iam" {
		t.Errorf("another service: %+v", u)
	}
	f.advance(time.Minute)
	f.seen(ann, "s3", "eu-central-1", "ListAllMyBuckets")
	if u := used(); *u.ServiceName != "s3" || !u.LastUsedDate.Equal(start.Add(16*time.Minute)) {
		t.Errorf("behind the span: %+v", u)
	}
	f.advance(tracking)
	if u := used(); u.LastUsedDate != nil {
		t.Errorf("beyond what is tracked: %+v", u)
	}
	if _, err := f.s.DeleteAccessKey(f.ctx, &api.DeleteAccessKeyInput{UserName: new("ann"), AccessKeyId: &ann.AccessKeyID}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.GetAccessKeyLastUsed(f.ctx, &api.GetAccessKeyLastUsedInput{AccessKeyId: &ann.AccessKeyID}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("the key is gone: %v", err)
	}
}

// TestServiceLastAccessed: what the permissions speak of is listed, with what the gateway has seen as of the job's end.
func TestServiceLastAccessed(t *testing.T) {
	f := setUp(t)
	ann, bob := f.user("ann"), f.user("bob")
	for _, name := range []string{"ann", "bob"} {
		if _, err := f.s.PutUserPolicy(f.ctx, &api.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}`)}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: &name, PolicyArn: new("arn:aws:iam::aws:policy/AmazonKinesisFirehoseReadOnlyAccess")}); err != nil {
			t.Fatal(err)
		}
	}
	start := f.k.Clock.Now()
	f.seen(ann, "s3", "eu-central-1", "GetBucketPolicy")
	f.seen(ann, "s3", "eu-west-1", "")
	f.seen(ann, "iam", "", "GetUser")
	f.seen(bob, "firehose", "eu-central-1", "ListDeliveryStreams")
	ask := func(arn string) string {
		t.Helper()
		out, err := f.s.GenerateServiceLastAccessedDetails(f.ctx, &api.GenerateServiceLastAccessedDetailsInput{Arn: &arn, Granularity: new("ACTION_LEVEL")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.JobId
	}
	details := func(job string) *api.GetServiceLastAccessedDetailsOutput {
		t.Helper()
		out, err := f.s.GetServiceLastAccessedDetails(f.ctx, &api.GetServiceLastAccessedDetailsInput{JobId: &job})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	job := ask(ann.ARN)
	if out := details(job); *out.JobStatus != "IN_PROGRESS" || len(out.ServicesLastAccessed) != 0 {
		t.Errorf("before the clock moves: %+v", out)
	}
	f.advance(time.Hour)
	f.seen(ann, "sqs", "eu-central-1", "ListQueues") // after the job
	out := details(job)
	var lines []string
	for _, a := range out.ServicesLastAccessed {
		line := *a.ServiceNamespace
		if a.LastAuthenticated != nil {
			line += " " + a.LastAuthenticated.Sub(start).String() + " " + *a.LastAuthenticatedEntity
		}
		for _, b := range a.TrackedActionsLastAccessed {
			line += " " + *b.ActionName + "@" + *b.LastAccessedRegion
		}
		lines = append(lines, line)
	}
	if got, want := strings.Join(lines, "\n"), "firehose\ns3 0s "+ann.ARN+" GetBucketPolicy@eu-central-1\nsqs"; got != want || *out.JobStatus != "COMPLETED" || !out.JobCompletionDate.Equal(start) {
		t.Errorf("%s\nwant\n%s\n%+v", got, want, out)
	}
	job = ask("arn:aws:iam::aws:policy/AmazonKinesisFirehoseReadOnlyAccess")
	f.advance(0)
	if out := details(job); len(out.ServicesLastAccessed) != 1 || *out.ServicesLastAccessed[0].LastAuthenticatedEntity != bob.ARN || *out.ServicesLastAccessed[0].TotalAuthenticatedEntities != 1 {
		t.Errorf("%+v", out)
	}
	who, err := f.s.GetServiceLastAccessedDetailsWithEntities(f.ctx, &api.GetServiceLastAccessedDetailsWithEntitiesInput{JobId: &job, ServiceNamespace: new("firehose")})
	if err != nil || len(who.EntityDetailsList) != 2 || who.EntityDetailsList[0].LastAuthenticated != nil || !who.EntityDetailsList[1].LastAuthenticated.Equal(start) || *who.EntityDetailsList[1].EntityInfo.Name != "bob" {
		t.Errorf("%+v, %v", who, err)
	}
	if _, err := f.s.GetServiceLastAccessedDetails(f.ctx, &api.GetServiceLastAccessedDetailsInput{JobId: new("00000000-0000-0000-0000-000000000000")}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("no such job: %v", err)
	}
	granting, err := f.s.ListPoliciesGrantingServiceAccess(f.ctx, &api.ListPoliciesGrantingServiceAccessInput{Arn: &ann.ARN, ServiceNamespaces: []string{"s3", "firehose", "ec2"}})
	if err != nil || len(granting.PoliciesGrantingServiceAccess) != 3 {
		t.Fatalf("%+v, %v", granting, err)
	}
	if p := granting.PoliciesGrantingServiceAccess; *p[0].Policies[0].PolicyType != "INLINE" || *p[0].Policies[0].EntityName != "ann" || *p[1].Policies[0].PolicyType != "MANAGED" || len(p[2].Policies) != 0 {
		t.Errorf("%+v", p)
	}
}

// TestCredentialReport: it is made when time moves, tells what there was then, and is the newest for four hours.
func TestCredentialReport(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	f.user("bob")
	k, err := f.s.CreateAccessKey(f.ctx, &api.CreateAccessKeyInput{UserName: new("ann")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.UpdateAccountPasswordPolicy(f.ctx, &api.UpdateAccountPasswordPolicyInput{MaxPasswordAge: new(int32(90))}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.CreateLoginProfile(f.ctx, &api.CreateLoginProfileInput{UserName: new("ann"), Password: new("secret-1")}); err != nil {
		t.Fatal(err)
	}
	ann.AccessKeyID = *k.AccessKey.AccessKeyId
	f.seen(ann, "s3", "eu-central-1", "ListAllMyBuckets")
	get := func() (string, string) {
		out, err := f.s.GetCredentialReport(f.ctx, &api.GetCredentialReportInput{})
		return string(out.Content), awserr.Code(err)
	}
	generate := func() string {
		t.Helper()
		out, err := f.s.GenerateCredentialReport(f.ctx, &api.GenerateCredentialReportInput{})
		if err != nil {
			t.Fatal(err)
		}
		return *out.State
	}
	if _, code := get(); code != "ReportNotPresent" {
		t.Errorf("none was asked for: %s", code)
	}
	if a, b := generate(), generate(); a != "STARTED" || b != "INPROGRESS" {
		t.Errorf("%s, then %s", a, b)
	}
	if _, code := get(); code != "ReportInProgress" {
		t.Errorf("it is not ready: %s", code)
	}
	f.advance(0)
	text, code := get()
	lines := strings.Split(text, "\n")
	if code != "" || len(lines) != 4 || generate() != "COMPLETE" {
		t.Fatalf("%q %s", text, code)
	}
	for _, line := range lines {
		if n := strings.Count(line, ","); n != 22 {
			t.Errorf("%d commas in %q", n, line)
		}
	}
	const at, due = "2026-03-01T00:00:00+00:00", "2026-05-30T00:00:00+00:00"
	want := "ann," + ann.ARN + "," + at + ",true,no_information," + at + "," + due + ",false,true," + at + "," + at + ",eu-central-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,N/A"
	if lines[2] != want || !strings.HasPrefix(lines[1], "<root_account>,arn:aws:iam::111111111111:root,") || !strings.HasPrefix(lines[3], "bob,") {
		t.Errorf("%s\nwant line 3\n%s", text, want)
	}
	f.advance(4 * time.Hour)
	if _, code := get(); code != "ReportExpired" || generate() != "STARTED" {
		t.Errorf("after four hours: %s", code)
	}
}

// BenchmarkSeen: what noting a call adds to it, where nothing is to be written.
func BenchmarkSeen(b *testing.B) {
	f := setUp(b)
	ann := f.user("ann")
	ann.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA"
	c := call.From(f.as(ann))
	c.Service, c.Region = "s3", "eu-central-1"
	ctx := call.With(context.Background(), c)
	for b.Loop() {
		if err := f.s.Seen(ctx, "ListAllMyBuckets"); err != nil {
			b.Fatal(err)
		}
	}
}
