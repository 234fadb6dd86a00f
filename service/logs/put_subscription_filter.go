package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// maxFilters is how many subscription filters a group may have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const maxFilters = 2

// subscription is a subscription filter's row.
type subscription struct {
	Pattern      string
	Destination  string // ARN
	Vendor       string `json:",omitempty"` // kinesis; "" is firehose
	Stream       string // name of the stream there
	Role         string // ARN
	Distribution string
	Created      int64 // ms
	// Principal is as whom Logs takes on the role: logs.amazonaws.com, or the regional name that older trust policies have.
	Principal string
	// Single: the role may only PutRecord, as AWS's guides write its policy.
	Single bool
}

// PutSubscriptionFilter has the events of a group that match delivered to a Firehose or Kinesis stream from now on. A test message shows
// whether the stream takes them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
func (s *Service) PutSubscriptionFilter(ctx context.Context, in *api.PutSubscriptionFilterInput) (*api.PutSubscriptionFilterOutput, error) {
	if _, err := compile(*in.FilterPattern); err != nil {
		return nil, err
	}
	name, filter := *in.LogGroupName, *in.FilterName
	row := subscription{Pattern: *in.FilterPattern, Destination: *in.DestinationArn, Role: rt.Val(in.RoleArn), Distribution: rt.Val(in.Distribution), Created: s.nowMs()}
	if row.Distribution == "" {
		row.Distribution = "ByLogStream"
	}
	scope := call.ScopeOf(ctx)
	if err := checkDestination(scope, &row, in); err != nil {
		return nil, err
	}
	var g group
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if g, err = s.groupNamed(tx, name); err != nil {
			return err
		}
		return s.checkRoom(tx, &g, filter)
	})
	if err != nil {
		return nil, err
	}
	if err := s.test(ctx, name, &row); err != nil {
		return nil, err
	}
	head, err := s.store.Head(ctx, folder(scope, g.ID))
	if err != nil {
		return nil, err
	}
	return &api.PutSubscriptionFilterOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		if err := s.checkRoom(tx, &g, filter); err != nil {
			return err
		}
		key := store.Key(g.ID, filter)
		row := row
		if old, ok := s.filters.Get(tx, key); ok {
			row.Created = old.Created
		} else {
			g.Subscribed++
			s.groups.Put(tx, name, g)
			s.cursors.Put(tx, key, cursor{Seq: head})
		}
		s.filters.Put(tx, key, row)
		return nil
	})
}

// checkDestination refuses what cannot be delivered to.
func checkDestination(scope call.Scope, row *subscription, in *api.PutSubscriptionFilterInput) error {
	if rt.Val(in.ApplyOnTransformedLogs) || len(in.EmitSystemFields) > 0 || in.FieldSelectionCriteria != nil {
		return invalid("applyOnTransformedLogs, emitSystemFields and fieldSelectionCriteria are not supported by this estate yet.")
	}
	a, err := arn.Parse(row.Destination)
	if err != nil {
		return invalid("Invalid destinationArn: %s", row.Destination)
	}
	kind, ok := map[string]string{"firehose": "deliverystream/", "kinesis": "stream/"}[a.Service]
	if !ok {
		return invalid("PutSubscriptionFilter operation cannot work with destinationArn for vendor %s", a.Service)
	}
	if row.Role == "" {
		return invalid("destinationArn for vendor %s cannot be used without roleArn", a.Service)
	}
	if a.Service == "kinesis" {
		row.Vendor = a.Service
	}
	if row.Stream, ok = strings.CutPrefix(a.Resource, kind); !ok {
		return invalid("Invalid destinationArn: %s", row.Destination)
	}
	if a.Account != scope.Account || a.Region != scope.Region {
		return invalid("The destination %s must be in the account and region of the log group.", row.Destination)
	}
	return nil
}

// checkRoom refuses one filter too many.
func (s *Service) checkRoom(tx *store.Tx, g *group, filter string) error {
	if g.Class == classInfrequent {
		return api.NewInvalidOperationException("Log groups of the class %s do not support subscription filters.", classInfrequent)
	}
	if g.Subscribed >= maxFilters && !s.filters.Has(tx, store.Key(g.ID, filter)) {
		return api.NewLimitExceededException("Resource limit exceeded.")
	}
	return nil
}
