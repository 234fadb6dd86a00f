package firehose

import (
	"context"
	"strconv"

	api "unyo/api/firehose"
	"unyo/base/call"
	"unyo/kernel/store"
)

// DescribeDeliveryStream describes a stream and its destination.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html
func (s *Service) DescribeDeliveryStream(ctx context.Context, in *api.DescribeDeliveryStreamInput) (*api.DescribeDeliveryStreamOutput, error) {
	c := call.From(ctx)
	out := &api.DescribeDeliveryStreamOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, *in.DeliveryStreamName)
		if !ok {
			return noStream(c, *in.DeliveryStreamName)
		}
		out.DeliveryStreamDescription = &api.DeliveryStreamDescription{
			DeliveryStreamName: new(row.Name), DeliveryStreamARN: new(s.arn(c, row.Name)), DeliveryStreamStatus: new("ACTIVE"), DeliveryStreamType: new(row.kind()),
			DeliveryStreamEncryptionConfiguration: row.describeEncryption(s.k.Clock.Now()),
			VersionId:                             new(strconv.Itoa(row.Version)), CreateTimestamp: new(row.CreatedAt), HasMoreDestinations: new(false),
			Destinations: []api.DestinationDescription{row.describeDestination()},
		}
		if in.ExclusiveStartDestinationId != nil && *in.ExclusiveStartDestinationId >= destinationID { // behind the only one
			out.DeliveryStreamDescription.Destinations = []api.DestinationDescription{}
		}
		if row.Source != nil {
			out.DeliveryStreamDescription.Source = row.Source.describe()
		}
		if !row.UpdatedAt.IsZero() {
			out.DeliveryStreamDescription.LastUpdateTimestamp = new(row.UpdatedAt)
		}
		return nil
	})
}
