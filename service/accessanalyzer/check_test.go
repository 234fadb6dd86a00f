package accessanalyzer

import (
	"testing"

	api "unyo/api/accessanalyzer"
)

const read = `{"Version":"2012-10-17","Statement":{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}}`

// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-checks-validating-policies.html
func TestCheckNoNewAccess(t *testing.T) {
	f := setUp(t)
	for text, want := range map[string]string{
		read: "PASS",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}}`:                                                       "PASS",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/k"}}`:                                                       "FAIL",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"}]}`:      "FAIL", // cannot be told piece by piece
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`:   "PASS",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"},{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}`:                "PASS",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"},{"Effect":"Deny","Action":"s3:Put*","Resource":"arn:aws:s3:::b/*"}]}`: "FAIL",
	} {
		out := ok[*api.CheckNoNewAccessOutput](t)(f.CheckNoNewAccess(f.ctx(), &api.CheckNoNewAccessInput{NewPolicyDocument: &text, ExistingPolicyDocument: new(read), PolicyType: new("IDENTITY_POLICY")}))
		if *out.Result != want || (want == "FAIL") != (len(out.Reasons) > 0) {
			t.Errorf("%s: %s %+v", text, *out.Result, out.Reasons)
		}
	}
	_, err := f.CheckNoNewAccess(f.ctx(), &api.CheckNoNewAccessInput{NewPolicyDocument: new("{}"), ExistingPolicyDocument: new(read), PolicyType: new("IDENTITY_POLICY")})
	wantCode(t, err, "InvalidParameterException")
}

// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckAccessNotGranted.html
func TestCheckAccessNotGranted(t *testing.T) {
	f := setUp(t)
	for _, c := range []struct {
		actions, resources []string
		want               string
	}{
		{[]string{"s3:PutObject"}, nil, "PASS"},
		{[]string{"s3:PutObject", "S3:getobject"}, nil, "FAIL"},
		{[]string{"s3:GetObject"}, []string{"arn:aws:s3:::c/*"}, "PASS"},
		{[]string{"s3:GetObject"}, []string{"arn:aws:s3:::b/secret"}, "FAIL"},
		{nil, []string{"arn:aws:s3:::b/*"}, "FAIL"},
	} {
		out := ok[*api.CheckAccessNotGrantedOutput](t)(f.CheckAccessNotGranted(f.ctx(), &api.CheckAccessNotGrantedInput{PolicyDocument: new(read), PolicyType: new("IDENTITY_POLICY"), Access: []api.Access{{Actions: c.actions, Resources: c.resources}}}))
		if *out.Result != c.want {
			t.Errorf("%v %v: %s", c.actions, c.resources, *out.Result)
		}
	}
}

// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html
func TestCheckNoPublicAccess(t *testing.T) {
	f := setUp(t)
	for text, want := range map[string]string{open: "PASS",
		`{"Version":"2012-10-17","Statement":{"Sid":"All","Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"*"}}`:                                                                                                          "FAIL",
		`{"Version":"2012-10-17","Statement":{"Sid":"Wide","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}}}`:                                                          "FAIL",
		`{"Version":"2012-10-17","Statement":{"Sid":"Net","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}}`:                                                      "PASS",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}]}`: "PASS",
	} {
		out := ok[*api.CheckNoPublicAccessOutput](t)(f.CheckNoPublicAccess(f.ctx(), &api.CheckNoPublicAccessInput{PolicyDocument: &text, ResourceType: new("AWS::S3::Bucket")}))
		if *out.Result != want {
			t.Errorf("%s: %s %+v", text, *out.Result, out.Reasons)
		}
	}
}
