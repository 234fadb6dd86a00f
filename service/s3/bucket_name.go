package s3

import (
	"net/http"
	"regexp"
	"strings"

	"unyo/base/awserr"
)

var (
	bucketChars = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	ipAddress   = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)
)

// checkBucketName holds a new bucket's name to the rules.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func checkBucketName(name string) error {
	bad := !bucketChars.MatchString(name) || strings.Contains(name, "..") || ipAddress.MatchString(name)
	for _, p := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		bad = bad || strings.HasPrefix(name, p)
	}
	for _, p := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		bad = bad || strings.HasSuffix(name, p)
	}
	if bad {
		return awserr.New(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.").With("BucketName", name)
	}
	return nil
}

// maxKey is the longest object key, in bytes of UTF-8.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const maxKey = 1024

func checkKey(key string) error {
	if len(key) > maxKey {
		return awserr.New(http.StatusBadRequest, "KeyTooLongError", "Your key is too long").With("Size", itoa(len(key))).With("MaxSizeAllowed", itoa(maxKey))
	}
	if key == "" {
		return invalidArgument("Key", "", "A key must be specified")
	}
	if climbs(key) {
		return awserr.New(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.").With("URI", key)
	}
	return nil
}

// climbs reports whether a key, read as a path, leads out of its bucket at any point: S3 takes «..» only below other elements.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html#object-key-guidelines
func climbs(key string) bool {
	if !strings.Contains(key, "..") {
		return false
	}
	depth := 0
	for element := range strings.SplitSeq(key, "/") {
		if element != ".." {
			depth++
		} else if depth--; depth < 0 {
			return true
		}
	}
	return false
}
