package s3

import (
	"context"

	"unyo/api/rt"
	api "unyo/api/s3"
)

// PutBucketEncryption sets how new objects are encrypted where they do not say it: with S3's own keys, which is the only
// way here until there is KMS.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
func (s *Service) PutBucketEncryption(ctx context.Context, in *api.PutBucketEncryptionInput) (*api.PutBucketEncryptionOutput, error) {
	c := in.ServerSideEncryptionConfiguration
	if c == nil || len(c.Rules) != 1 || c.Rules[0].ApplyServerSideEncryptionByDefault == nil {
		return nil, malformedXML()
	}
	r := &c.Rules[0]
	if r.BlockedEncryptionTypes != nil {
		return nil, notImplemented("BlockedEncryptionTypes")
	}
	d := r.ApplyServerSideEncryptionByDefault
	if err := checkEncryption(rt.Val(d.SSEAlgorithm)); err != nil {
		return nil, err
	}
	if d.KMSMasterKeyID != nil {
		return nil, invalidArgument("KMSMasterKeyID", *d.KMSMasterKeyID, "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	}
	return &api.PutBucketEncryptionOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketEncryption", func(b *bucket) error {
		b.BucketKey = rt.Val(r.BucketKeyEnabled)
		return nil
	})
}

// GetBucketEncryption reads that; every bucket has it since January 2023.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html
func (s *Service) GetBucketEncryption(ctx context.Context, in *api.GetBucketEncryptionInput) (*api.GetBucketEncryptionOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	return &api.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &api.ServerSideEncryptionConfiguration{Rules: []api.ServerSideEncryptionRule{{
		ApplyServerSideEncryptionByDefault: &api.ServerSideEncryptionByDefault{SSEAlgorithm: new("AES256")}, BucketKeyEnabled: new(b.BucketKey),
	}}}}, nil
}

// DeleteBucketEncryption goes back to the default.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
func (s *Service) DeleteBucketEncryption(ctx context.Context, in *api.DeleteBucketEncryptionInput) (*api.DeleteBucketEncryptionOutput, error) {
	return &api.DeleteBucketEncryptionOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "DeleteBucketEncryption", func(b *bucket) error {
		b.BucketKey = false
		return nil
	})
}
