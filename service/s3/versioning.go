package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// PutBucketVersioning begins or suspends versioning; it can never be taken back wholly.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
func (s *Service) PutBucketVersioning(ctx context.Context, in *api.PutBucketVersioningInput) (*api.PutBucketVersioningOutput, error) {
	if in.VersioningConfiguration == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	if in.MFA != nil || rt.Val(in.VersioningConfiguration.MFADelete) == enabled {
		return nil, notImplemented("x-amz-mfa")
	}
	to := rt.Val(in.VersioningConfiguration.Status)
	switch to {
	case enabled, suspended:
	case "":
		return nil, awserr.New(http.StatusBadRequest, "IllegalVersioningConfigurationException", "The Versioning element must be specified")
	default:
		return nil, malformedXML()
	}
	return &api.PutBucketVersioningOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketVersioning", func(b *bucket) error {
		if b.Lock != nil && to != enabled {
			return awserr.New(http.StatusConflict, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
		}
		b.Versioning = to
		return nil
	})
}

// GetBucketVersioning reads that; nothing is answered for a bucket that was never versioned.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
func (s *Service) GetBucketVersioning(ctx context.Context, in *api.GetBucketVersioningInput) (*api.GetBucketVersioningOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	out := &api.GetBucketVersioningOutput{}
	if b.Versioning != "" {
		out.Status = new(b.Versioning)
	}
	return out, nil
}
