package s3

import (
	"io"
	"reflect"
	"strconv"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
)

// accessOperations are the names that server access logs have for operations, where they do not follow from the operation's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html (Operation)
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
var accessOperations = map[string]string{
	"AbortMultipartUpload": "REST.DELETE.UPLOAD", "CompleteMultipartUpload": "REST.POST.UPLOAD", "CopyObject": "REST.COPY.OBJECT", "CreateBucket": "REST.PUT.BUCKET",
	"CreateMultipartUpload": "REST.POST.UPLOADS", "DeleteBucket": "REST.DELETE.BUCKET", "DeleteObject": "REST.DELETE.OBJECT", "DeleteObjects": "REST.POST.MULTI_OBJECT_DELETE",
	"GetBucketLogging": "REST.GET.LOGGING_STATUS", "GetBucketPolicy": "REST.GET.BUCKETPOLICY", "GetObject": "REST.GET.OBJECT", "GetObjectAttributes": "REST.GET.OBJECT_ATTRIBUTES",
	"HeadBucket": "REST.HEAD.BUCKET", "HeadObject": "REST.HEAD.OBJECT", "ListMultipartUploads": "REST.GET.UPLOADS", "ListObjects": "REST.GET.BUCKET", "ListObjectsV2": "REST.GET.BUCKET",
	"ListObjectVersions": "REST.GET.BUCKETVERSIONS", "ListParts": "REST.GET.UPLOAD", "PutBucketLogging": "REST.PUT.LOGGING_STATUS", "PutBucketPolicy": "REST.PUT.BUCKETPOLICY",
	"DeleteBucketPolicy": "REST.DELETE.BUCKETPOLICY", "PutObject": "REST.PUT.OBJECT", "RestoreObject": "REST.POST.RESTORE", "UploadPart": "REST.PUT.PART", "UploadPartCopy": "REST.COPY.PART",
}

// accessOperation names an operation as the log does: REST.GET.VERSIONING for GetBucketVersioning.
func accessOperation(op, method string) string {
	if name := accessOperations[op]; name != "" {
		return name
	}
	rest := op
	for _, verb := range []string{"Get", "Put", "Delete", "List", "Head", "Create"} {
		rest = strings.TrimPrefix(rest, verb)
	}
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "Bucket"), "Configuration")
	var b strings.Builder
	for i, r := range rest {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return "REST." + method + "." + strings.ToUpper(b.String())
}

// sizeOf is the size of the object that a request was about, as far as it tells.
func sizeOf(v *call.Served) int64 {
	switch out := v.Out.(type) {
	case *api.GetObjectOutput:
		if out == nil {
			return 0
		}
		if _, total, ok := strings.Cut(rt.Val(out.ContentRange), "/"); ok {
			n, err := strconv.ParseInt(total, 10, 64)
			if err == nil {
				return n
			}
		}
		return rt.Val(out.ContentLength)
	case *api.HeadObjectOutput:
		if out != nil {
			return rt.Val(out.ContentLength)
		}
	case *api.PutObjectOutput, *api.UploadPartOutput:
		if v.Request == "" {
			return housed(v.In)
		}
		return v.Length
	}
	return 0
}

// housed is the length of what a service of the house has put.
func housed(in any) int64 {
	p, ok := in.(*api.PutObjectInput)
	if !ok {
		return 0
	}
	if n := rt.Val(p.ContentLength); n > 0 {
		return n
	}
	if b, ok := p.Body.(interface {
		io.Reader
		Size() int64
	}); ok {
		return b.Size()
	}
	return 0
}

// asked is bucket and key of a request: of its address, or of a house call's input.
func asked(v *call.Served) (bucket, key string) {
	if v.Path != nil {
		return v.Path["Bucket"], v.Path["Key"]
	}
	if v.In == nil {
		return "", ""
	}
	in := reflect.ValueOf(v.In).Elem()
	return text(in, "Bucket"), text(in, "Key")
}
