package s3

import (
	"context"
	"reflect"
	"strconv"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs names the actions and ARNs of a call. S3 has one action for several operations, and a different one where a version is named.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	v := reflect.ValueOf(in).Elem()
	name, key, version := text(v, "Bucket"), text(v, "Key"), text(v, "VersionId")
	switch op {
	case "ListBuckets":
		return need("ListAllMyBuckets", "*"), true
	case "HeadBucket", "ListObjects", "ListObjectsV2":
		return need("ListBucket", s.bucketARN(name)), true
	case "ListObjectVersions":
		return need("ListBucketVersions", s.bucketARN(name)), true
	case "CreateBucket":
		return s.createNeeds(in.(*api.CreateBucketInput), name), true
	case "GetObject", "HeadObject", "GetObjectTagging", "GetObjectAcl", "PutObjectTagging", "DeleteObjectTagging", "PutObjectAcl", "DeleteObject":
		return need(versioned(op, version), s.objectARN(name, key)), true
	case "GetObjectAttributes":
		return append(need(versioned("GetObject", version), s.objectARN(name, key)), need(versioned(op, version), s.objectARN(name, key))...), true
	case "PutObject", "CreateMultipartUpload":
		return s.writeNeeds(call.From(ctx), v, s.objectARN(name, key)), true
	case "UploadPart", "CompleteMultipartUpload":
		return need("PutObject", s.objectARN(name, key)), true
	case "CopyObject", "UploadPartCopy":
		return s.copyNeeds(call.From(ctx), v, s.objectARN(name, key)), true
	case "DeleteObjects":
		return nil, true // asked for each object, which is answered for itself
	}
	actions := api.Model.Operation(op).Actions
	if len(actions) != 1 || name == "" {
		return nil, false
	}
	if key != "" {
		return need(actions[0], s.objectARN(name, key)), true
	}
	return need(actions[0], s.bucketARN(name)), true
}

func need(action, arn string) []rt.Need {
	return []rt.Need{{Action: "s3:" + action, Resources: []string{arn}}}
}

// versioned is the action where a version is named: GetObject, GetObjectVersion; GetObjectTagging, GetObjectVersionTagging.
func versioned(op, version string) string {
	if version == "" {
		if op == "HeadObject" {
			return "GetObject"
		}
		return op
	}
	switch op {
	case "GetObject", "HeadObject":
		return "GetObjectVersion"
	case "DeleteObject":
		return "DeleteObjectVersion"
	case "GetObjectAttributes":
		return "GetObjectVersionAttributes"
	case "GetObjectTagging":
		return "GetObjectVersionTagging"
	case "PutObjectTagging":
		return "PutObjectVersionTagging"
	case "DeleteObjectTagging":
		return "DeleteObjectVersionTagging"
	case "GetObjectAcl":
		return "GetObjectVersionAcl"
	case "PutObjectAcl":
		return "PutObjectVersionAcl"
	}
	return op
}

func (s *Service) createNeeds(in *api.CreateBucketInput, name string) []rt.Need {
	arn := s.bucketARN(name)
	needs := need("CreateBucket", arn)
	if in.ACL != nil || granted(in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP) {
		needs = append(needs, need("PutBucketAcl", arn)...)
	}
	if rt.Val(in.ObjectLockEnabledForBucket) {
		needs = append(append(needs, need("PutBucketObjectLockConfiguration", arn)...), need("PutBucketVersioning", arn)...)
	}
	if in.ObjectOwnership != nil {
		needs = append(needs, need("PutBucketOwnershipControls", arn)...)
	}
	if in.CreateBucketConfiguration != nil && len(in.CreateBucketConfiguration.Tags) > 0 {
		needs = append(needs, need("TagResource", arn)...)
	}
	return needs
}

