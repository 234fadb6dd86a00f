package accessanalyzer

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/accessanalyzer"
	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/journal"
)

// fixture is an analyzer's account on a held estate in memory, with an S3 and an IAM that it fills.
type fixture struct {
	t *testing.T
	k *kernel.Kernel
	*Service
	buckets map[string]*shelf
	roles   map[string]string // trust policies
	people  map[string]*person
	files   map[string][]byte    // of a trail
	denied  bool                 // the role may see nothing
	used    map[string]time.Time // by service, of whoever is asked after
}

// person is what the IAM of the fixture knows of a user: its keys with their last use.
type person struct {
	made     time.Time
	password bool
	keys     map[string]time.Time
}

// shelf is what the S3 of the fixture knows of a bucket.
type shelf struct {
	policy string
	grants []s3api.Grant
	block  *s3api.PublicAccessBlockConfiguration
}

const here, there = "111111111111", "222222222222"

func setUp(t *testing.T) *fixture {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, k: k, buckets: map[string]*shelf{}, roles: map[string]string{linkedRole: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"` + principal + `"},"Action":"sts:AssumeRole"}}`}}
	f.Service = New(k.For("accessanalyzer"), Peers{IAM: iamapi.Client{Invoker: f}, S3: s3api.Client{Invoker: f}, CloudTrail: cloudtrailapi.Client{Invoker: f}})
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *fixture) ctx() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope:  call.Scope{Partition: "aws", Account: here, Region: "eu-central-1"},
		Serial: f.k.Serial(), Service: "accessanalyzer", At: f.k.Clock.Now(), Principal: call.Principal{ARN: "arn:aws:iam::" + here + ":user/ann"},
	})
}

// Invoke answers as S3 and IAM do.
func (f *fixture) Invoke(ctx context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	if as, ok := call.AsOf(ctx); !ok || !strings.HasSuffix(as.ARN, "/"+linkedRole) {
		f.t.Errorf("%T is not asked in the service's role", in)
	}
	if f.denied {
		return nil, awserr.New(403, "AccessDenied", "no")
	}
	switch in := in.(type) {
	case *s3api.ListBucketsInput:
		out := &s3api.ListBucketsOutput{}
		for name := range f.buckets {
			out.Buckets = append(out.Buckets, s3api.Bucket{Name: &name})
		}
		return out, nil
	case *iamapi.ListRolesInput:
		out := &iamapi.ListRolesOutput{}
		for name := range f.roles {
			path := "/"
			if name == linkedRole {
				path = "/aws-service-role/" + principal + "/"
			}
			out.Roles = append(out.Roles, iamapi.Role{RoleName: &name, Path: &path, Arn: new("arn:aws:iam::" + here + ":role" + path + name)})
		}
		return out, nil
	case *iamapi.GetRoleInput:
		trust, ok := f.roles[*in.RoleName]
		if !ok {
			return nil, awserr.New(404, "NoSuchEntity", "no role")
		}
		return &iamapi.GetRoleOutput{Role: &iamapi.Role{Arn: new("arn:aws:iam::" + here + ":role/" + *in.RoleName), AssumeRolePolicyDocument: new(url.QueryEscape(trust)), CreateDate: new(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}}, nil
	case *cloudtrailapi.GetTrailInput:
		return &cloudtrailapi.GetTrailOutput{Trail: &cloudtrailapi.Trail{S3BucketName: new("trails")}}, nil
	case *s3api.ListObjectsV2Input:
		out := &s3api.ListObjectsV2Output{}
		for key := range f.files {
			if strings.HasPrefix(key, *in.Prefix) {
				out.Contents = append(out.Contents, s3api.Object{Key: &key})
			}
		}
		return out, nil
	case *s3api.GetObjectInput:
		return &s3api.GetObjectOutput{Body: bytes.NewReader(f.files[*in.Key])}, nil
	case *iamapi.ListUsersInput:
		out := &iamapi.ListUsersOutput{}
		for name := range f.people {
			out.Users = append(out.Users, iamapi.User{UserName: &name})
		}
		return out, nil
	case *iamapi.GetUserInput:
		return &iamapi.GetUserOutput{User: &iamapi.User{Arn: new("arn:aws:iam::" + here + ":user/" + *in.UserName), CreateDate: &f.people[*in.UserName].made}}, nil
	case *iamapi.GenerateServiceLastAccessedDetailsInput:
		return &iamapi.GenerateServiceLastAccessedDetailsOutput{JobId: new("job")}, nil
	case *iamapi.GetServiceLastAccessedDetailsInput:
		out := &iamapi.GetServiceLastAccessedDetailsOutput{JobStatus: new("COMPLETED")}
		for _, space := range slices.Sorted(maps.Keys(f.used)) {
			x := iamapi.ServiceLastAccessed{ServiceNamespace: &space}
			if at := f.used[space]; !at.IsZero() {
				x.LastAuthenticated = &at
			}
			out.ServicesLastAccessed = append(out.ServicesLastAccessed, x)
		}
		return out, nil
	case *iamapi.GetLoginProfileInput:
		if !f.people[*in.UserName].password {
			return nil, awserr.New(404, "NoSuchEntity", "no password")
		}
		return &iamapi.GetLoginProfileOutput{LoginProfile: &iamapi.LoginProfile{CreateDate: &f.people[*in.UserName].made}}, nil
	case *iamapi.ListAccessKeysInput:
		out := &iamapi.ListAccessKeysOutput{}
		for id := range f.people[*in.UserName].keys {
			out.AccessKeyMetadata = append(out.AccessKeyMetadata, iamapi.AccessKeyMetadata{AccessKeyId: &id, Status: new("Active"), CreateDate: &f.people[*in.UserName].made})
		}
		return out, nil
	case *iamapi.GetAccessKeyLastUsedInput:
		out := &iamapi.GetAccessKeyLastUsedOutput{AccessKeyLastUsed: &iamapi.AccessKeyLastUsed{}}
		for _, x := range f.people {
			if at := x.keys[*in.AccessKeyId]; !at.IsZero() && !at.After(f.k.Clock.Now()) {
				out.AccessKeyLastUsed.LastUsedDate = &at
			}
		}
		return out, nil
	case *s3api.GetBucketPolicyInput:
		b, ok := f.buckets[*in.Bucket]
		switch {
		case !ok:
			return nil, awserr.New(404, "NoSuchBucket", "no bucket")
		case b.policy == "":
			return nil, awserr.New(404, "NoSuchBucketPolicy", "no policy")
		}
		return &s3api.GetBucketPolicyOutput{Policy: &b.policy}, nil
	case *s3api.GetBucketAclInput:
		return &s3api.GetBucketAclOutput{Owner: &s3api.Owner{ID: new("owner")}, Grants: append(f.buckets[*in.Bucket].grants, s3api.Grant{Permission: new("FULL_CONTROL"), Grantee: &s3api.Grantee{ID: new("owner")}})}, nil
	case *s3api.GetPublicAccessBlockInput:
		if b := f.buckets[*in.Bucket].block; b != nil {
			return &s3api.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: b}, nil
		}
		return nil, awserr.New(404, "NoSuchPublicAccessBlockConfiguration", "none")
	}
	f.t.Fatalf("nobody answers %T", in)
	return nil, nil
}

// changed enters a call to the journal, as the gateway would have, and lets it be seen.
func (f *fixture) changed(service, operation, arn string) {
	f.t.Helper()
	err := f.k.Journal.Record(f.ctx(), journal.Call{RequestID: f.k.Clock.Now().String() + operation + arn, Service: service, Operation: operation, Account: here, Region: "eu-central-1", Resources: []journal.Resource{{ARN: arn}}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.advance(time.Minute)
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// analyzer makes one and lets it look at everything.
func (f *fixture) analyzer() *string {
	f.t.Helper()
	out := ok[*api.CreateAnalyzerOutput](f.t)(f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("a"), Type: new(api.TypeAccount)}))
	f.advance(time.Minute)
	return out.Arn
}

// found lists the findings that meet a filter, in order of their principals.
func (f *fixture) found(analyzer *string, filter map[string]api.Criterion) []api.FindingSummary {
	f.t.Helper()
	return ok[*api.ListFindingsOutput](f.t)(f.ListFindings(f.ctx(), &api.ListFindingsInput{AnalyzerArn: analyzer, Filter: filter,
		Sort: &api.SortCriteria{AttributeName: new("principal.AWS")}})).Findings
}

func eq(values ...string) api.Criterion { return api.Criterion{Eq: values} }
