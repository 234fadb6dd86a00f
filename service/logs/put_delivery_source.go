package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// PutDeliverySource says that a resource's log of a type shall be delivered. Only what a service here really vends can be a source.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html
func (s *Service) PutDeliverySource(ctx context.Context, in *api.PutDeliverySourceInput) (*api.PutDeliverySourceOutput, error) {
	v, ok := vendedBy(*in.ResourceArn, *in.LogType)
	if !ok {
		return nil, unfit("The resource %s sends no logs of the type %s, or not in this estate yet: DescribeConfigurationTemplates lists those that do.", *in.ResourceArn, *in.LogType)
	}
	if len(in.DeliverySourceConfiguration) > 0 {
		return nil, unfit("The log type %s has no delivery source configuration.", v.kind)
	}
	if err := rt.Permit(ctx, rt.Need{Action: v.action, Resources: []string{*in.ResourceArn}}); err != nil {
		return nil, err
	}
	scope, name := call.ScopeOf(ctx), *in.Name
	self := s.deliveryARN(scope, sourceNoun, name)
	row := deliverySource{Resource: *in.ResourceArn, Type: *in.LogType}
	out := &api.PutDeliverySourceOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		old, there := s.deliverySources.Get(tx, name)
		if there && old != row && s.users(tx, func(d *delivery) bool { return d.Source == name }) {
			return conflict("The delivery source %s is used by deliveries: its resource and log type cannot be changed.", name)
		}
		for other, r := range s.deliverySources.Prefix(tx, "", "") {
			if other != name && r == row {
				return conflict("There is a delivery source of this resource and log type already: %s.", other)
			}
		}
		s.deliverySources.Put(tx, name, row)
		if err := mapTags(s.k.Tags.Set(tx, self, tags.Sorted(in.Tags)...), self); err != nil {
			return err
		}
		out.DeliverySource = s.sourceShown(tx, name, &row)
		return nil
	})
}

func (s *Service) sourceShown(tx *store.Tx, name string, row *deliverySource) *api.DeliverySource {
	self := s.deliveryARN(tx.Scope(), sourceNoun, name)
	a, _ := arn.Parse(row.Resource) // it was one when it was put
	return &api.DeliverySource{Name: &name, Arn: &self, ResourceArns: []string{row.Resource}, Service: &a.Service, LogType: new(row.Type), Tags: s.someTags(tx, self)}
}

// someTags are a resource's tags; nil for none.
func (s *Service) someTags(tx *store.Tx, self string) map[string]string {
	if m := s.k.Tags.Map(tx, self); len(m) > 0 {
		return m
	}
	return nil
}

// GetDeliverySource shows one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDeliverySource.html
func (s *Service) GetDeliverySource(ctx context.Context, in *api.GetDeliverySourceInput) (*api.GetDeliverySourceOutput, error) {
	out := &api.GetDeliverySourceOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.deliverySources.Get(tx, *in.Name)
		if !ok {
			return noDelivery("delivery source")
		}
		out.DeliverySource = s.sourceShown(tx, *in.Name, &row)
		return nil
	})
}

// DescribeDeliverySources lists them by name.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliverySources.html
func (s *Service) DescribeDeliverySources(ctx context.Context, in *api.DescribeDeliverySourcesInput) (*api.DescribeDeliverySourcesOutput, error) {
	out := &api.DescribeDeliverySourcesOutput{}
	list := func(tx *store.Tx, after string, add func(string) bool) {
		out.DeliverySources = []api.DeliverySource{}
		for name, row := range s.deliverySources.From(tx, after) {
			if len(in.ResourceArns) > 0 && !slices.Contains(in.ResourceArns, row.Resource) {
				continue
			}
			if !add(name) {
				return
			}
			out.DeliverySources = append(out.DeliverySources, *s.sourceShown(tx, name, &row))
		}
	}
	var err error
	out.NextToken, err = s.listed(ctx, "delivery sources\x00"+strings.Join(in.ResourceArns, "\x00"), in.NextToken, in.Limit, list)
	return out, err
}

// listed pages through a list: list calls add with each key, and ends when it says no.
func (s *Service) listed(ctx context.Context, query string, token *string, limit *int32, list func(tx *store.Tx, after string, add func(string) bool)) (next *string, err error) {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return nil, unfit("The specified nextToken is invalid.")
	}
	most := defaultList
	if limit != nil {
		most = int(*limit)
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		n, last := 0, ""
		next = nil
		list(tx, after, func(key string) bool {
			if n == most {
				next = new(page.Token(query, last))
				return false
			}
			n, last = n+1, key
			return true
		})
		return nil
	})
	return next, err
}

// DeleteDeliverySource forgets one that no delivery uses.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliverySource.html
func (s *Service) DeleteDeliverySource(ctx context.Context, in *api.DeleteDeliverySourceInput) (*api.DeleteDeliverySourceOutput, error) {
	return &api.DeleteDeliverySourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.deliverySources.Has(tx, *in.Name) {
			return noDelivery("delivery source")
		}
		if s.users(tx, func(d *delivery) bool { return d.Source == *in.Name }) {
			return conflict("The delivery source %s is used by deliveries.", *in.Name)
		}
		s.deliverySources.Delete(tx, *in.Name)
		s.k.Tags.Clear(tx, s.deliveryARN(tx.Scope(), sourceNoun, *in.Name))
		return nil
	})
}
