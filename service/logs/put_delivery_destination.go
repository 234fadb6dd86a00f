package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// PutDeliveryDestination makes or changes what deliveries go to: a bucket (with a prefix, if its ARN goes on), a log group or a Firehose stream.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html
func (s *Service) PutDeliveryDestination(ctx context.Context, in *api.PutDeliveryDestinationInput) (*api.PutDeliveryDestinationOutput, error) {
	row, err := destinationRow(in)
	if err != nil {
		return nil, err
	}
	scope, name := call.ScopeOf(ctx), *in.Name
	if a, _ := arn.Parse(row.Target); row.Kind != api.DeliveryDestinationTypeS3 && (a.Account != scope.Account || a.Region != scope.Region) {
		return nil, unfit("The destination resource %s must be in the account and region of the delivery destination.", row.Target)
	}
	self := s.deliveryARN(scope, destinationNoun, name)
	out := &api.PutDeliveryDestinationOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		row := row
		if old, there := s.deliveryDestinations.Get(tx, name); there {
			if row.Format == "" {
				row.Format = old.Format
			}
			if (row.Kind != old.Kind || row.Format != old.Format) && s.users(tx, func(d *delivery) bool { return d.Destination == self }) {
				return conflict("The delivery destination %s is used by deliveries: its type and output format cannot be changed.", name)
			}
			row.access = old.access
		}
		if row.Format == "" {
			row.Format = "json"
		}
		s.deliveryDestinations.Put(tx, name, row)
		if err := mapTags(s.k.Tags.Set(tx, self, tags.Sorted(in.Tags)...), self); err != nil {
			return err
		}
		out.DeliveryDestination = s.destinationShown(tx, name, &row)
		return nil
	})
}

// destinationRow reads what is asked for.
func destinationRow(in *api.PutDeliveryDestinationInput) (row deliveryDestination, err error) {
	if rt.Val(in.DeliveryDestinationType) == api.DeliveryDestinationTypeXray || in.RoleArn != nil {
		return row, unfit("Delivery destinations of the type XRAY, and with them roleArn, are not supported by this estate yet.")
	}
	if in.DeliveryDestinationConfiguration == nil {
		return row, unfit("deliveryDestinationConfiguration is required.")
	}
	row.Target = *in.DeliveryDestinationConfiguration.DestinationResourceArn
	a, err := arn.Parse(row.Target)
	kinds := map[string]string{"s3": api.DeliveryDestinationTypeS3, "logs": api.DeliveryDestinationTypeCwl, "firehose": api.DeliveryDestinationTypeFh}
	if row.Kind = kinds[a.Service]; err != nil || row.Kind == "" {
		return row, unfit("%s is not the ARN of a bucket, a log group or a Firehose stream.", row.Target)
	}
	if t := rt.Val(in.DeliveryDestinationType); t != "" && t != row.Kind {
		return row, unfit("The delivery destination type %s does not fit the resource %s.", t, row.Target)
	}
	switch {
	case row.Kind == api.DeliveryDestinationTypeCwl && (!strings.HasPrefix(a.Resource, "log-group:") || groupOf(row.Target) == ""),
		row.Kind == api.DeliveryDestinationTypeFh && !strings.HasPrefix(a.Resource, "deliverystream/"), a.Resource == "":
		return row, unfit("%s is not the ARN of a bucket, a log group or a Firehose stream.", row.Target)
	}
	if row.Format = rt.Val(in.OutputFormat); row.Format != "" && !slices.Contains(outputFormats[row.Kind], row.Format) {
		return row, unfit("The output format %s is not supported for the delivery destination type %s.", row.Format, row.Kind)
	}
	return row, nil
}

func (s *Service) destinationShown(tx *store.Tx, name string, row *deliveryDestination) *api.DeliveryDestination {
	self := s.deliveryARN(tx.Scope(), destinationNoun, name)
	return &api.DeliveryDestination{
		Name: &name, Arn: &self, DeliveryDestinationType: new(row.Kind), OutputFormat: new(row.Format), Tags: s.someTags(tx, self),
		DeliveryDestinationConfiguration: &api.DeliveryDestinationConfiguration{DestinationResourceArn: new(row.Target)},
	}
}

// GetDeliveryDestination shows one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestination.html
func (s *Service) GetDeliveryDestination(ctx context.Context, in *api.GetDeliveryDestinationInput) (*api.GetDeliveryDestinationOutput, error) {
	out := &api.GetDeliveryDestinationOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveryDestinations.Get(tx, *in.Name)
		if !ok {
			return noDelivery("delivery destination")
		}
		out.DeliveryDestination = s.destinationShown(tx, *in.Name, &row)
		return nil
	})
}

