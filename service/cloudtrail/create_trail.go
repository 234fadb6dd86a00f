package cloudtrail

import (
	"context"
	"errors"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// maxTrails is how many trails a region may have, shadows of other regions' included.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const maxTrails = 5

// CreateTrail makes a trail, which does not log yet.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
func (s *Service) CreateTrail(ctx context.Context, in *api.CreateTrailInput) (*api.CreateTrailOutput, error) {
	c := call.From(ctx)
	if err := checkName(*in.Name); err != nil {
		return nil, err
	}
	if err := refuseTrail(in.SnsTopicName, in.KmsKeyId, in.RecursiveLogging); err != nil {
		return nil, err
	}
	t := trail{Name: *in.Name, Home: c.Region, Bucket: *in.S3BucketName, Prefix: rt.Val(in.S3KeyPrefix), Created: s.k.Clock.Now(),
		Global: in.IncludeGlobalServiceEvents == nil || *in.IncludeGlobalServiceEvents, Multi: rt.Val(in.IsMultiRegionTrail), Validate: rt.Val(in.EnableLogFileValidation),
		LogGroup: rt.Val(in.CloudWatchLogsLogGroupArn), Role: rt.Val(in.CloudWatchLogsRoleArn)}
	if rt.Val(in.IsOrganizationTrail) {
		org, management, err := s.checkOrganization(ctx)
		if err != nil {
			return nil, err
		}
		t.Org, t.Owner = org, management
		ctx = onBehalf(ctx, management)
		c = call.From(ctx)
	}
	if err := s.checkTargets(ctx, &t, true, t.LogGroup+t.Role != ""); err != nil {
		return nil, err
	}
	labels, err := tagList(in.TagsList)
	if err != nil {
		return nil, err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.roomFor(tx, &t); err != nil {
			return err
		}
		s.trails.Put(tx, t.key(), t)
		id := s.arn(c.Account, &t)
		s.k.Resources.Put(tx, resource.Resource{ARN: id, Type: "AWS::CloudTrail::Trail", Name: t.Name, Service: "cloudtrail", Account: c.Account, Region: t.Home, Created: t.Created})
		return wordTags(s.k.Tags.Set(tx, id, labels...))
	})
	if err != nil {
		return nil, err
	}
	v := s.show(c.Account, &t)
	return &api.CreateTrailOutput{
		Name: v.Name, S3BucketName: v.S3BucketName, S3KeyPrefix: v.S3KeyPrefix, IncludeGlobalServiceEvents: v.IncludeGlobalServiceEvents, IsMultiRegionTrail: v.IsMultiRegionTrail,
		TrailARN: v.TrailARN, LogFileValidationEnabled: v.LogFileValidationEnabled, CloudWatchLogsLogGroupArn: v.CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn: v.CloudWatchLogsRoleArn,
		IsOrganizationTrail: v.IsOrganizationTrail,
	}, nil
}

// roomFor refuses a name that is taken, and a sixth trail. What is left of deleted trails of the name goes on under a name nobody can give.
func (s *Service) roomFor(tx *store.Tx, t *trail) error {
	n := 0
	for _, other := range s.trails.From(tx, "") {
		if other.Gone || other.Home != t.Home && !other.Multi && !t.Multi {
			continue
		}
		if n++; other.Name == t.Name {
			return api.NewTrailAlreadyExistsException("Trail %s already exists for customer: %s", t.Name, tx.Scope().Account)
		}
	}
	if n >= maxTrails {
		return api.NewMaximumNumberOfTrailsExceededException("User: %s already has %d trails in %s.", tx.Scope().Account, maxTrails, t.Home)
	}
	return nil
}

// refuseTrail says what trails cannot do here yet.
func refuseTrail(topic, key *string, recursive *bool) error {
	switch {
	case rt.Val(topic) != "":
		return unsupported("SnsTopicName")
	case rt.Val(key) != "":
		return unsupported("KmsKeyId")
	case rt.Val(recursive):
		return unsupported("RecursiveLogging")
	}
	return nil
}

func tagList(in []api.Tag) ([]tags.Tag, error) {
	list := make([]tags.Tag, len(in))
	for i, t := range in {
		list[i] = tags.Tag{Key: *t.Key, Value: rt.Val(t.Value)}
	}
	return list, wordTags(tags.Check(list))
}

// wordTags words a refusal of tags as CloudTrail does.
func wordTags(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tags.ErrTooMany):
		return api.NewTagsLimitExceededException("The number of tags has exceeded the permitted amount of %d.", tags.MaxTags)
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return api.NewInvalidTagParameterException("%s", err)
	}
	return err
}
