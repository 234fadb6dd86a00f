package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/call"
)

// Needs: who gives a stream a role must be allowed to pass it, and who makes one with tags to tag it. All else
// the facts tell.
// https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	switch in := in.(type) {
	case *api.CreateDeliveryStreamInput:
		stream := s.arn(call.From(ctx), *in.DeliveryStreamName)
		needs := []rt.Need{{Action: "firehose:" + op, Resources: []string{stream}}}
		if len(in.Tags) > 0 {
			needs = append(needs, rt.Need{Action: "firehose:TagDeliveryStream", Resources: []string{stream}})
		}
		if d := in.S3DestinationConfiguration; d != nil {
			needs = append(needs, pass(stream, *d.RoleARN))
		}
		if d := in.ExtendedS3DestinationConfiguration; d != nil {
			needs = append(needs, pass(stream, *d.RoleARN))
		}
		return needs, true
	case *api.UpdateDestinationInput:
		stream := s.arn(call.From(ctx), *in.DeliveryStreamName)
		needs := []rt.Need{{Action: "firehose:" + op, Resources: []string{stream}}}
		if d := in.ExtendedS3DestinationUpdate; d != nil && d.RoleARN != nil {
			needs = append(needs, pass(stream, *d.RoleARN))
		}
		return needs, true
	}
	return nil, false
}

// pass is the permission to let Firehose act in role for stream.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func pass(stream, role string) rt.Need {
	return rt.Need{Action: "iam:PassRole", Resources: []string{role}, Keys: map[string][]string{
		"iam:passedtoservice": {"firehose.amazonaws.com"}, "iam:associatedresourcearn": {stream},
	}}
}
