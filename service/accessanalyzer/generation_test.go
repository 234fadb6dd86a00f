package accessanalyzer

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
	"time"

	api "unyo/api/accessanalyzer"
)

// A policy is made of what the principal has done in the period, by the trail's files; what was refused does not count.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
func TestPolicyGeneration(t *testing.T) {
	f := setUp(t)
	role := "arn:aws:iam::" + here + ":role/app"
	event := func(at, source, name, issuer, code string) string {
		return fmt.Sprintf(`{"eventTime":%q,"eventSource":%q,"eventName":%q,"errorCode":%q,"userIdentity":{"arn":"arn:aws:sts::1:assumed-role/app/s","sessionContext":{"sessionIssuer":{"arn":%q}}}}`, at, source, name, code, issuer)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, `{"Records":[%s,%s,%s,%s,%s]}`,
		event("2026-02-27T10:00:00Z", "s3.amazonaws.com", "ListBuckets", role, ""), event("2026-02-27T10:00:00Z", "logs.amazonaws.com", "CreateLogGroup", role, ""),
		event("2026-02-27T10:00:00Z", "iam.amazonaws.com", "CreateUser", role, "AccessDenied"), event("2026-02-27T10:00:00Z", "sqs.amazonaws.com", "SendMessage", role+"2", ""),
		event("2026-02-20T10:00:00Z", "sqs.amazonaws.com", "CreateQueue", role, ""))
	z.Close()
	f.files = map[string][]byte{"AWSLogs/" + here + "/CloudTrail/eu-central-1/2026/02/27/x.json.gz": b.Bytes(), "AWSLogs/" + here + "/CloudTrail/eu-central-1/2026/01/01/old.json.gz": []byte("not read")}
	in := &api.StartPolicyGenerationInput{PolicyGenerationDetails: &api.PolicyGenerationDetails{PrincipalArn: &role}, CloudTrailDetails: &api.CloudTrailDetails{
		AccessRole: new("arn:aws:iam::" + here + ":role/" + linkedRole), StartTime: new(time.Date(2026, 2, 26, 0, 0, 0, 0, time.UTC)), Trails: []api.Trail{{CloudTrailArn: new("arn:aws:cloudtrail:eu-central-1:" + here + ":trail/t"), AllRegions: new(true)}}}}
	id := ok[*api.StartPolicyGenerationOutput](t)(f.StartPolicyGeneration(f.ctx(), in)).JobId
	_, err := f.StartPolicyGeneration(f.ctx(), in)
	wantCode(t, err, "ServiceQuotaExceededException")
	f.advance(time.Minute)
	got := ok[*api.GetGeneratedPolicyOutput](t)(f.GetGeneratedPolicy(f.ctx(), &api.GetGeneratedPolicyInput{JobId: id}))
	if *got.JobDetails.Status != "SUCCEEDED" || len(got.GeneratedPolicyResult.GeneratedPolicies) != 1 {
		t.Fatalf("%+v %+v", got.JobDetails, got.JobDetails.JobError)
	}
	if text := *got.GeneratedPolicyResult.GeneratedPolicies[0].Policy; text != `{"Statement":[{"Action":["logs:CreateLogGroup","s3:ListAllMyBuckets"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}` {
		t.Error(text)
	}
	f.denied = true
	id = ok[*api.StartPolicyGenerationOutput](t)(f.StartPolicyGeneration(f.ctx(), in)).JobId
	f.advance(time.Minute)
	if got := ok[*api.GetGeneratedPolicyOutput](t)(f.GetGeneratedPolicy(f.ctx(), &api.GetGeneratedPolicyInput{JobId: id})).JobDetails; *got.Status != "FAILED" || *got.JobError.Code != "AUTHORIZATION_ERROR" {
		t.Errorf("%+v", got)
	}
	id = ok[*api.StartPolicyGenerationOutput](t)(f.StartPolicyGeneration(f.ctx(), in)).JobId
	ok[*api.CancelPolicyGenerationOutput](t)(f.CancelPolicyGeneration(f.ctx(), &api.CancelPolicyGenerationInput{JobId: id}))
	f.advance(time.Minute)
	statuses := map[string]int{}
	for _, g := range ok[*api.ListPolicyGenerationsOutput](t)(f.ListPolicyGenerations(f.ctx(), &api.ListPolicyGenerationsInput{PrincipalArn: &role})).PolicyGenerations {
		statuses[*g.Status]++
	}
	if fmt.Sprint(statuses) != "map[CANCELED:1 FAILED:1 SUCCEEDED:1]" {
		t.Error(statuses)
	}
}
