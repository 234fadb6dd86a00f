package cloudtrail

import (
	"context"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/kernel/store"
)

// AddTags labels a trail or an event data store.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html
func (s *Service) AddTags(ctx context.Context, in *api.AddTagsInput) (*api.AddTagsOutput, error) {
	labels, err := tagList(in.TagsList)
	if err != nil {
		return nil, err
	}
	return &api.AddTagsOutput{}, s.k.Update(s.ofStore(ctx, *in.ResourceId), func(tx *store.Tx) error {
		if err := s.exists(tx, *in.ResourceId); err != nil {
			return err
		}
		return wordTags(s.k.Tags.Set(tx, *in.ResourceId, labels...))
	})
}

// RemoveTags takes labels away by their keys.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RemoveTags.html
func (s *Service) RemoveTags(ctx context.Context, in *api.RemoveTagsInput) (*api.RemoveTagsOutput, error) {
	return &api.RemoveTagsOutput{}, s.k.Update(s.ofStore(ctx, *in.ResourceId), func(tx *store.Tx) error {
		if err := s.exists(tx, *in.ResourceId); err != nil {
			return err
		}
		for _, t := range in.TagsList {
			s.k.Tags.Remove(tx, *in.ResourceId, *t.Key)
		}
		return nil
	})
}

// ListTags shows the labels of up to twenty resources.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html
func (s *Service) ListTags(ctx context.Context, in *api.ListTagsInput) (*api.ListTagsOutput, error) {
	out := &api.ListTagsOutput{ResourceTagList: []api.ResourceTag{}}
	for _, id := range in.ResourceIdList {
		x := api.ResourceTag{ResourceId: new(id)}
		err := s.k.View(s.ofStore(ctx, id), func(tx *store.Tx) error {
			if err := s.exists(tx, id); err != nil {
				return err
			}
			x.TagsList = []api.Tag{}
			for _, t := range s.k.Tags.List(tx, id) {
				x.TagsList = append(x.TagsList, api.Tag{Key: new(t.Key), Value: new(t.Value)})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		out.ResourceTagList = append(out.ResourceTagList, x)
	}
	return out, nil
}

// exists refuses what is no resource of the account.
func (s *Service) exists(tx *store.Tx, id string) error {
	if !strings.HasPrefix(id, "arn:") {
		return api.NewCloudTrailARNInvalidException("Invalid ARN: %s", id)
	}
	if strings.Contains(id, ":eventdatastore/") {
		_, err := s.dataStoreNamed(tx, id)
		return err
	}
	t, err := s.find(tx, id)
	if err == nil && s.arn(tx.Call().Account, &t) != id {
		err = api.NewResourceNotFoundException("Resource not found: %s", id)
	}
	return err
}
