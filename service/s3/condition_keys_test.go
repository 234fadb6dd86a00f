package s3

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/s3"
	"unyo/base/call"
)

// TestConditionKeys: which call gives which of S3's keys what value; "" where there must be none.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
func TestConditionKeys(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader("x"), Tagging: p("Team=red")})
	ok(t, err)
	put := func(change func(*api.PutObjectInput)) *api.PutObjectInput {
		in := &api.PutObjectInput{Bucket: p("bkt"), Key: p("k")}
		change(in)
		return in
	}
	signed := func(change func(*call.Call)) *call.Call {
		c := &call.Call{Scope: call.Scope{Partition: "aws", Account: ann, Region: "us-east-1"}, Principal: call.Principal{Kind: call.IAMUser, Account: ann, AccessKeyID: "AKIA"}, PayloadHash: "UNSIGNED-PAYLOAD"}
		change(c)
		return c
	}
	plain := signed(func(*call.Call) {})
	presigned := signed(func(c *call.Call) { c.Presigned, c.SignatureAge = true, 90*time.Second })
	tls := signed(func(c *call.Call) { c.TLSVersion = "1.3" })
	anonymous := signed(func(c *call.Call) { c.Principal = call.Principal{Kind: call.Anonymous} })
	house := signed(func(c *call.Call) { c.Via = []string{"firehose.amazonaws.com"} })
	get, list := &api.GetObjectInput{Bucket: p("bkt"), Key: p("k")}, &api.ListObjectsV2Input{Bucket: p("bkt")}
	until := r.now().Add(49 * time.Hour)
	for _, c := range []struct {
		key  string
		by   *call.Call
		op   string
		in   any
		want string
	}{
		{"s3:prefix", plain, "ListObjectsV2", &api.ListObjectsV2Input{Bucket: p("bkt"), Prefix: p("a/")}, "a/"},
		{"s3:prefix", plain, "ListObjectsV2", list, ""},
		{"s3:delimiter", plain, "ListObjectsV2", &api.ListObjectsV2Input{Bucket: p("bkt"), Delimiter: p("/")}, "/"},
		{"s3:max-keys", plain, "ListObjectsV2", &api.ListObjectsV2Input{Bucket: p("bkt"), MaxKeys: p(int32(7))}, "7"},
		{"s3:max-keys", plain, "ListObjectsV2", list, ""},
		{"s3:versionid", plain, "GetObject", &api.GetObjectInput{Bucket: p("bkt"), Key: p("k"), VersionId: p("v")}, "v"},
		{"s3:versionid", plain, "GetObject", get, ""},
		{"s3:x-amz-acl", plain, "PutObject", put(func(in *api.PutObjectInput) { in.ACL = p("public-read") }), "public-read"},
		{"s3:x-amz-grant-read", plain, "PutObject", put(func(in *api.PutObjectInput) { in.GrantRead = p("id=x") }), "id=x"},
		{"s3:x-amz-grant-read-acp", plain, "PutObject", put(func(in *api.PutObjectInput) { in.GrantReadACP = p("id=x") }), "id=x"},
		{"s3:x-amz-grant-write-acp", plain, "PutObject", put(func(in *api.PutObjectInput) { in.GrantWriteACP = p("id=x") }), "id=x"},
		{"s3:x-amz-grant-full-control", plain, "PutObject", put(func(in *api.PutObjectInput) { in.GrantFullControl = p("id=x") }), "id=x"},
		{"s3:x-amz-grant-write", plain, "PutBucketAcl", &api.PutBucketAclInput{Bucket: p("bkt"), GrantWrite: p("id=x")}, "id=x"},
		{"s3:x-amz-storage-class", plain, "PutObject", put(func(in *api.PutObjectInput) { in.StorageClass = p("GLACIER") }), "GLACIER"},
		{"s3:x-amz-server-side-encryption", plain, "PutObject", put(func(in *api.PutObjectInput) { in.ServerSideEncryption = p("AES256") }), "AES256"},
		{"s3:x-amz-server-side-encryption-aws-kms-key-id", plain, "PutObject", put(func(in *api.PutObjectInput) { in.SSEKMSKeyId = p("key") }), "key"},
		{"s3:x-amz-server-side-encryption-customer-algorithm", plain, "PutObject", put(func(in *api.PutObjectInput) { in.SSECustomerAlgorithm = p("AES256") }), "AES256"},
		{"s3:x-amz-website-redirect-location", plain, "PutObject", put(func(in *api.PutObjectInput) { in.WebsiteRedirectLocation = p("/x") }), "/x"},
		{"s3:x-amz-copy-source", plain, "CopyObject", &api.CopyObjectInput{Bucket: p("bkt"), Key: p("k"), CopySource: p("a/b")}, "a/b"},
		{"s3:x-amz-metadata-directive", plain, "CopyObject", &api.CopyObjectInput{Bucket: p("bkt"), Key: p("k"), CopySource: p("a/b"), MetadataDirective: p("REPLACE")}, "REPLACE"},
		{"s3:x-amz-object-ownership", plain, "CreateBucket", &api.CreateBucketInput{Bucket: p("new"), ObjectOwnership: p("ObjectWriter")}, "ObjectWriter"},
		{"s3:locationconstraint", plain, "CreateBucket", &api.CreateBucketInput{Bucket: p("new"), CreateBucketConfiguration: &api.CreateBucketConfiguration{LocationConstraint: p("eu-west-1")}}, "eu-west-1"},
		{"s3:x-amz-bucket-namespace", plain, "CreateBucket", &api.CreateBucketInput{Bucket: p("new"), BucketNamespace: p("global")}, "global"},
		{"s3:objectcreationoperation", plain, "PutObject", put(func(*api.PutObjectInput) {}), "true"},
		{"s3:objectcreationoperation", plain, "UploadPart", &api.UploadPartInput{Bucket: p("bkt"), Key: p("k")}, "false"},
		{"s3:objectcreationoperation", plain, "GetObject", get, ""},
		{"s3:if-match", plain, "PutObject", put(func(in *api.PutObjectInput) { in.IfMatch = p("e") }), "e"},
		{"s3:if-none-match", plain, "PutObject", put(func(in *api.PutObjectInput) { in.IfNoneMatch = p("*") }), "*"},
		{"s3:object-lock-mode", plain, "PutObject", put(func(in *api.PutObjectInput) { in.ObjectLockMode = p("GOVERNANCE") }), "GOVERNANCE"},
		{"s3:object-lock-legal-hold", plain, "PutObjectLegalHold", &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("k"), LegalHold: &api.ObjectLockLegalHold{Status: p("ON")}}, "ON"},
		{"s3:object-lock-remaining-retention-days", plain, "PutObject", put(func(in *api.PutObjectInput) { in.ObjectLockRetainUntilDate = &until }), "2"},
		{"s3:object-lock-retain-until-date", plain, "PutObject", put(func(in *api.PutObjectInput) { in.ObjectLockRetainUntilDate = &until }), until.UTC().Format(time.RFC3339)},
		{"s3:requestobjecttag/team", plain, "PutObject", put(func(in *api.PutObjectInput) { in.Tagging = p("Team=blue") }), "blue"},
		{"s3:requestobjecttagkeys", plain, "PutObject", put(func(in *api.PutObjectInput) { in.Tagging = p("Team=blue&a=b") }), "Team a"},
		{"s3:requestobjecttag/team", plain, "PutObjectTagging", &api.PutObjectTaggingInput{Bucket: p("bkt"), Key: p("k"), Tagging: &api.Tagging{TagSet: []api.Tag{{Key: p("Team"), Value: p("blue")}}}}, "blue"},
		{"s3:existingobjecttag/team", plain, "GetObject", get, "red"},
		{"s3:existingobjecttag/team", plain, "ListObjectsV2", list, ""},
		{"s3:resourceaccount", plain, "GetObject", get, ann},
		{"s3:signatureversion", plain, "GetObject", get, "AWS4-HMAC-SHA256"},
		{"s3:signatureversion", anonymous, "GetObject", get, ""},
		{"s3:authtype", plain, "GetObject", get, "REST-HEADER"},
		{"s3:authtype", presigned, "GetObject", get, "REST-QUERY-STRING"},
		{"s3:authtype", house, "GetObject", get, ""},
		{"s3:signatureage", presigned, "GetObject", get, "90000"},
		{"s3:signatureage", plain, "GetObject", get, ""},
		{"s3:x-amz-content-sha256", plain, "GetObject", get, "UNSIGNED-PAYLOAD"},
		{"s3:x-amz-content-sha256", anonymous, "GetObject", get, ""},
		{"s3:tlsversion", tls, "GetObject", get, "1.3"},
		{"s3:tlsversion", plain, "GetObject", get, ""},
	} {
		arn := "arn:aws:s3:::bkt/k"
		if c.in == any(list) || strings.Contains(c.op, "Bucket") {
			arn = "arn:aws:s3:::bkt"
		}
		keys, err := r.Conditions(call.With(t.Context(), c.by), c.op, c.in, arn)
		ok(t, err)
		if got := strings.Join(keys[c.key], " "); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.key, c.op, got, c.want)
		}
	}
}
