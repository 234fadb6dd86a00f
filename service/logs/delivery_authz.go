package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// deliveryNeeds names what deliveries are asked by: a source, a destination, a delivery, or all that one joins.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
func (s *Service) deliveryNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	scope := call.ScopeOf(ctx)
	of := func(noun string, name *string) []rt.Need {
		return []rt.Need{{Action: "logs:" + op, Resources: []string{s.deliveryARN(scope, noun, rt.Val(name))}}}
	}
	switch in := in.(type) {
	case *api.PutDeliverySourceInput:
		return keyed(of(sourceNoun, in.Name), "logs:loggeneratingresourcearns", in.ResourceArn), true
	case *api.GetDeliverySourceInput:
		return of(sourceNoun, in.Name), true
	case *api.DeleteDeliverySourceInput:
		return of(sourceNoun, in.Name), true
	case *api.PutDeliveryDestinationInput:
		var target *string
		if c := in.DeliveryDestinationConfiguration; c != nil {
			target = c.DestinationResourceArn
		}
		return keyed(of(destinationNoun, in.Name), "logs:deliverydestinationresourcearn", target), true
	case *api.GetDeliveryDestinationInput:
		return of(destinationNoun, in.Name), true
	case *api.DeleteDeliveryDestinationInput:
		return of(destinationNoun, in.Name), true
	case *api.PutDeliveryDestinationPolicyInput:
		return of(destinationNoun, in.DeliveryDestinationName), true
	case *api.GetDeliveryDestinationPolicyInput:
		return of(destinationNoun, in.DeliveryDestinationName), true
	case *api.DeleteDeliveryDestinationPolicyInput:
		return of(destinationNoun, in.DeliveryDestinationName), true
	case *api.GetDeliveryInput:
		return of(deliveryNoun, in.Id), true
	case *api.DeleteDeliveryInput:
		return of(deliveryNoun, in.Id), true
	case *api.UpdateDeliveryConfigurationInput:
		return of(deliveryNoun, in.Id), true
	case *api.CreateDeliveryInput:
		return []rt.Need{{Action: "logs:" + op, Resources: []string{s.deliveryARN(scope, deliveryNoun, "*"), s.deliveryARN(scope, sourceNoun, rt.Val(in.DeliverySourceName)), rt.Val(in.DeliveryDestinationArn)}}}, true
	case *api.DescribeDeliveriesInput, *api.DescribeDeliverySourcesInput, *api.DescribeDeliveryDestinationsInput, *api.DescribeConfigurationTemplatesInput:
		return []rt.Need{{Action: "logs:" + op, Resources: []string{"*"}}}, true
	}
	return nil, false
}

// keyed is needs with a condition key.
func keyed(needs []rt.Need, key string, value *string) []rt.Need {
	if value != nil {
		needs[0].Keys = map[string][]string{key: {*value}}
	}
	return needs
}

// deliveryPolicy is the policy of a delivery destination, which lets in other accounts.
func (s *Service) deliveryPolicy(ctx context.Context, a arn.ARN, name, resource string) (*policy.Document, error) {
	var d deliveryDestination
	err := s.k.View(ctx, func(tx *store.Tx) error {
		d, _ = s.deliveryDestinations.Get(tx.In(call.Scope{Partition: a.Partition, Account: a.Account, Region: a.Region}), name)
		d.access = s.accessNow(tx, d.access)
		return nil
	})
	if err != nil || d.Policy == "" {
		return nil, err
	}
	return policy.Parse(policy.Resource, resource, d.Policy)
}

// taggedDelivery is a source, a destination or a delivery that an ARN names; false for what is none.
func (s *Service) taggedDelivery(ctx context.Context, resource string) (tagged, bool) {
	scope := call.ScopeOf(ctx)
	for noun, has := range map[string]func(*store.Tx, string) bool{
		sourceNoun: s.deliverySources.Has, destinationNoun: s.deliveryDestinations.Has, deliveryNoun: s.deliveries.Has,
	} {
		if a, name, ok := deliveryPart(resource, noun); ok {
			return tagged{resource, func(tx *store.Tx) error {
				if a.Account != scope.Account || a.Region != scope.Region || !has(tx, name) {
					return noDelivery(strings.ReplaceAll(strings.TrimSuffix(noun, ":"), "-", " "))
				}
				return nil
			}}, true
		}
	}
	return tagged{}, false
}
