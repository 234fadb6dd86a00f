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
	asked := ctx
	ctx = s.asOwner(ctx, *in.Name)
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
	reformed := in.IsOrganizationTrail != nil && *in.IsOrganizationTrail != (trial.Org != "")
	if reformed {
		if trial.Org, trial.Owner, err = s.becoming(asked, &trial); err != nil {
			return nil, err
		}
	}
	change(&trial)
	if err := s.checkTargets(ctx, &trial, reformed || in.S3BucketName != nil || in.S3KeyPrefix != nil, in.CloudWatchLogsLogGroupArn != nil || in.CloudWatchLogsRoleArn != nil); err != nil {
		return nil, err
	}
	t, err := s.change(ctx, *in.Name, func(tx *store.Tx, t *trail) error {
		if reformed {
			s.reform(tx, t, trial.Org, trial.Owner)
		}
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

// becoming is the organization whose trail one of an account is to be, and its management account; or none, for one that is an organization's.
func (s *Service) becoming(ctx context.Context, t *trail) (org, owner string, err error) {
	if t.Org != "" {
		return "", "", nil
	}
	if len(t.Insights) > 0 {
		return "", "", unsupported("InsightSelectors of an organization's trail")
	}
	if org, owner, err = s.checkOrganization(ctx); err == nil && owner != call.From(ctx).Account {
		err = api.NewNotOrganizationMasterAccountException("Only the management account of the organization can make its own trail one of the organization.")
	}
	return org, owner, err
}

func set[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
