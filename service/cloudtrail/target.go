package cloudtrail

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	api "unyo/api/cloudtrail"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// principal is as whom CloudTrail asks others; bucket policies admit it for a trail's ARN.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
const principal = "cloudtrail.amazonaws.com"

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

const maxPrefix = 200

// checkTargets sees whether the places that a trail delivers to would take what it brings.
func (s *Service) checkTargets(ctx context.Context, t *trail, bucket, logs bool) error {
	if t.Multi && !t.Global {
		return api.NewInvalidParameterCombinationException("Multi-Region trail must include global service events.")
	}
	switch {
	case !bucketName.MatchString(t.Bucket):
		return api.NewInvalidS3BucketNameException("Bucket name is not valid: %s", t.Bucket)
	case len(t.Prefix) > maxPrefix || strings.HasPrefix(t.Prefix, "/") || strings.HasSuffix(t.Prefix, "/"):
		return api.NewInvalidS3PrefixException("S3 prefix is not valid: %s", t.Prefix)
	case t.LogGroup == "" && t.Role != "":
		return api.NewInvalidCloudWatchLogsLogGroupArnException("You must specify a log group when you specify a role.")
	case t.LogGroup != "" && t.Role == "":
		return api.NewInvalidCloudWatchLogsRoleArnException("You must specify a role ARN as well as a log group.")
	}
	if bucket {
		if err := s.tryBucket(ctx, t); err != nil {
			return err
		}
	}
	if logs && t.LogGroup != "" {
		return s.tryGroup(ctx, t)
	}
	return nil
}

// as is the context in which a trail asks others.
func (s *Service) as(ctx context.Context, t *trail) context.Context {
	account := call.From(ctx).Account
	return call.AsService(ctx, principal, s.arn(account, t), account)
}

// tryBucket asks for the bucket's access list and leaves an empty object where files will come, as AWS does.
func (s *Service) tryBucket(ctx context.Context, t *trail) error {
	_, err := s.peers.S3.GetBucketAcl(s.as(ctx, t), &s3api.GetBucketAclInput{Bucket: &t.Bucket})
	if err == nil {
		key := t.folder(call.From(ctx).Account) + "/"
		err = s.put(ctx, t, key, nil, nil)
	}
	switch code := awserr.Code(err); {
	case err == nil:
		return nil
	case code == "NoSuchBucket", code == "AccessDenied" && !s.isBucket(ctx, t.Bucket):
		return api.NewS3BucketDoesNotExistException("S3 bucket %s does not exist!", t.Bucket)
	case code == "AccessDenied":
		return api.NewInsufficientS3BucketPolicyException("Incorrect S3 bucket policy is detected for bucket: %s", t.Bucket)
	}
	return err
}

func (s *Service) isBucket(ctx context.Context, name string) (known bool) {
	_ = s.k.View(ctx, func(tx *store.Tx) error {
		_, known = s.k.Resources.Get(tx, "arn:"+s.k.Partition+":s3:::"+name)
		return nil
	})
	return known
}

// put writes an object of the trail, which the bucket's owner is to own.
func (s *Service) put(ctx context.Context, t *trail, key string, content []byte, metadata map[string]string) error {
	in := &s3api.PutObjectInput{Bucket: &t.Bucket, Key: &key, Body: bytes.NewReader(content), ContentLength: new(int64(len(content))),
		ACL: new(s3api.ObjectCannedACLBucketOwnerFullControl), Metadata: metadata}
	if len(content) > 0 {
		in.ContentType, in.ContentEncoding = new("application/json"), new("gzip")
	}
	_, err := s.peers.S3.PutObject(s.as(ctx, t), in)
	if awserr.Code(err) == "AccessDenied" && !s.isBucket(ctx, t.Bucket) { // a bucket that is not there admits nobody
		return awserr.New(404, "NoSuchBucket", "The specified bucket does not exist")
	}
	return err
}

// folder is where an account's files lie.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
func (t *trail) folder(account string) string {
	folder := "AWSLogs/" + account + "/CloudTrail"
	if t.Org != "" {
		folder = "AWSLogs/" + t.Org + "/" + account + "/CloudTrail"
	}
	if t.Prefix != "" {
		folder = t.Prefix + "/" + folder
	}
	return folder
}

// group is the name of the trail's log group; "" where its ARN is none.
func (t *trail) group() string {
	a, err := arn.Parse(t.LogGroup)
	name, ok := strings.CutPrefix(a.Resource, "log-group:")
	if err != nil || a.Service != "logs" || !ok {
		return ""
	}
	return strings.TrimSuffix(name, ":*")
}

// in is the context in which a trail writes to CloudWatch Logs: its role's session.
func (s *Service) in(ctx context.Context, t *trail) context.Context {
	account := call.From(ctx).Account
	return call.As(ctx, call.Role{ARN: t.Role, SessionName: "CloudTrail_CloudWatchLogs", Service: principal, SourceARN: s.arn(account, t), SourceAccount: account})
}

// stream is where the events of an account and region go in a log group.
func (t *trail) stream(account, region string) string {
	name := account + "_CloudTrail_" + region
	if t.Org != "" {
		name = t.Org + "_" + name
	}
	return name
}

// tryGroup takes on the role and makes the stream.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
func (s *Service) tryGroup(ctx context.Context, t *trail) error {
	group := t.group()
	a, err := arn.Parse(t.LogGroup)
	if group == "" || err != nil || a.Account != call.From(ctx).Account || a.Region != t.Home {
		return api.NewInvalidCloudWatchLogsLogGroupArnException("CloudTrail cannot validate the specified log group ARN.")
	}
	if r, err := arn.Parse(t.Role); err != nil || r.Service != "iam" || !strings.HasPrefix(r.Resource, "role/") {
		return api.NewInvalidCloudWatchLogsRoleArnException("CloudTrail cannot validate the specified role ARN.")
	}
	_, err = s.peers.Logs.CreateLogStream(s.in(ctx, t), &logsapi.CreateLogStreamInput{LogGroupName: &group, LogStreamName: new(t.stream(a.Account, t.Home))})
	switch awserr.Code(err) {
	case "ResourceAlreadyExistsException":
		return nil
	case "ResourceNotFoundException":
		return api.NewInvalidCloudWatchLogsLogGroupArnException("CloudTrail cannot validate the specified log group ARN.")
	case "AccessDenied":
		return api.NewInvalidCloudWatchLogsRoleArnException("Access denied. Check the trust relationships for your role.")
	case "AccessDeniedException":
		return api.NewInvalidCloudWatchLogsLogGroupArnException("Access denied. Check the permissions for your role.")
	}
	return err
}
