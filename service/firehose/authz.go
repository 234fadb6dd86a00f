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
		return append(needs, passing(stream, rolesOf(in)...)...), true
	case *api.UpdateDestinationInput:
		stream := s.arn(call.From(ctx), *in.DeliveryStreamName)
		needs := []rt.Need{{Action: "firehose:" + op, Resources: []string{stream}}}
		return append(needs, passing(stream, newRoles(in)...)...), true
	}
	return nil, false
}

// rolesOf are the roles that a new stream is given.
func rolesOf(in *api.CreateDeliveryStreamInput) (roles []*string) {
	if d := in.KinesisStreamSourceConfiguration; d != nil {
		roles = append(roles, d.RoleARN)
	}
	if d := in.S3DestinationConfiguration; d != nil {
		roles = append(roles, d.RoleARN)
	}
	if d := in.ExtendedS3DestinationConfiguration; d != nil {
		roles = append(roles, d.RoleARN)
		if b := d.S3BackupConfiguration; b != nil {
			roles = append(roles, b.RoleARN)
		}
		if c := d.DataFormatConversionConfiguration; c != nil && c.SchemaConfiguration != nil {
			roles = append(roles, c.SchemaConfiguration.RoleARN)
		}
	}
	if d := in.HttpEndpointDestinationConfiguration; d != nil {
		roles = append(roles, d.RoleARN, d.S3Configuration.RoleARN)
	}
	return roles
}

// newRoles are the roles that an update gives.
func newRoles(in *api.UpdateDestinationInput) (roles []*string) {
	if d := in.S3DestinationUpdate; d != nil {
		roles = append(roles, d.RoleARN)
	}
	if d := in.ExtendedS3DestinationUpdate; d != nil {
		roles = append(roles, d.RoleARN)
		if b := d.S3BackupUpdate; b != nil {
			roles = append(roles, b.RoleARN)
		}
		if c := d.DataFormatConversionConfiguration; c != nil && c.SchemaConfiguration != nil {
			roles = append(roles, c.SchemaConfiguration.RoleARN)
		}
	}
	if d := in.HttpEndpointDestinationUpdate; d != nil {
		roles = append(roles, d.RoleARN)
		if b := d.S3Update; b != nil {
			roles = append(roles, b.RoleARN)
		}
	}
	return roles
}

// passing are the permissions to let Firehose act in roles for stream, each asked once.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func passing(stream string, roles ...*string) (needs []rt.Need) {
	asked := map[string]bool{}
	for _, role := range roles {
		if role == nil || asked[*role] {
			continue
		}
		asked[*role] = true
		needs = append(needs, rt.Need{Action: "iam:PassRole", Resources: []string{*role}, Keys: map[string][]string{
			"iam:passedtoservice": {"firehose.amazonaws.com"}, "iam:associatedresourcearn": {stream},
		}})
	}
	return needs
}
