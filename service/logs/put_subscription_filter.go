package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/api/rt"
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
	target              // where no Logs destination stands between
	Distribution string
	Selection    string `json:",omitempty"` // of which origin events must be
	Transformed  bool   `json:",omitempty"` // it sees, and sends, events as transformers have made them
	Created      int64  // ms
}

// PutSubscriptionFilter has the events of a group that match delivered to a Firehose or Kinesis stream from now on, or to that behind a
// destination, which may be another account's. A test message shows whether the stream takes them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
func (s *Service) PutSubscriptionFilter(ctx context.Context, in *api.PutSubscriptionFilterInput) (*api.PutSubscriptionFilterOutput, error) {
	if _, err := compile(*in.FilterPattern); err != nil {
		return nil, err
	}
	name, filter := *in.LogGroupName, *in.FilterName
	row := subscription{Pattern: *in.FilterPattern, Destination: *in.DestinationArn, Distribution: rt.Val(in.Distribution), Selection: rt.Val(in.FieldSelectionCriteria), Transformed: rt.Val(in.ApplyOnTransformedLogs), Created: s.nowMs()}
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
	if err := s.try(ctx, name, &row); err != nil {
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
	if len(in.EmitSystemFields) > 0 {
		return invalid("emitSystemFields is not supported by this estate yet.")
	}
	if _, err := parseSelection(row.Selection); err != nil {
		return err
	}
	a, _, ok := destinationOf(row.Destination)
	if !ok {
		return row.aim(scope, "PutSubscriptionFilter", row.Destination, rt.Val(in.RoleArn))
	}
	// With an organisation's policy AWS wants a role; an estate has no organisations yet.
	if in.RoleArn != nil {
		return invalid("destinationArn for vendor logs cannot be used with roleArn")
	}
	if a.Region != scope.Region {
		return invalid("The destination %s must be in the region of the log group.", row.Destination)
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
