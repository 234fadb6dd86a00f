package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// publicAccess is a bucket's public access block.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
type publicAccess struct {
	BlockACLs      bool `json:"blockAcls"`
	IgnoreACLs     bool `json:"ignoreAcls"`
	BlockPolicy    bool `json:"blockPolicy"`
	RestrictPolicy bool `json:"restrict"`
}

// blockAll is how buckets begin since April 2023.
func blockAll() *publicAccess { return &publicAccess{true, true, true, true} }

// PutPublicAccessBlock replaces the configuration; what is left out is off.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
func (s *Service) PutPublicAccessBlock(ctx context.Context, in *api.PutPublicAccessBlockInput) (*api.PutPublicAccessBlockOutput, error) {
	p := in.PublicAccessBlockConfiguration
	if p == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	return &api.PutPublicAccessBlockOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutPublicAccessBlock", func(b *bucket) error {
		b.Public = &publicAccess{rt.Val(p.BlockPublicAcls), rt.Val(p.IgnorePublicAcls), rt.Val(p.BlockPublicPolicy), rt.Val(p.RestrictPublicBuckets)}
		return nil
	})
}

// GetPublicAccessBlock reads the configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
func (s *Service) GetPublicAccessBlock(ctx context.Context, in *api.GetPublicAccessBlockInput) (*api.GetPublicAccessBlockOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.Public == nil {
		return nil, awserr.New(http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found").With("BucketName", *in.Bucket)
	}
	return &api.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: &api.PublicAccessBlockConfiguration{
		BlockPublicAcls: new(b.Public.BlockACLs), IgnorePublicAcls: new(b.Public.IgnoreACLs),
		BlockPublicPolicy: new(b.Public.BlockPolicy), RestrictPublicBuckets: new(b.Public.RestrictPolicy),
	}}, nil
}

// DeletePublicAccessBlock removes the configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
func (s *Service) DeletePublicAccessBlock(ctx context.Context, in *api.DeletePublicAccessBlockInput) (*api.DeletePublicAccessBlockOutput, error) {
	return &api.DeletePublicAccessBlockOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "DeletePublicAccessBlock", func(b *bucket) error {
		b.Public = nil
		return nil
	})
}
