package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/base/call"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

// CreateDeliveryStream makes a stream that is active at once.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
func (s *Service) CreateDeliveryStream(ctx context.Context, in *api.CreateDeliveryStreamInput) (*api.CreateDeliveryStreamOutput, error) {
	c := call.From(ctx)
	name, now := *in.DeliveryStreamName, s.k.Clock.Now()
	arn := s.arn(c, name)
	encryption, err := encryptFrom(in.DeliveryStreamEncryptionConfigurationInput, now)
	if err != nil {
		return nil, err
	}
	row := stream{Name: name, ID: s.k.Entropy.UUID(ctx), CreatedAt: now, Version: 1, Encryption: encryption}
	if err := s.destine(ctx, &row, in); err != nil {
		return nil, err
	}
	if err := s.checkRoles(ctx, name, rolesOf(in)); err != nil {
		return nil, err
	}
	if err := s.checkTable(ctx, &row, row.Conversion); err != nil {
		return nil, err
	}
	if err := s.springFrom(ctx, &row, in); err != nil {
		return nil, err
	}
	if row.Source != nil && encryption != nil {
		return nil, invalid("DeliveryStreamEncryptionConfigurationInput is for delivery streams of type DirectPut only.")
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if s.streams.Has(tx, name) {
			return api.NewResourceInUseException("Firehose %s under accountId %s already exists", name, c.Account)
		}
		s.streams.Put(tx, name, row)
		if row.Source != nil {
			s.readSoon(tx, &row, "")
		}
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::KinesisFirehose::DeliveryStream", Name: name, Service: s.k.Name, Account: c.Account, Region: c.Region, Created: now})
		return mapTags(s.k.Tags.Set(tx, arn, tagList(in.Tags)...))
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateDeliveryStreamOutput{DeliveryStreamARN: new(arn)}, nil
}
