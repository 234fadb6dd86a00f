package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// PutBucketTagging gives a bucket exactly these tags.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
func (s *Service) PutBucketTagging(ctx context.Context, in *api.PutBucketTaggingInput) (*api.PutBucketTaggingOutput, error) {
	if in.Tagging == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	return &api.PutBucketTaggingOutput{}, s.retagBucket(ctx, in.Bucket, in.ExpectedBucketOwner, in.Tagging.TagSet, "PutBucketTagging")
}

// DeleteBucketTagging takes all tags off a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html
func (s *Service) DeleteBucketTagging(ctx context.Context, in *api.DeleteBucketTaggingInput) (*api.DeleteBucketTaggingOutput, error) {
	return &api.DeleteBucketTaggingOutput{}, s.retagBucket(ctx, in.Bucket, in.ExpectedBucketOwner, nil, "DeleteBucketTagging")
}

func (s *Service) retagBucket(ctx context.Context, name, owner *string, given []api.Tag, event string) error {
	return mapError(s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, name, owner)
		if err != nil {
			return err
		}
		if err := s.replaceTags(b.owner(tx), s.bucketARN(*name), given); err != nil {
			return err
		}
		s.changed(tx, &b, *name, event, &b, &b)
		return nil
	}))
}

// GetBucketTagging reads a bucket's tags; having none is an error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html
func (s *Service) GetBucketTagging(ctx context.Context, in *api.GetBucketTaggingInput) (*api.GetBucketTaggingOutput, error) {
	out := &api.GetBucketTaggingOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		for _, t := range s.k.Tags.List(b.owner(tx), s.bucketARN(*in.Bucket)) {
			out.TagSet = append(out.TagSet, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		if out.TagSet == nil {
			return awserr.New(http.StatusNotFound, "NoSuchTagSet", "The TagSet does not exist").With("BucketName", rt.Val(in.Bucket))
		}
		return nil
	})
	return out, err
}
