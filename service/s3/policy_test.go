package s3

import (
	"context"
	"fmt"
	"strings"
	"testing"

	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
)

func statementText(effect, principal, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Principal":%s,"Action":%s,"Resource":%s%s}]}`, effect, principal, action, resource, condition)
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
func TestPutBucketPolicy(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	const root, key, all, in = `{"AWS":"arn:aws:iam::111111111111:root"}`, `"arn:aws:s3:::bkt/*"`, `"*"`, `"arn:aws:s3:::bkt"`
	for name, c := range map[string]struct{ text, want string }{
		"good":                 {statementText("Allow", root, `"s3:GetObject"`, key, ""), ""},
		"both kinds":           {statementText("Allow", root, `["s3:GetObject","s3:ListBucket"]`, `["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"]`, ""), ""},
		"any":                  {statementText("Deny", all, `"*"`, key, `{"Bool":{"aws:SecureTransport":"false"}}`), ""},
		"any resource":         {statementText("Allow", root, `"s3:*"`, `"arn:aws:s3:::bkt*"`, ""), ""},
		"empty":                {"", "MissingRequestBodyError"},
		"no JSON":              {"hello", "MalformedPolicy"},
		"no principal":         {`{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"}]}`, "MalformedPolicy"},
		"other bucket":         {statementText("Allow", root, `"s3:GetObject"`, `"arn:aws:s3:::other/*"`, ""), "MalformedPolicy"},
		"other service":        {statementText("Allow", root, `"ec2:RunInstances"`, key, ""), "MalformedPolicy"},
		"no such action":       {statementText("Allow", root, `"s3:GetObjct"`, key, ""), "MalformedPolicy"},
		"object on bucket":     {statementText("Allow", root, `"s3:GetObject"`, in, ""), "MalformedPolicy"},
		"bucket on object":     {statementText("Allow", root, `"s3:ListBucket"`, key, ""), "MalformedPolicy"},
		"no such operator":     {statementText("Allow", root, `"s3:GetObject"`, key, `{"StringSame":{"aws:UserId":"x"}}`), "MalformedPolicy"},
		"no such key":          {statementText("Allow", root, `"s3:GetObject"`, key, `{"StringEquals":{"s3:colour":"x"}}`), "MalformedPolicy"},
		"operator's case":      {statementText("Allow", root, `"s3:GetObject"`, key, `{"stringEquals":{"aws:UserAgent":"x"}}`), "MalformedPolicy"},
		"Null has no IfExists": {statementText("Allow", root, `"s3:GetObject"`, key, `{"NullIfExists":{"aws:UserAgent":"true"}}`), "MalformedPolicy"},
		"a key not carried":    {statementText("Allow", root, `["s3:GetObject","s3:PutObject"]`, key, `{"StringEquals":{"s3:x-amz-acl":"private"}}`), "MalformedPolicy"},
		"a key carried":        {statementText("Allow", root, `["s3:PutObject","s3:PutObjectAcl"]`, key, `{"StringEquals":{"s3:x-amz-acl":"private"}}`), ""},
		"no such global key":   {statementText("Allow", root, `"s3:GetObject"`, key, `{"StringEquals":{"aws:Colour":"x"}}`), "MalformedPolicy"},
		"tag key":              {statementText("Allow", root, `"s3:GetObject"`, key, `{"StringEquals":{"s3:ExistingObjectTag/a":"x"}}`), ""},
		"no address":           {statementText("Allow", root, `"s3:GetObject"`, key, `{"IpAddress":{"aws:SourceIp":"300.1.1.1"}}`), "MalformedPolicy"},
		"public":               {statementText("Allow", all, `"s3:GetObject"`, key, ""), "AccessDenied"},
		"public but narrow":    {statementText("Allow", all, `"s3:GetObject"`, key, `{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), ""},
		"too long":             {statementText("Allow", root, `"s3:GetObject"`, `"arn:aws:s3:::bkt/`+strings.Repeat("x", maxPolicy)+`"`, ""), "MalformedPolicy"},
	} {
		_, err := r.PutBucketPolicy(r.ctx(), &api.PutBucketPolicyInput{Bucket: p("bkt"), Policy: &c.text})
		if awserr.Code(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
func TestPublicPolicy(t *testing.T) {
	for text, want := range map[string]bool{
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, ""):                                                                     true,
		statementText("Allow", `{"AWS":"*"}`, `"s3:GetObject"`, `"*"`, ""):                                                             true,
		statementText("Deny", `"*"`, `"s3:GetObject"`, `"*"`, ""):                                                                      false,
		statementText("Allow", `{"AWS":"111111111111"}`, `"s3:GetObject"`, `"*"`, ""):                                                  false,
		statementText("Allow", `{"Service":"logs.amazonaws.com"}`, `"s3:GetObject"`, `"*"`, ""):                                        false,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"IpAddress":{"aws:SourceIp":"10.0.0.0/24"}}`):                         false,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}`):                           true,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`):                           false,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"StringLike":{"aws:SourceVpc":"vpc-*"}}`):                             true,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}`):                        true,
		statementText("Allow", `"*"`, `"s3:GetObject"`, `"*"`, `{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111111111111:*"}}`): false,
		"not a policy": true,
	} {
		if got := publicPolicy(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The gateway is given the policy; where public ones are restricted, strangers are not let in by it.
func TestResourcePolicy(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	_, err := r.PutPublicAccessBlock(r.ctx(), &api.PutPublicAccessBlockInput{Bucket: p("bkt"), PublicAccessBlockConfiguration: &api.PublicAccessBlockConfiguration{RestrictPublicBuckets: p(true)}})
	ok(t, err)
	_, err = r.PutBucketPolicy(r.ctx(), &api.PutBucketPolicyInput{Bucket: p("bkt"), Policy: p(statementText("Allow", `"*"`, `"s3:GetObject"`, `"arn:aws:s3:::bkt/*"`, ""))})
	ok(t, err)
	for account, want := range map[string]bool{ann: true, bob: false} {
		d, err := r.ResourcePolicy(r.as(account, "us-east-1"), "arn:aws:s3:::bkt/k")
		ok(t, err)
		if (d != nil) != want {
			t.Errorf("%s: %v", account, d)
		}
	}
	owner, err := r.Owner(context.Background(), "arn:aws:s3:::bkt/k")
	ok(t, err)
	if owner != ann {
		t.Error(owner)
	}
	if d, err := r.ResourcePolicy(r.ctx(), "arn:aws:s3:::none"); d != nil || err != nil {
		t.Error(d, err)
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func TestNeeds(t *testing.T) {
	r := newRig(t)
	b, k := p("bkt"), p("k")
	for _, c := range []struct {
		op   string
		in   any
		want string
	}{
		{"ListBuckets", &api.ListBucketsInput{}, "s3:ListAllMyBuckets *"},
		{"HeadBucket", &api.HeadBucketInput{Bucket: b}, "s3:ListBucket arn:aws:s3:::bkt"},
		{"HeadObject", &api.HeadObjectInput{Bucket: b, Key: k}, "s3:GetObject arn:aws:s3:::bkt/k"},
		{"GetObject", &api.GetObjectInput{Bucket: b, Key: k, VersionId: p("v")}, "s3:GetObjectVersion arn:aws:s3:::bkt/k"},
		{"DeleteObject", &api.DeleteObjectInput{Bucket: b, Key: k, VersionId: p("v")}, "s3:DeleteObjectVersion arn:aws:s3:::bkt/k"},
		{"PutObject", &api.PutObjectInput{Bucket: b, Key: k, Tagging: p("a=b")}, "s3:PutObject arn:aws:s3:::bkt/k, s3:PutObjectTagging arn:aws:s3:::bkt/k"},
		{"CopyObject", &api.CopyObjectInput{Bucket: b, Key: k, CopySource: p("src/x?versionId=v")}, "s3:PutObject arn:aws:s3:::bkt/k, s3:GetObjectVersion arn:aws:s3:::src/x"},
		{"DeleteObjects", &api.DeleteObjectsInput{Bucket: b, Delete: &api.Delete{Objects: []api.ObjectIdentifier{{Key: k}, {Key: k, VersionId: p("v")}}}}, ""},
		{"ListParts", &api.ListPartsInput{Bucket: b, Key: k}, "s3:ListMultipartUploadParts arn:aws:s3:::bkt/k"},
		{"GetBucketEncryption", &api.GetBucketEncryptionInput{Bucket: b}, "s3:GetEncryptionConfiguration arn:aws:s3:::bkt"},
		{"ListObjectVersions", &api.ListObjectVersionsInput{Bucket: b}, "s3:ListBucketVersions arn:aws:s3:::bkt"},
	} {
		needs, known := r.Needs(r.ctx(), c.op, c.in)
		var got []string
		for _, n := range needs {
			got = append(got, n.Action+" "+strings.Join(n.Resources, " "))
		}
		if s := strings.Join(got, ", "); !known || s != c.want {
			t.Errorf("%s: %s, want %s", c.op, s, c.want)
		}
	}
}

func TestConditions(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader("x"), Tagging: p("Team=red")})
	ok(t, err)
	keys, err := r.Conditions(r.ctx(), "GetObject", &api.GetObjectInput{Bucket: p("bkt"), Key: p("k")}, "arn:aws:s3:::bkt/k")
	ok(t, err)
	if keys["s3:existingobjecttag/team"][0] != "red" || keys["s3:resourceaccount"][0] != ann {
		t.Error(keys)
	}
	keys, err = r.Conditions(r.ctx(), "ListObjectsV2", &api.ListObjectsV2Input{Bucket: p("bkt"), Prefix: p("a/"), MaxKeys: p(int32(7))}, "arn:aws:s3:::bkt")
	ok(t, err)
	if keys["s3:prefix"][0] != "a/" || keys["s3:max-keys"][0] != "7" || keys["s3:delimiter"] != nil {
		t.Error(keys)
	}
}

// Anonymous readers get no say over headers, and calls of the house no region.
func TestCallers(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.put("bkt", "k", "x")
	anon := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Region: "us-east-1"}, Principal: call.Principal{Kind: call.Anonymous}})
	_, err := r.HeadObject(anon, &api.HeadObjectInput{Bucket: p("bkt"), Key: p("k"), ResponseContentType: p("text/html")})
	code(t, err, "InvalidRequest")
	house := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: bob, Region: "eu-west-1"}, Via: []string{"firehose.amazonaws.com"}, Principal: call.Principal{Kind: call.AssumedRole, Account: bob}})
	_, err = r.HeadObject(house, &api.HeadObjectInput{Bucket: p("bkt"), Key: p("k")})
	ok(t, err)
	_, err = r.HeadObject(r.as(ann, "eu-west-1"), &api.HeadObjectInput{Bucket: p("bkt"), Key: p("k")})
	code(t, err, "AuthorizationHeaderMalformed")
}
