package s3

import (
	"context"
	"testing"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/policy"
)

// may judges an action as the gateway does, for an account's root or, account "", for nobody.
func (r *rig) may(account, op, action, arn string) bool {
	r.t.Helper()
	c := &call.Call{Scope: call.Scope{Partition: "aws", Account: account, Region: "us-east-1"}, Service: "s3", Operation: op, Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root"}}
	if account == "" {
		c.Principal = call.Principal{Kind: call.Anonymous}
	}
	ctx := call.With(context.Background(), c)
	owner, err := r.Owner(ctx, arn)
	ok(r.t, err)
	doc, err := r.ResourcePolicy(ctx, arn)
	ok(r.t, err)
	set := &policy.Set{Resource: doc}
	if account != "" {
		all, err := policy.Parse(policy.Identity, "all", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
		ok(r.t, err)
		set.Identity = []*policy.Document{all}
	}
	return policy.Evaluate(set, &policy.Request{Action: action, Resource: arn, Principal: &c.Principal, Owner: owner}).Allowed
}

// lists makes a bucket of ann's that heeds lists and lets public ones in.
func (r *rig) lists(name, ownership string) {
	r.t.Helper()
	_, err := r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: &name, ObjectOwnership: &ownership})
	ok(r.t, err)
	_, err = r.DeletePublicAccessBlock(r.ctx(), &api.DeletePublicAccessBlockInput{Bucket: &name})
	ok(r.t, err)
}

// What a list grants: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping
func TestListsDecide(t *testing.T) {
	r := newRig(t)
	r.lists("bkt", ownerWriter)
	const b, k = "arn:aws:s3:::bkt", "arn:aws:s3:::bkt/k"
	r.put("bkt", "k", "x")
	check := func(what string, want bool, account, op, action, arn string) {
		t.Helper()
		if got := r.may(account, op, action, arn); got != want {
			t.Errorf("%s: %q may %s on %s: %v", what, account, action, arn, got)
		}
	}
	check("private", false, bob, "ListObjectsV2", "s3:ListBucket", b)
	check("private", true, ann, "ListObjectsV2", "s3:ListBucket", b)
	_, err := r.PutBucketAcl(r.ctx(), &api.PutBucketAclInput{Bucket: p("bkt"), GrantRead: p(`id="` + r.canonical(bob) + `"`), GrantWrite: p("uri=" + allUsers)})
	ok(t, err)
	check("read", true, bob, "ListObjectsV2", "s3:ListBucket", b)
	check("read of the bucket", false, bob, "GetObject", "s3:GetObject", k)
	check("read", false, "", "ListObjectsV2", "s3:ListBucket", b)
	check("write", true, "", "PutObject", "s3:PutObject", k)
	check("write, another's object", false, "", "DeleteObject", "s3:DeleteObject", k)
	check("write", false, bob, "PutBucketAcl", "s3:PutBucketAcl", b)
	_, err = r.PutObjectAcl(r.ctx(), &api.PutObjectAclInput{Bucket: p("bkt"), Key: p("k"), ACL: p("authenticated-read")})
	ok(t, err)
	check("authenticated", true, bob, "GetObject", "s3:GetObject", k)
	check("authenticated", false, "", "GetObject", "s3:GetObject", k)
	check("authenticated", false, bob, "GetObjectAcl", "s3:GetObjectAcl", k)

	_, err = r.PutPublicAccessBlock(r.ctx(), &api.PutPublicAccessBlockInput{Bucket: p("bkt"), PublicAccessBlockConfiguration: &api.PublicAccessBlockConfiguration{IgnorePublicAcls: new(true), BlockPublicAcls: new(true)}})
	ok(t, err)
	check("public lists ignored", false, bob, "GetObject", "s3:GetObject", k)
	check("a grant to an account stays", true, bob, "ListObjectsV2", "s3:ListBucket", b)
	_, err = r.PutObjectAcl(r.ctx(), &api.PutObjectAclInput{Bucket: p("bkt"), Key: p("k"), ACL: p("public-read")})
	code(t, err, "AccessDenied")
	_, err = r.PutBucketOwnershipControls(r.ctx(), &api.PutBucketOwnershipControlsInput{Bucket: p("bkt"), OwnershipControls: &api.OwnershipControls{Rules: []api.OwnershipControlsRule{{ObjectOwnership: p(ownerEnforced)}}}})
	code(t, err, "InvalidBucketAclWithObjectOwnership")
	_, err = r.PutBucketAcl(r.ctx(), &api.PutBucketAclInput{Bucket: p("bkt"), ACL: p("private")})
	ok(t, err)
	_, err = r.PutBucketOwnershipControls(r.ctx(), &api.PutBucketOwnershipControlsInput{Bucket: p("bkt"), OwnershipControls: &api.OwnershipControls{Rules: []api.OwnershipControlsRule{{ObjectOwnership: p(ownerEnforced)}}}})
	ok(t, err)
	_, err = r.PutBucketAcl(r.ctx(), &api.PutBucketAclInput{Bucket: p("bkt"), ACL: p("private")})
	code(t, err, "AccessControlListNotSupported")
}