// writeNeeds adds what a write does beside storing bytes. A service that leaves its file to the bucket's owner needs no more than
// s3:PutObject, as the policies show that AWS asks for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
func (s *Service) writeNeeds(c *call.Call, v reflect.Value, arn string) []rt.Need {
	needs := need("PutObject", arn)
	if text(v, "Tagging") != "" {
		needs = append(needs, need("PutObjectTagging", arn)...)
	}
	if text(v, "ObjectLockMode") != "" {
		needs = append(needs, need("PutObjectRetention", arn)...)
	}
	if text(v, "ObjectLockLegalHoldStatus") != "" {
		needs = append(needs, need("PutObjectLegalHold", arn)...)
	}
	left := c != nil && c.Principal.Kind == call.AWSService && text(v, "ACL") == "bucket-owner-full-control"
	if text(v, "ACL") != "" && !left || text(v, "GrantFullControl")+text(v, "GrantRead")+text(v, "GrantReadACP")+text(v, "GrantWriteACP") != "" {
		needs = append(needs, need("PutObjectAcl", arn)...)
	}
	return needs
}

// copyNeeds asks for reading the source, with its tags where they are copied.
func (s *Service) copyNeeds(c *call.Call, v reflect.Value, arn string) []rt.Need {
	needs := s.writeNeeds(c, v, arn)
	src, err := parseSource(text(v, "CopySource"))
	if err != nil {
		return needs // the operation refuses it
	}
	from := s.objectARN(src.bucket, src.key)
	return append(needs, need(versioned("GetObject", rt.Val(src.version)), from)...)
}

func text(v reflect.Value, member string) string {
	if f := v.FieldByName(member); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String {
		return f.Elem().String()
	}
	return ""
}

// inputKeys are condition keys that members of inputs answer.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
var inputKeys = []struct{ key, member string }{
	{"s3:prefix", "Prefix"},
	{"s3:delimiter", "Delimiter"},
	{"s3:x-amz-acl", "ACL"},
	{"s3:x-amz-copy-source", "CopySource"},
	{"s3:x-amz-metadata-directive", "MetadataDirective"},
	{"s3:x-amz-server-side-encryption", "ServerSideEncryption"},
	{"s3:x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"},
	{"s3:x-amz-server-side-encryption-customer-algorithm", "SSECustomerAlgorithm"},
	{"s3:x-amz-storage-class", "StorageClass"},
	{"s3:x-amz-object-ownership", "ObjectOwnership"},
	{"s3:x-amz-bucket-namespace", "BucketNamespace"},
	{"s3:x-amz-website-redirect-location", "WebsiteRedirectLocation"},
	{"s3:x-amz-grant-full-control", "GrantFullControl"},
	{"s3:x-amz-grant-read", "GrantRead"},
	{"s3:x-amz-grant-read-acp", "GrantReadACP"},
	{"s3:x-amz-grant-write", "GrantWrite"},
	{"s3:x-amz-grant-write-acp", "GrantWriteACP"},
	{"s3:object-lock-mode", "ObjectLockMode"},
	{"s3:object-lock-legal-hold", "ObjectLockLegalHoldStatus"},
	{"s3:versionid", "VersionId"},
	{"s3:if-match", "IfMatch"},
	{"s3:if-none-match", "IfNoneMatch"},
}

// Conditions answers S3's own condition keys for one resource of a call.
func (s *Service) Conditions(ctx context.Context, op string, in any, arn string) (map[string][]string, error) {
	v := reflect.ValueOf(in).Elem()
	keys := map[string][]string{}
	for _, k := range inputKeys {
		if t := text(v, k.member); t != "" {
			keys[k.key] = []string{t}
		}
	}
	if f := v.FieldByName("MaxKeys"); f.IsValid() && !f.IsNil() {
		keys["s3:max-keys"] = []string{strconv.FormatInt(f.Elem().Int(), 10)}
	}
	if c, ok := in.(*api.CreateBucketInput); ok && c.CreateBucketConfiguration != nil && c.CreateBucketConfiguration.LocationConstraint != nil {
		keys["s3:locationconstraint"] = []string{*c.CreateBucketConfiguration.LocationConstraint}
	}
	switch op {
	case "PutObject", "CopyObject", "CompleteMultipartUpload":
		keys["s3:objectcreationoperation"] = []string{"true"}
	case "CreateMultipartUpload", "UploadPart", "UploadPartCopy": // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
		keys["s3:objectcreationoperation"] = []string{"false"}
	}
	s.lockKeys(v, in, keys)
	if c := call.From(ctx); c != nil {
		carriedKeys(c, keys)
	}
	if account, err := s.Owner(ctx, arn); err != nil {
		return nil, err
	} else if account != "" {
		keys["s3:resourceaccount"] = []string{account}
	}
	requestedTags(in, v, keys)
	return keys, s.existingTags(ctx, v, arn, keys)
}

