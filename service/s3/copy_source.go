package s3

import (
	"net/url"
	"strings"
)

func lower(s string) string { return strings.ToLower(s) }

// source is what x-amz-copy-source names.
type source struct {
	bucket, key string
	version     *string
}

// parseSource reads [/]bucket/key[?versionId=id], URL-encoded.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func parseSource(header string) (source, error) {
	path, query, _ := strings.Cut(header, "?")
	plain, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		return source{}, invalidArgument("x-amz-copy-source", header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	bucket, key, ok := strings.Cut(plain, "/")
	if strings.HasPrefix(plain, "arn:") {
		return source{}, notImplemented("x-amz-copy-source") // access points
	}
	if !ok || bucket == "" || key == "" {
		return source{}, invalidArgument("x-amz-copy-source", header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	if checkBucketName(bucket) != nil {
		return source{}, invalidArgument("x-amz-copy-source", header, "Invalid copy source bucket name")
	}
	if climbs(key) {
		return source{}, invalidArgument("x-amz-copy-source", header, "Invalid copy source object key")
	}
	src := source{bucket: bucket, key: key}
	if id, ok := strings.CutPrefix(query, "versionId="); ok {
		src.version = &id
	} else if query != "" {
		return source{}, invalidArgument("x-amz-copy-source", header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	return src, nil
}
