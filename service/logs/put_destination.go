package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

const destinationType = "AWS::Logs::Destination"

// PutDestination makes or changes a destination: a Kinesis or Firehose stream of this account, reached by a role of this account. Whom it
// takes from is said by PutDestinationPolicy. A test message shows whether the stream takes them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestination.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStreamDestination-Account.html
func (s *Service) PutDestination(ctx context.Context, in *api.PutDestinationInput) (*api.PutDestinationOutput, error) {
	scope, name := call.ScopeOf(ctx), *in.DestinationName
	self := s.destinationARN(scope, name)
	row := destination{Target: *in.TargetArn, Created: s.nowMs()}
	if a, err := arn.Parse(*in.TargetArn); err == nil && a.Service == "lambda" {
		return nil, invalid("PutDestination operation cannot work with targetArn for vendor lambda.")
	}
	if err := row.aim(scope, "PutDestination", row.Target, *in.RoleArn); err != nil {
		return nil, err
	}
	if a, err := arn.Parse(row.Role); err != nil || a.Service != "iam" || a.Account != scope.Account {
		return nil, invalid("The role %s is not a role of the destination's account.", row.Role)
	}
	if err := s.test(ctx, self, &row.target); err != nil {
		return nil, err
	}
	out := &api.PutDestinationOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		row, event := row, "Created"
		if old, ok := s.destinations.Get(tx, name); ok {
			row.Created, row.access, event = old.Created, s.accessNow(tx, old.access), "Updated"
		} else {
			s.k.Resources.Put(tx, resource.Resource{ARN: self, Type: destinationType, Name: name, Service: "logs", Account: scope.Account, Region: scope.Region, Created: s.k.Clock.Now()})
		}
		s.destinations.Put(tx, name, row)
		s.k.Journal.Change(tx, journal.Change{ARN: self, Type: destinationType, Event: event})
		out.Destination = row.shown(self, name)
		return mapTags(s.k.Tags.Set(tx, self, tags.Sorted(in.Tags)...), self)
	})
}

func (d *destination) shown(self, name string) *api.Destination {
	return &api.Destination{Arn: &self, DestinationName: &name, TargetArn: new(d.Target), RoleArn: new(d.Role), CreationTime: new(d.Created), AccessPolicy: optional(d.Policy)}
}

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
