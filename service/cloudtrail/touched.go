package cloudtrail

import (
	"cmp"
	"encoding/json"
	"strings"

	"unyo/base/arn"
	"unyo/kernel/journal"
)

// touched is what a call was about.
type touched struct {
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"`
	ARN       string `json:"ARN,omitempty"`
	ARNPrefix string `json:"ARNPrefix,omitempty"`
}

// touchedBy lists what a call was about. A call on data in S3 was about an object, or about all of those of a bucket, and about the bucket, whose
// owner is told.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
func touchedBy(c *journal.Call, partition string) (list []touched) {
	if len(c.Resources) == 0 && c.Service == "s3" && c.Category != management { // DeleteObjects asks for each object, if there is a bucket
		var in struct{ Bucket string }
		if json.Unmarshal(c.Request, &in) == nil && in.Bucket != "" {
			list = append(list, touched{Type: objectType, ARNPrefix: "arn:" + partition + ":s3:::" + in.Bucket + "/"})
		}
	}
	buckets := map[string]bool{}
	for _, x := range c.Resources {
		a, err := arn.Parse(x.ARN)
		if err != nil || a.Service != "s3" || c.Service != "s3" || c.Category == management {
			list = append(list, touched{AccountID: ownerOf(c, x), Type: typeOf(x.ARN), ARN: x.ARN})
			continue
		}
		name, _, object := strings.Cut(a.Resource, "/")
		bucket := strings.TrimSuffix(x.ARN, a.Resource) + name
		if object {
			list = append(list, touched{Type: objectType, ARN: x.ARN})
		}
		if buckets[bucket] {
			continue
		}
		if buckets[bucket] = true; !object {
			list = append(list, touched{Type: objectType, ARNPrefix: bucket + "/"})
		}
		list = append(list, touched{AccountID: ownerOf(c, x), Type: "AWS::S3::Bucket", ARN: bucket})
	}
	return list
}

const objectType = "AWS::S3::Object"

// name is what selectors compare.
func (x *touched) name() string { return cmp.Or(x.ARN, x.ARNPrefix) }

func ownerOf(c *journal.Call, r journal.Resource) string {
	if r.Account != "" {
		return r.Account
	}
	a, _ := arn.Parse(r.ARN)
	return cmp.Or(a.Account, c.Account)
}

// elsewise are the names that events of S3 bear where they are not the operation's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
var elsewise = map[string]string{
	"DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle", "GetBucketLifecycleConfiguration": "GetBucketLifecycle", "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
	"GetBucketNotificationConfiguration": "GetBucketNotification", "PutBucketNotificationConfiguration": "PutBucketNotification",
	"GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
	"GetObjectLockConfiguration": "GetBucketObjectLockConfiguration", "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
	"DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock", "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
	"GetObjectLegalHold": "GetObjectLockLegalHold", "PutObjectLegalHold": "PutObjectLockLegalHold",
	"GetObjectRetention": "GetObjectLockRetention", "PutObjectRetention": "PutObjectLockRetention", "ListObjectsV2": "ListObjects",
}

// eventName is what a call is named in the trail.
func eventName(c *journal.Call) string {
	if c.Service == "s3" && elsewise[c.Operation] != "" {
		return elsewise[c.Operation]
	}
	return c.Operation
}