// DescribeDeliveryDestinations lists them by name.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveryDestinations.html
func (s *Service) DescribeDeliveryDestinations(ctx context.Context, in *api.DescribeDeliveryDestinationsInput) (*api.DescribeDeliveryDestinationsOutput, error) {
	out := &api.DescribeDeliveryDestinationsOutput{}
	list := func(tx *store.Tx, after string, add func(string) bool) {
		out.DeliveryDestinations = []api.DeliveryDestination{}
		for name, row := range s.deliveryDestinations.From(tx, after) {
			if len(in.Names) > 0 && !slices.Contains(in.Names, name) {
				continue
			}
			if !add(name) {
				return
			}
			out.DeliveryDestinations = append(out.DeliveryDestinations, *s.destinationShown(tx, name, &row))
		}
	}
	var err error
	out.NextToken, err = s.listed(ctx, "delivery destinations\x00"+strings.Join(in.Names, "\x00"), in.NextToken, in.Limit, list)
	return out, err
}

// DeleteDeliveryDestination forgets one that no delivery of this account uses.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestination.html
func (s *Service) DeleteDeliveryDestination(ctx context.Context, in *api.DeleteDeliveryDestinationInput) (*api.DeleteDeliveryDestinationOutput, error) {
	return &api.DeleteDeliveryDestinationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		self := s.deliveryARN(tx.Scope(), destinationNoun, *in.Name)
		if !s.deliveryDestinations.Has(tx, *in.Name) {
			return noDelivery("delivery destination")
		}
		if s.users(tx, func(d *delivery) bool { return d.Destination == self }) {
			return conflict("The delivery destination %s is used by deliveries.", *in.Name)
		}
		s.deliveryDestinations.Delete(tx, *in.Name)
		s.k.Tags.Clear(tx, self)
		return nil
	})
}

// PutDeliveryDestinationPolicy lets other accounts deliver to a destination.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html
func (s *Service) PutDeliveryDestinationPolicy(ctx context.Context, in *api.PutDeliveryDestinationPolicyInput) (*api.PutDeliveryDestinationPolicyOutput, error) {
	d, err := policy.Parse(policy.Resource, *in.DeliveryDestinationName, *in.DeliveryDestinationPolicy)
	if err != nil {
		return nil, unfit("The delivery destination policy is not valid: %s", err)
	}
	return &api.PutDeliveryDestinationPolicyOutput{Policy: &api.Policy{DeliveryDestinationPolicy: in.DeliveryDestinationPolicy}}, s.editDeliveryDestination(ctx, *in.DeliveryDestinationName, func(tx *store.Tx, row *deliveryDestination) error {
		kept, missing := s.keepAccess(tx, d, *in.DeliveryDestinationPolicy)
		if missing != "" {
			return unfit("The delivery destination policy is not valid: there is no principal %s.", missing)
		}
		row.access = kept
		return nil
	})
}

// DeleteDeliveryDestinationPolicy lets nobody else.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliveryDestinationPolicy.html
func (s *Service) DeleteDeliveryDestinationPolicy(ctx context.Context, in *api.DeleteDeliveryDestinationPolicyInput) (*api.DeleteDeliveryDestinationPolicyOutput, error) {
	return &api.DeleteDeliveryDestinationPolicyOutput{}, s.editDeliveryDestination(ctx, *in.DeliveryDestinationName, func(_ *store.Tx, row *deliveryDestination) error {
		row.access = access{}
		return nil
	})
}

func (s *Service) editDeliveryDestination(ctx context.Context, name string, edit func(tx *store.Tx, row *deliveryDestination) error) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveryDestinations.Get(tx, name)
		if !ok {
			return noDelivery("delivery destination")
		}
		if err := edit(tx, &row); err != nil {
			return err
		}
		s.deliveryDestinations.Put(tx, name, row)
		return nil
	})
}

// GetDeliveryDestinationPolicy shows the policy.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliveryDestinationPolicy.html
func (s *Service) GetDeliveryDestinationPolicy(ctx context.Context, in *api.GetDeliveryDestinationPolicyInput) (*api.GetDeliveryDestinationPolicyOutput, error) {
	out := &api.GetDeliveryDestinationPolicyOutput{Policy: &api.Policy{}}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.deliveryDestinations.Get(tx, *in.DeliveryDestinationName)
		if !ok {
			return noDelivery("delivery destination")
		}
		out.Policy.DeliveryDestinationPolicy = optional(s.accessNow(tx, row.access).Policy)
		return nil
	})
}
