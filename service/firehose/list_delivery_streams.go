package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// defaultLimit is how many names are listed at once.
const defaultLimit = 10

// ListDeliveryStreams lists names in order.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html
func (s *Service) ListDeliveryStreams(ctx context.Context, in *api.ListDeliveryStreamsInput) (*api.ListDeliveryStreamsOutput, error) {
	limit := defaultLimit
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &api.ListDeliveryStreamsOutput{DeliveryStreamNames: []string{}, HasMoreDeliveryStreams: new(false)}
	kind := rt.Val(in.DeliveryStreamType)
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		for name, row := range s.streams.From(tx, rt.Val(in.ExclusiveStartDeliveryStreamName)) {
			if kind != "" && kind != row.kind() {
				continue
			}
			if len(out.DeliveryStreamNames) == limit {
				out.HasMoreDeliveryStreams = new(true)
				return nil
			}
			out.DeliveryStreamNames = append(out.DeliveryStreamNames, name)
		}
		return nil
	})
}
