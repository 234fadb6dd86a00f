package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
	"unyo/kernel/vend"
)

// CreateDelivery has the log of a source written to a destination from now on. As on AWS, what lets it in there is set up with the
// caller's permissions, where it has not been: a bucket's policy, a resource policy of Logs, a tag of the stream (admit.go).
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html
func (s *Service) CreateDelivery(ctx context.Context, in *api.CreateDeliveryInput) (*api.CreateDeliveryOutput, error) {
	id := s.k.Entropy.Hex(ctx, 16)
	row := delivery{Source: *in.DeliverySourceName, Destination: *in.DeliveryDestinationArn}
	var source deliverySource
	var to deliveryDestination
	check := func(tx *store.Tx) (err error) {
		var ok bool
		if source, ok = s.deliverySources.Get(tx, row.Source); !ok {
			return noDelivery("delivery source")
		}
		var at call.Scope
		if to, at, err = s.destinationAt(tx, row.Destination); err != nil {
			return err
		}
		// AWS delivers to buckets and streams of other accounts; here, streams are reached in the source's account only.
		if to.Kind != api.DeliveryDestinationTypeS3 && (at.Account != tx.Scope().Account || at.Region != tx.Scope().Region) {
			return unfit("Deliveries to another account or region are supported by this estate for S3 buckets only.")
		}
		if s.users(tx, func(d *delivery) bool { return d.Source == row.Source && d.Destination == row.Destination }) {
			return conflict("There is a delivery from %s to %s already.", row.Source, row.Destination)
		}
		v, _ := vendedBy(source.Resource, source.Type)
		row.Kind = to.Kind
		return v.shape(&row, to.Format, in.RecordFields, in.FieldDelimiter, in.S3DeliveryConfiguration)
	}
	if err := s.k.View(ctx, check); err != nil {
		return nil, err
	}
	if err := s.admit(ctx, s.deliveryARN(call.ScopeOf(ctx), sourceNoun, row.Source), &to, &row); err != nil {
		return nil, err
	}
	self := s.deliveryARN(call.ScopeOf(ctx), deliveryNoun, id)
	out := &api.CreateDeliveryOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		if err := check(tx); err != nil {
			return err
		}
		s.deliveries.Put(tx, id, row)
		s.k.Vend.Want(tx, source.Resource, source.Type, id)
		s.vended.Await(tx, vend.Topic(id), id, vendedArg{ID: id})
		if err := mapTags(s.k.Tags.Set(tx, self, tags.Sorted(in.Tags)...), self); err != nil {
			return err
		}
		out.Delivery = s.deliveryShown(tx, id, &row)
		return nil
	})
}

func (s *Service) deliveryShown(tx *store.Tx, id string, d *delivery) *api.Delivery {
	self := s.deliveryARN(tx.Scope(), deliveryNoun, id)
	shown := &api.Delivery{
		Id: &id, Arn: &self, DeliverySourceName: new(d.Source), DeliveryDestinationArn: new(d.Destination), DeliveryDestinationType: new(d.Kind),
		FieldDelimiter: d.Delimiter, RecordFields: d.Fields, Tags: s.someTags(tx, self),
	}
	source, _ := s.deliverySources.Get(tx, d.Source) // it cannot go before the delivery
	v, ok := vendedBy(source.Resource, source.Type)
	if ok && shown.RecordFields == nil {
		shown.RecordFields = v.fields
	}
	if ok && d.Kind == api.DeliveryDestinationTypeS3 {
		shown.S3DeliveryConfiguration = &api.S3DeliveryConfiguration{SuffixPath: new(d.suffix(v)), EnableHiveCompatiblePath: new(d.Hive)}
	}
	return shown
}

// GetDelivery shows one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDelivery.html
func (s *Service) GetDelivery(ctx context.Context, in *api.GetDeliveryInput) (*api.GetDeliveryOutput, error) {
	out := &api.GetDeliveryOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveries.Get(tx, *in.Id)
		if !ok {
			return noDelivery("delivery")
		}
		out.Delivery = s.deliveryShown(tx, *in.Id, &row)
		return nil
	})
}

// DescribeDeliveries lists them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveries.html
func (s *Service) DescribeDeliveries(ctx context.Context, in *api.DescribeDeliveriesInput) (*api.DescribeDeliveriesOutput, error) {
	out := &api.DescribeDeliveriesOutput{}
	list := func(tx *store.Tx, after string, add func(string) bool) {
		out.Deliveries = []api.Delivery{}
		for id, row := range s.deliveries.From(tx, after) {
			if len(in.DeliverySourceNames) > 0 && !slices.Contains(in.DeliverySourceNames, row.Source) {
				continue
			}
			if !add(id) {
				return
			}
			out.Deliveries = append(out.Deliveries, *s.deliveryShown(tx, id, &row))
		}
	}
	var err error
	out.NextToken, err = s.listed(ctx, "deliveries\x00"+strings.Join(in.DeliverySourceNames, "\x00"), in.NextToken, in.Limit, list)
	return out, err
}

// UpdateDeliveryConfiguration changes how the records that have not been written yet will be.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateDeliveryConfiguration.html
func (s *Service) UpdateDeliveryConfiguration(ctx context.Context, in *api.UpdateDeliveryConfigurationInput) (*api.UpdateDeliveryConfigurationOutput, error) {
	return &api.UpdateDeliveryConfigurationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveries.Get(tx, *in.Id)
		if !ok {
			return noDelivery("delivery")
		}
		to, _, err := s.destinationAt(tx, row.Destination)
		if err != nil {
			return err
		}
		source, _ := s.deliverySources.Get(tx, row.Source)
		v, ok := vendedBy(source.Resource, source.Type)
		if !ok {
			return noDelivery("delivery source")
		}
		if err := v.shape(&row, to.Format, in.RecordFields, in.FieldDelimiter, in.S3DeliveryConfiguration); err != nil {
			return err
		}
		s.deliveries.Put(tx, *in.Id, row)
		return nil
	})
}

// DeleteDelivery ends one. Records that have not been delivered are gone.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDelivery.html
func (s *Service) DeleteDelivery(ctx context.Context, in *api.DeleteDeliveryInput) (*api.DeleteDeliveryOutput, error) {
	id := rt.Val(in.Id)
	return &api.DeleteDeliveryOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveries.Get(tx, id)
		if !ok {
			return noDelivery("delivery")
		}
		source, _ := s.deliverySources.Get(tx, row.Source)
		s.k.Vend.Unwant(tx, source.Resource, source.Type, id)
		s.vended.Unawait(tx, vend.Topic(id), id)
		s.vended.CancelKey(tx, id)
		s.vendedFlights.Delete(tx, id)
		s.deliveries.Delete(tx, id)
		s.k.Tags.Clear(tx, s.deliveryARN(tx.Scope(), deliveryNoun, id))
		return nil
	})
}
