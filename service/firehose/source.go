package firehose

import (
	"context"
	"time"

	api "unyo/api/firehose"
	kinesisapi "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// source is the Kinesis stream that a delivery stream reads.
type source struct {
	ARN, RoleARN string
	Since        time.Time // what came before is not read
	Born         time.Time // when the Kinesis stream was made: another of the same name is read from its beginning
}

// kind is the API's word for where records come from.
func (row *stream) kind() string {
	if row.Source != nil {
		return api.DeliveryStreamTypeKinesisStreamAsSource
	}
	return api.DeliveryStreamTypeDirectPut
}

// springFrom finds out where a new stream's records come from. The Kinesis stream must be there, and the role let in.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
func (s *Service) springFrom(ctx context.Context, row *stream, in *api.CreateDeliveryStreamInput) error {
	kind, config := rt.Val(in.DeliveryStreamType), in.KinesisStreamSourceConfiguration
	switch {
	case kind == api.DeliveryStreamTypeMskasSource || kind == api.DeliveryStreamTypeDatabaseAsSource:
		return unsupported("DeliveryStreamType " + kind)
	case in.MSKSourceConfiguration != nil:
		return unsupported("MSKSourceConfiguration")
	case in.DatabaseSourceConfiguration != nil:
		return unsupported("DatabaseSourceConfiguration")
	case in.DirectPutSourceConfiguration != nil:
		return unsupported("DirectPutSourceConfiguration")
	case kind != api.DeliveryStreamTypeKinesisStreamAsSource && config != nil:
		return invalid("KinesisStreamSourceConfiguration can be specified only when DeliveryStreamType is KinesisStreamAsSource.")
	case kind != api.DeliveryStreamTypeKinesisStreamAsSource:
		return nil
	case config == nil:
		return invalid("KinesisStreamSourceConfiguration must be specified when DeliveryStreamType is KinesisStreamAsSource.")
	}
	c := call.From(ctx)
	a, err := arn.Parse(*config.KinesisStreamARN)
	switch {
	case err != nil:
		return invalid("KinesisStreamARN %s is not valid.", *config.KinesisStreamARN)
	case a.Account != c.Account:
		return unsupported("a Kinesis stream of another account")
	case a.Region != c.Region:
		return invalid("Kinesis stream %s is not in the region of the delivery stream.", *config.KinesisStreamARN)
	}
	row.Source = &source{ARN: *config.KinesisStreamARN, RoleARN: *config.RoleARN, Since: row.CreatedAt}
	born, err := s.born(ctx, row)
	if code := awserr.Code(err); code != "" {
		return invalid("Role %s cannot be used to read from Kinesis stream %s: %s", row.Source.RoleARN, row.Source.ARN, awserr.Message(err))
	}
	row.Source.Born = born
	return err
}

// born asks when the Kinesis stream was made.
func (s *Service) born(ctx context.Context, row *stream) (time.Time, error) {
	out, err := s.peers.Kinesis.DescribeStream(s.as(ctx, row, row.Source.RoleARN), &kinesisapi.DescribeStreamInput{StreamARN: new(row.Source.ARN), Limit: new(int32(1))})
	if err != nil {
		return time.Time{}, err
	}
	return *out.StreamDescription.StreamCreationTimestamp, nil
}

func (o *source) describe() *api.SourceDescription {
	return &api.SourceDescription{KinesisStreamSourceDescription: &api.KinesisStreamSourceDescription{
		KinesisStreamARN: new(o.ARN), RoleARN: new(o.RoleARN), DeliveryStartTimestamp: new(o.Since),
	}}
}

// stopReading takes away what is known of a source.
func (s *Service) stopReading(tx *store.Tx, row *stream) {
	for at := range s.cursors.Prefix(tx, store.Key(row.ID, ""), "") {
		s.cursors.Delete(tx, at)
		s.read.CancelKey(tx, readKey(row.ID, at[len(store.Key(row.ID, "")):]))
		s.read.Unawait(tx, row.Source.ARN, at)
	}
	s.read.CancelKey(tx, readKey(row.ID, ""))
	s.read.Unawait(tx, row.Source.ARN, readKey(row.ID, ""))
}