// carriedKeys tells how the request was signed and carried.
// https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
func carriedKeys(c *call.Call, keys map[string][]string) {
	if c.TLSVersion != "" {
		keys["s3:tlsversion"] = []string{c.TLSVersion}
	}
	if c.Principal.AccessKeyID == "" || len(c.Via) > 0 {
		return
	}
	keys["s3:signatureversion"], keys["s3:authtype"] = []string{"AWS4-HMAC-SHA256"}, []string{"REST-HEADER"}
	if c.PayloadHash != "" {
		keys["s3:x-amz-content-sha256"] = []string{c.PayloadHash}
	}
	if c.Presigned {
		keys["s3:authtype"] = []string{"REST-QUERY-STRING"}
		keys["s3:signatureage"] = []string{strconv.FormatInt(c.SignatureAge.Milliseconds(), 10)}
	}
}

// lockKeys adds s3:object-lock-mode, -retain-until-date, -remaining-retention-days and -legal-hold as a request asks for them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-retention-limits
func (s *Service) lockKeys(v reflect.Value, in any, keys map[string][]string) {
	var until *time.Time
	if f := v.FieldByName("ObjectLockRetainUntilDate"); f.IsValid() {
		until, _ = f.Interface().(*time.Time)
	}
	switch p := in.(type) {
	case *api.PutObjectRetentionInput:
		if p.Retention != nil {
			until = p.Retention.RetainUntilDate
			if p.Retention.Mode != nil {
				keys["s3:object-lock-mode"] = []string{*p.Retention.Mode}
			}
		}
	case *api.PutObjectLegalHoldInput:
		if p.LegalHold != nil && p.LegalHold.Status != nil {
			keys["s3:object-lock-legal-hold"] = []string{*p.LegalHold.Status}
		}
	}
	if until != nil {
		keys["s3:object-lock-retain-until-date"] = []string{until.UTC().Format(time.RFC3339)}
		keys["s3:object-lock-remaining-retention-days"] = []string{itoa(int(until.Sub(s.now()) / day))}
	}
}

// requestedTags adds s3:RequestObjectTag/<key> and s3:RequestObjectTagKeys.
func requestedTags(in any, v reflect.Value, keys map[string][]string) {
	list, _ := parseTagging(new(text(v, "Tagging")))
	if p, ok := in.(*api.PutObjectTaggingInput); ok && p.Tagging != nil {
		list = tagsOf(p.Tagging.TagSet)
	}
	for _, t := range list {
		keys["s3:requestobjecttag/"+lower(t.Key)] = []string{t.Value}
		keys["s3:requestobjecttagkeys"] = append(keys["s3:requestobjecttagkeys"], t.Key)
	}
}

// existingTags adds s3:ExistingObjectTag/<key> of the version that the call is about.
func (s *Service) existingTags(ctx context.Context, v reflect.Value, arn string, keys map[string][]string) error {
	name := bucketOf(arn)
	prefix := s.bucketARN(name) + "/"
	if len(arn) <= len(prefix) {
		return nil
	}
	return s.k.View(ctx, func(tx *store.Tx) error {
		b, ok := s.buckets.Get(tx, name)
		if !ok {
			return nil
		}
		var o object
		if id := text(v, "VersionId"); id != "" {
			o, _, _ = s.version(tx, name, arn[len(prefix):], id)
		} else {
			o, _ = s.newest(tx, &b, name, arn[len(prefix):])
		}
		for _, t := range o.Tags {
			keys["s3:existingobjecttag/"+lower(t.Key)] = []string{t.Value}
		}
		return nil
	})
}
