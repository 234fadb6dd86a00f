package logs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	firehoseapi "unyo/api/firehose"
	api "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// deliverer is as whom vended logs are delivered.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
const deliverer = "delivery.logs.amazonaws.com"

// vendedPolicy is the name of the resource policy that AWS sets up for vended logs.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
const vendedPolicy = "AWSLogDeliveryWrite20150319"

// admit lets the deliverer into a destination, as AWS does with the permissions of who creates the delivery. Who has none of them must have
// done it before; then nothing is changed.
func (s *Service) admit(ctx context.Context, sender string, to *deliveryDestination, d *delivery) error {
	a, err := arn.Parse(to.Target)
	if err != nil {
		return err
	}
	switch to.Kind {
	case api.DeliveryDestinationTypeCwl:
		return s.admitGroup(ctx, to.Target)
	case api.DeliveryDestinationTypeFh:
		name := strings.TrimPrefix(a.Resource, "deliverystream/")
		_, err := s.peers.Firehose.TagDeliveryStream(ctx, &firehoseapi.TagDeliveryStreamInput{DeliveryStreamName: &name, Tags: []firehoseapi.Tag{{Key: new("LogDeliveryEnabled"), Value: new("true")}}})
		if awserr.Code(err) == "ResourceNotFoundException" {
			return api.NewResourceNotFoundException("The delivery stream %s does not exist.", name)
		}
		return forgiven(err)
	}
	bucket, prefix, _ := strings.Cut(a.Resource, "/")
	base, _ := d.base(prefix, call.ScopeOf(ctx).Account)
	a.Resource = bucket + "/" + base + "/*"
	return s.admitBucket(ctx, sender, bucket, a.String())
}

// forgiven is a refusal that only means that the caller may not set up what perhaps is there already.
func forgiven(err error) error {
	if code := awserr.Code(err); strings.HasPrefix(code, "AccessDenied") || code == "MethodNotAllowed" {
		return nil
	}
	return err
}

// admitBucket adds AWS's statement to a bucket's policy that does not speak of the deliverer.
func (s *Service) admitBucket(ctx context.Context, sender, bucket, objects string) error {
	scope := call.ScopeOf(ctx)
	out, err := s.peers.S3.GetBucketPolicy(ctx, &s3api.GetBucketPolicyInput{Bucket: &bucket})
	var old []string
	switch {
	case isNoBucket(err):
		return api.NewResourceNotFoundException("The bucket %s does not exist.", bucket)
	case err == nil && strings.Contains(rt.Val(out.Policy), deliverer):
		return nil
	case err == nil:
		old = append(old, *out.Policy)
	case awserr.Code(err) != "NoSuchBucketPolicy":
		return forgiven(err)
	}
	text, err := withStatement(old, map[string]any{
		"Sid": "AWSLogDeliveryWrite1", "Effect": "Allow", "Principal": map[string]string{"Service": deliverer}, "Action": "s3:PutObject",
		"Resource": objects,
		"Condition": map[string]any{
			"StringEquals": map[string]string{"s3:x-amz-acl": s3api.ObjectCannedACLBucketOwnerFullControl, "aws:SourceAccount": scope.Account},
			"ArnLike":      map[string]string{"aws:SourceArn": sender},
		},
	})
	if err != nil {
		return err
	}
	_, err = s.peers.S3.PutBucketPolicy(ctx, &s3api.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
	return forgiven(err)
}

// withStatement is a policy with one more statement.
func withStatement(old []string, statement map[string]any) (string, error) {
	doc := map[string]any{"Version": "2012-10-17"}
	var list []any
	for _, text := range old {
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			return "", err
		}
		var ok bool
		if list, ok = doc["Statement"].([]any); !ok {
			list = []any{doc["Statement"]}
		}
	}
	doc["Statement"] = append(list, statement)
	text, err := json.Marshal(doc)
	return string(text), err
}

// admitGroup adds the group to the resource policy that lets the deliverer in, if the caller may change it.
func (s *Service) admitGroup(ctx context.Context, target string) error {
	sid := "AWSLogDeliveryWrite" + s.k.Entropy.Hex(ctx, 4)
	for range 3 { // others may change the policy meanwhile
		in, err := s.admission(ctx, groupOf(target), sid)
		if err == nil && in != nil {
			_, err = s.peers.Logs.PutResourcePolicy(ctx, in)
		}
		if awserr.Code(err) != "OperationAbortedException" {
			return forgiven(err)
		}
	}
	return conflict("The resource policy %s is being changed by others.", vendedPolicy)
}

// admission is the policy with a statement for the group; nil where it has one.
func (s *Service) admission(ctx context.Context, group, sid string) (in *api.PutResourcePolicyInput, err error) {
	scope := call.ScopeOf(ctx)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		in = nil
		if _, err := s.groupNamed(tx, group); err != nil {
			return err
		}
		old, there := s.policies.Get(tx, policyKey(vendedPolicy, ""))
		resource := s.groupARN(scope, group) + ":log-stream:*"
		if there && strings.Contains(old.Document, fmt.Sprintf("%q", resource)) {
			return nil
		}
		in = &api.PutResourcePolicyInput{PolicyName: new(vendedPolicy)}
		var texts []string
		if there {
			texts, in.ExpectedRevisionId = append(texts, old.Document), new(old.Revision)
		}
		text, err := withStatement(texts, map[string]any{
			"Sid": sid, "Effect": "Allow", "Principal": map[string]string{"Service": deliverer},
			"Action": []string{"logs:CreateLogStream", "logs:PutLogEvents"}, "Resource": resource,
			"Condition": map[string]any{
				"StringEquals": map[string]string{"aws:SourceAccount": scope.Account}, "ArnLike": map[string]string{"aws:SourceArn": "arn:" + scope.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":*"},
			},
		})
		in.PolicyDocument = &text
		return err
	})
	return in, err
}
