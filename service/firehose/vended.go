package firehose

import (
	"context"

	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
)

// ResourcePolicy lets the service that delivers vended logs into streams that are tagged for it. On AWS a role linked to that service
// does, AWSServiceRoleForLogDelivery, of whose policy this is the content: customers cannot change it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-Firehose.html
func (s *Service) ResourcePolicy(ctx context.Context, resource string) (*policy.Document, error) {
	c := call.From(ctx)
	if c == nil || c.Principal.Kind != call.AWSService {
		return nil, nil
	}
	a, err := arn.Parse(resource)
	if err != nil || a.Account != c.Account {
		return nil, nil
	}
	tags, err := s.k.Tags.Of(ctx, resource)
	if err != nil || tags["LogDeliveryEnabled"] != "true" {
		return nil, err
	}
	return policy.Parse(policy.Resource, resource, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":["firehose:PutRecord","firehose:PutRecordBatch","firehose:ListTagsForDeliveryStream"],"Resource":"*"}]}`)
}
