package accessanalyzer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	api "unyo/api/accessanalyzer"
)

// A preview tells what a configuration would change, finding by finding, and changes nothing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-preview-access-apis.html
func TestAccessPreview(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{policy: open}
	a := f.analyzer()
	look := func(c api.Configuration, resource string) (status string, changes []string) {
		id := ok[*api.CreateAccessPreviewOutput](t)(f.CreateAccessPreview(f.ctx(), &api.CreateAccessPreviewInput{AnalyzerArn: a, Configurations: map[string]api.Configuration{resource: c}})).Id
		_, err := f.ListAccessPreviewFindings(f.ctx(), &api.ListAccessPreviewFindingsInput{AnalyzerArn: a, AccessPreviewId: id})
		wantCode(t, err, "ConflictException")
		f.advance(time.Minute)
		for _, x := range ok[*api.ListAccessPreviewFindingsOutput](t)(f.ListAccessPreviewFindings(f.ctx(), &api.ListAccessPreviewFindingsInput{AnalyzerArn: a, AccessPreviewId: id})).Findings {
			changes = append(changes, fmt.Sprint(x.Principal["AWS"], " ", *x.ChangeType, " ", *x.Status))
		}
		slices.Sort(changes)
		return *ok[*api.GetAccessPreviewOutput](t)(f.GetAccessPreview(f.ctx(), &api.GetAccessPreviewInput{AnalyzerArn: a, AccessPreviewId: id})).AccessPreview.Status, changes
	}
	bucket := func(policy string) api.Configuration {
		return api.Configuration{S3Bucket: &api.S3BucketConfiguration{BucketPolicy: &policy}}
	}
	for _, c := range []struct {
		config         api.Configuration
		resource, want string
	}{
		{bucket(open), "arn:aws:s3:::b", "COMPLETED [* UNCHANGED ACTIVE 222222222222 UNCHANGED ACTIVE]"},
		{bucket(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`), "arn:aws:s3:::b", "COMPLETED [* CHANGED RESOLVED 222222222222 CHANGED ACTIVE]"},
		{bucket(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"333333333333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::n/*"}}`), "arn:aws:s3:::n", "COMPLETED [333333333333 NEW ACTIVE]"},
		{bucket(`{}`), "arn:aws:s3:::n", "FAILED []"},
		{api.Configuration{IamRole: &api.IamRoleConfiguration{TrustPolicy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}}`)}}, "arn:aws:iam::" + here + ":role/r", "COMPLETED [222222222222 NEW ACTIVE]"},
	} {
		if status, changes := look(c.config, c.resource); fmt.Sprint(status, " ", changes) != c.want {
			t.Errorf("%s: %s %v, want %s", c.resource, status, changes, c.want)
		}
	}
	if found := f.found(a, nil); len(found) != 2 {
		t.Errorf("a preview changed the findings: %+v", found)
	}
	_, err := f.CreateAccessPreview(f.ctx(), &api.CreateAccessPreviewInput{AnalyzerArn: a, Configurations: map[string]api.Configuration{"arn:aws:sqs:eu-central-1:111111111111:q": {SqsQueue: &api.SqsQueueConfiguration{}}}})
	wantCode(t, err, "NotImplemented")
}
