package s3

import (
	"net/http"
	"reflect"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// unsupported are members of inputs whose behaviour is not here. A request that has one is refused: it would
// otherwise seem to have had its effect.
var unsupported = []struct{ member, header string }{
	{"SSECustomerAlgorithm", "x-amz-server-side-encryption-customer-algorithm"},
	{"SSECustomerKey", "x-amz-server-side-encryption-customer-key"},
	{"SSECustomerKeyMD5", "x-amz-server-side-encryption-customer-key-MD5"},
	{"CopySourceSSECustomerAlgorithm", "x-amz-copy-source-server-side-encryption-customer-algorithm"},
	{"CopySourceSSECustomerKey", "x-amz-copy-source-server-side-encryption-customer-key"},
	{"CopySourceSSECustomerKeyMD5", "x-amz-copy-source-server-side-encryption-customer-key-MD5"},
	{"SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id"},
	{"SSEKMSEncryptionContext", "x-amz-server-side-encryption-context"},
	{"ObjectLockEventHold", "x-amz-object-lock-event-hold"},
	{"ObjectLockEventHoldDurationDays", "x-amz-object-lock-event-hold-duration-days"},
	{"ObjectLockEventHoldDurationYears", "x-amz-object-lock-event-hold-duration-years"},
	{"WriteOffsetBytes", "x-amz-write-offset-bytes"},
	{"MFA", "x-amz-mfa"},
	{"AnnotationDirective", "x-amz-object-annotation-directive"},
}

// refuse goes through the members of an object operation's input.
func refuse(in any) error {
	v := reflect.ValueOf(in).Elem()
	for _, u := range unsupported {
		if f := v.FieldByName(u.member); f.IsValid() && !f.IsNil() {
			return notImplemented(u.header)
		}
	}
	if f := v.FieldByName("ServerSideEncryption"); f.IsValid() && !f.IsNil() {
		return checkEncryption(f.Elem().String())
	}
	return nil
}

func checkEncryption(algorithm string) error {
	switch algorithm {
	case "AES256":
		return nil
	case "aws:kms", "aws:kms:dsse", "aws:fsx", "aws:backup":
		return notImplemented("x-amz-server-side-encryption")
	}
	return invalidArgument("x-amz-server-side-encryption", algorithm, "The encryption method specified is not supported")
}

func refuseBucketFeatures(in *api.CreateBucketInput) error {
	if n := rt.Val(in.BucketNamespace); n != "" && n != "global" {
		return notImplemented("x-amz-bucket-namespace")
	}
	return nil
}

// maxMeta is how many bytes names and values of user metadata may have together.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
const maxMeta = 2 << 10

func checkMeta(meta map[string]string) error {
	n := 0
	for k, v := range meta {
		n += len(k) + len(v)
	}
	if n > maxMeta {
		return awserr.New(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size").With("Size", itoa(n)).With("MaxSizeAllowed", itoa(maxMeta))
	}
	return nil
}
