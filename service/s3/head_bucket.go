package s3

import (
	"context"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// HeadBucket tells whether a bucket is there, whether the caller may list it, and where it is.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func (s *Service) HeadBucket(ctx context.Context, in *api.HeadBucketInput) (*api.HeadBucketOutput, error) {
	var b bucket
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		b, err = s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.HeadBucketOutput{BucketRegion: new(b.Region), BucketArn: new(s.bucketARN(*in.Bucket)), AccessPointAlias: new(false)}, nil
}

// GetBucketLocation names a bucket's region; us-east-1 has no name here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
func (s *Service) GetBucketLocation(ctx context.Context, in *api.GetBucketLocationInput) (*api.GetBucketLocationOutput, error) {
	out := &api.GetBucketLocationOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		b, ok := s.buckets.Get(tx, rt.Val(in.Bucket)) // answered from any region
		if !ok {
			return noSuchBucket(rt.Val(in.Bucket))
		}
		if in.ExpectedBucketOwner != nil && *in.ExpectedBucketOwner != b.Account {
			return accessDenied()
		}
		if b.Location != "" {
			out.LocationConstraint = new(b.Location)
		}
		return nil
	})
	return out, err
}
