package s3

import (
	"context"
	"net/http"

	api "unyo/api/s3"
	"unyo/base/awserr"
)

// Configurations that cannot be set here yet. Their Put operations are answered 501; that there is none is nevertheless a true answer,
// and tools that describe buckets ask for it.

// unset answers that a bucket has no such configuration.
func (s *Service) unset(ctx context.Context, name, owner *string, code, message string) error {
	if _, err := s.look(ctx, name, owner); err != nil {
		return err
	}
	return awserr.New(http.StatusNotFound, code, "%s", message).With("BucketName", *name)
}

// GetBucketReplication finds no configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
func (s *Service) GetBucketReplication(ctx context.Context, in *api.GetBucketReplicationInput) (*api.GetBucketReplicationOutput, error) {
	return nil, s.unset(ctx, in.Bucket, in.ExpectedBucketOwner, "ReplicationConfigurationNotFoundError", "The replication configuration was not found")
}

// GetBucketWebsite finds no configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html
func (s *Service) GetBucketWebsite(ctx context.Context, in *api.GetBucketWebsiteInput) (*api.GetBucketWebsiteOutput, error) {
	return nil, s.unset(ctx, in.Bucket, in.ExpectedBucketOwner, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
}

// GetBucketNotificationConfiguration tells that nobody is notified.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
func (s *Service) GetBucketNotificationConfiguration(ctx context.Context, in *api.GetBucketNotificationConfigurationInput) (*api.GetBucketNotificationConfigurationOutput, error) {
	_, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	return &api.GetBucketNotificationConfigurationOutput{}, err
}

// GetBucketAccelerateConfiguration tells that acceleration was never set.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html
func (s *Service) GetBucketAccelerateConfiguration(ctx context.Context, in *api.GetBucketAccelerateConfigurationInput) (*api.GetBucketAccelerateConfigurationOutput, error) {
	_, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	return &api.GetBucketAccelerateConfigurationOutput{}, err
}

// GetBucketRequestPayment tells that the owner pays.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html
func (s *Service) GetBucketRequestPayment(ctx context.Context, in *api.GetBucketRequestPaymentInput) (*api.GetBucketRequestPaymentOutput, error) {
	_, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	return &api.GetBucketRequestPaymentOutput{Payer: new("BucketOwner")}, err
}