// The writer owns the object, and the bucket's owner reads it only if the writer lets them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func TestWriterOwns(t *testing.T) {
	r := newRig(t)
	r.lists("bkt", ownerPreferred)
	put := func(key string, acl *string) {
		t.Helper()
		_, err := r.PutObject(r.as(bob, "us-east-1"), &api.PutObjectInput{Bucket: p("bkt"), Key: &key, ACL: acl})
		ok(t, err)
	}
	put("mine", nil)
	put("read", p("bucket-owner-read"))
	put("given", p("bucket-owner-full-control"))
	for key, want := range map[string]struct{ ann, bob bool }{"mine": {false, true}, "read": {true, true}, "given": {true, false}} {
		arn := "arn:aws:s3:::bkt/" + key
		if got := r.may(ann, "GetObject", "s3:GetObject", arn); got != want.ann {
			t.Errorf("ann reads %s: %v", key, got)
		}
		if got := r.may(bob, "GetObject", "s3:GetObject", arn); got != want.bob {
			t.Errorf("bob reads %s: %v", key, got)
		}
		if !r.may(ann, "DeleteObject", "s3:DeleteObject", arn) {
			t.Errorf("ann cannot delete %s", key)
		}
	}
	out, err := r.GetObjectAcl(r.ctx(), &api.GetObjectAclInput{Bucket: p("bkt"), Key: p("read")})
	ok(t, err)
	if len(out.Grants) != 2 || *out.Owner.ID != r.canonical(bob) || *out.Grants[1].Grantee.ID != r.canonical(ann) || *out.Grants[1].Permission != "READ" {
		t.Errorf("%+v", out)
	}
}

func TestListsRefused(t *testing.T) {
	r := newRig(t)
	r.lists("bkt", ownerWriter)
	own := &api.Owner{ID: new(r.canonical(ann))}
	user := func(id string) *api.Grantee { return &api.Grantee{Type: p("CanonicalUser"), ID: &id} }
	document := func(o *api.Owner, g ...api.Grant) *api.AccessControlPolicy {
		return &api.AccessControlPolicy{Owner: o, Grants: g}
	}
	for what, c := range map[string]struct {
		in   api.PutBucketAclInput
		want string
	}{
		"nothing":              {api.PutBucketAclInput{}, "MissingSecurityHeader"},
		"canned and headers":   {api.PutBucketAclInput{ACL: p("private"), GrantRead: p("uri=" + allUsers)}, "InvalidRequest"},
		"document and headers": {api.PutBucketAclInput{AccessControlPolicy: document(own), GrantRead: p("uri=" + allUsers)}, "UnexpectedContent"},
		"no such canned":       {api.PutBucketAclInput{ACL: p("mine")}, "InvalidArgument"},
		"machine images":       {api.PutBucketAclInput{ACL: p("aws-exec-read")}, "NotImplemented"},
		"no form":              {api.PutBucketAclInput{GrantRead: p("everybody")}, "InvalidArgument"},
		"no id":                {api.PutBucketAclInput{GrantRead: p("id=ann")}, "InvalidArgument"},
		"no group":             {api.PutBucketAclInput{GrantRead: p("uri=http://example.com")}, "InvalidArgument"},
		"by mail":              {api.PutBucketAclInput{GrantRead: p("emailAddress=a@example.com")}, "MethodNotAllowed"},
		"no owner":             {api.PutBucketAclInput{AccessControlPolicy: document(nil)}, "MalformedACLError"},
		"another owner":        {api.PutBucketAclInput{AccessControlPolicy: document(&api.Owner{ID: new(r.canonical(bob))})}, "AccessDenied"},
		"no permission":        {api.PutBucketAclInput{AccessControlPolicy: document(own, api.Grant{Grantee: user(r.canonical(bob)), Permission: p("OWN")})}, "MalformedACLError"},
		"no grantee":           {api.PutBucketAclInput{AccessControlPolicy: document(own, api.Grant{Permission: p("READ")})}, "MalformedACLError"},
		"empty grantee":        {api.PutBucketAclInput{AccessControlPolicy: document(own, api.Grant{Grantee: user(""), Permission: p("READ")})}, "MalformedACLError"},
	} {
		c.in.Bucket = p("bkt")
		_, err := r.PutBucketAcl(r.ctx(), &c.in)
		t.Log(what)
		code(t, err, c.want)
	}
	_, err := r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: p("pub"), ACL: p("public-read"), ObjectOwnership: p(ownerWriter)})
	code(t, err, "InvalidBucketAclWithBlockPublicAccessError")
	_, err = r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: p("pub"), ACL: p("log-delivery-write")})
	code(t, err, "InvalidBucketAclWithObjectOwnership")
}

