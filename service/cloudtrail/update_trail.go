package cloudtrail

import (
	"context"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/kernel/store"
)

// UpdateTrail changes what is given; what was delivered before stays where it lies.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
func (s *Service) UpdateTrail(ctx context.Context, in *api.UpdateTrailInput) (*api.UpdateTrailOutput, error) {
	if err := refuseTrail(in.SnsTopicName, in.KmsKeyId, in.RecursiveLogging); err != nil {
		return nil, err
	}
	change := func(t *trail) {
		set(&t.Bucket, in.S3BucketName)
		set(&t.Prefix, in.S3KeyPrefix)
		set(&t.Global, in.IncludeGlobalServiceEvents)
		set(&t.Multi, in.IsMultiRegionTrail)
		set(&t.LogGroup, in.CloudWatchLogsLogGroupArn)
		set(&t.Role, in.CloudWatchLogsRoleArn)
		set(&t.Validate, in.EnableLogFileValidation)
	}
	var trial trail
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		trial, err = s.find(tx, *in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := foreign(ctx, &trial); err != nil {
		return nil, err
	}
	if in.IsOrganizationTrail != nil && *in.IsOrganizationTrail != (trial.Org != "") {
		return nil, unsupported("IsOrganizationTrail of a trail that is there")
	}
	change(&trial)
	if err := s.checkTargets(ctx, &trial, in.S3BucketName != nil || in.S3KeyPrefix != nil, in.CloudWatchLogsLogGroupArn != nil || in.CloudWatchLogsRoleArn != nil); err != nil {
		return nil, err
	}
	t, err := s.change(ctx, *in.Name, func(tx *store.Tx, t *trail) error {
		had := *t
		change(t)
		if t.Multi && !had.Multi {
			alone := *t
			alone.Name = ""
			if err := s.roomFor(tx, &alone); err != nil {
				return err
			}
		}
		if t.LogGroup == "" {
			t.Lines = feed{}
		} else if had.LogGroup == "" && t.Logging {
			t.Lines.Spans = []span{{From: s.k.Journal.Last(tx)}}
		}
		s.setDigests(tx, &had, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v := s.show(call.From(ctx).Account, &t)
	return &api.UpdateTrailOutput{
		Name: v.Name, S3BucketName: v.S3BucketName, S3KeyPrefix: v.S3KeyPrefix, IncludeGlobalServiceEvents: v.IncludeGlobalServiceEvents, IsMultiRegionTrail: v.IsMultiRegionTrail,
		TrailARN: v.TrailARN, LogFileValidationEnabled: v.LogFileValidationEnabled, CloudWatchLogsLogGroupArn: v.CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn: v.CloudWatchLogsRoleArn,
		IsOrganizationTrail: v.IsOrganizationTrail,
	}, nil
}

func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