// Who may not list a bucket is not told what is not in it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
func TestAbsenceIsToldToThoseWhoList(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	var asked []string
	blind := rt.WithPermit(r.ctx(), func(_ context.Context, n rt.Need) error {
		asked = append(asked, n.Action+" "+n.Resources[0])
		return accessDenied()
	})
	_, err := r.GetObject(blind, &api.GetObjectInput{Bucket: p("bkt"), Key: p("k")})
	code(t, err, "AccessDenied")
	_, err = r.GetObject(r.ctx(), &api.GetObjectInput{Bucket: p("bkt"), Key: p("k")})
	code(t, err, "NoSuchKey")
	if len(asked) != 1 || asked[0] != "s3:ListBucket arn:aws:s3:::bkt" {
		t.Error(asked)
	}
	r.put("bkt", "k", "x")
	out, err := r.DeleteObjects(blind, &api.DeleteObjectsInput{Bucket: p("bkt"), Delete: &api.Delete{Objects: []api.ObjectIdentifier{{Key: p("k")}, {Key: p("l"), VersionId: p("v")}}}})
	ok(t, err)
	if len(out.Deleted) != 0 || len(out.Errors) != 2 || *out.Errors[1].Code != "AccessDenied" || asked[1] != "s3:DeleteObject arn:aws:s3:::bkt/k" || asked[2] != "s3:DeleteObjectVersion arn:aws:s3:::bkt/l" {
		t.Errorf("%+v, %v", out, asked)
	}
}

// What a policy or list that lets all in does not let in.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (requests must be signed)
func TestUnsigned(t *testing.T) {
	r := newRig(t)
	r.lists("bkt", ownerWriter)
	_, err := r.PutBucketAcl(r.ctx(), &api.PutBucketAclInput{Bucket: p("bkt"), ACL: p("public-read-write")})
	ok(t, err)
	if !r.may("", "PutObject", "s3:PutObject", "arn:aws:s3:::bkt/k") || r.may("", "AbortMultipartUpload", "s3:AbortMultipartUpload", "arn:aws:s3:::bkt/k") {
		t.Error("WRITE to all")
	}
	c := call.Call{Scope: call.Scope{Partition: "aws", Region: "us-east-1"}, Principal: call.Principal{Kind: call.Anonymous}}
	anon := call.With(context.Background(), &c)
	_, err = r.CreateMultipartUpload(anon, &api.CreateMultipartUploadInput{Bucket: p("bkt"), Key: p("k")})
	code(t, err, "AccessDenied")
	_, err = r.CopyObject(anon, &api.CopyObjectInput{Bucket: p("bkt"), Key: p("k"), CopySource: p("bkt/k")})
	code(t, err, "AccessDenied")
	_, err = r.UploadPartCopy(anon, &api.UploadPartCopyInput{Bucket: p("bkt"), Key: p("k"), CopySource: p("bkt/k"), UploadId: p("u"), PartNumber: new(int32(1))})
	code(t, err, "AccessDenied")
	_, err = r.GetBucketPolicy(anon, &api.GetBucketPolicyInput{Bucket: p("bkt")})
	code(t, err, "MethodNotAllowed")
	_, err = r.PutBucketPolicy(r.as(bob, "us-east-1"), &api.PutBucketPolicyInput{Bucket: p("bkt"), Policy: p("{}")})
	code(t, err, "MethodNotAllowed")
	_, err = r.DeleteBucketPolicy(r.as(bob, "us-east-1"), &api.DeleteBucketPolicyInput{Bucket: p("bkt")})
	code(t, err, "MethodNotAllowed")
}
