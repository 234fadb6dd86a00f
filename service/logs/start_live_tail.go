package logs

import (
	"context"
	"slices"
	"strings"
	"time"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// A session sends an update every second of the estate's time, of at most 500 events of that second, and ends after three hours. For
// a slow reader ten updates are kept. An account may have 15 sessions in a region.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const (
	tailRhythm  = time.Second
	tailEvents  = 500
	tailUpdates = 10
	tailTimeout = 3 * time.Hour
	maxTails    = 15
)

// StartLiveTail streams the events that come into groups from now on, second by second. A held clock that is advanced by
// many seconds is a slow reader: the last updates with events in them are sent, not the empty ones.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
func (s *Service) StartLiveTail(ctx context.Context, in *api.StartLiveTailInput) (*api.StartLiveTailOutput, error) {
	p, err := compile(rt.Val(in.LogEventFilterPattern))
	if err != nil {
		return nil, err
	}
	if len(in.LogStreamNames)+len(in.LogStreamNamePrefixes) > 0 && len(in.LogGroupIdentifiers) != 1 {
		return nil, invalid("logStreamNames and logStreamNamePrefixes can only be specified with a single log group.")
	}
	if len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0 {
		return nil, invalid("logStreamNames and logStreamNamePrefixes cannot both be specified.")
	}
	t := &liveTail{s: s, in: in, pattern: p, id: s.k.Entropy.UUID(ctx), begin: s.k.Clock.Now()}
	if t.groups, err = s.tailed(ctx, in.LogGroupIdentifiers); err != nil {
		return nil, err
	}
	scope := call.ScopeOf(ctx)
	leave, ok := s.tails.join(scope.Account + " " + scope.Region)
	if !ok {
		return nil, api.NewLimitExceededException("At most %d Live Tail sessions can be open at once.", maxTails)
	}
	return &api.StartLiveTailOutput{ResponseStream: func(yield func(*api.StartLiveTailResponseStream, error) bool) {
		defer leave()
		t.run(ctx, yield)
	}}, nil
}

// tailed finds the groups of a session, and where they end now.
func (s *Service) tailed(ctx context.Context, identifiers []string) ([]*tailedGroup, error) {
	scope := call.ScopeOf(ctx)
	var groups []*tailedGroup
	for _, identifier := range identifiers {
		if !strings.HasPrefix(identifier, "arn:") || strings.HasSuffix(identifier, "*") {
			return nil, invalid("The log group identifier %s must be the ARN of a log group that does not end with an asterisk.", identifier)
		}
		name, err := identified(ctx, identifier)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(groups, func(g *tailedGroup) bool { return g.name == name }) {
			return nil, invalid("The log group %s is specified more than once.", name)
		}
		groups = append(groups, &tailedGroup{name: name, label: scope.Account + ":" + name, names: map[uint64]string{}})
	}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		for _, t := range groups {
			g, err := s.groupNamed(tx, t.name)
			if err != nil {
				return err
			}
			if g.Class == classInfrequent {
				return api.NewInvalidOperationException("Log groups of the class %s do not support Live Tail.", classInfrequent)
			}
			t.id, t.folder = g.ID, folder(scope, g.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range groups {
		if t.seq, err = s.store.Head(ctx, t.folder); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// run says what the session is, then every second what has come, until its time is over or nobody listens.
func (t *liveTail) run(ctx context.Context, yield func(*api.StartLiveTailResponseStream, error) bool) {
	if !yield(&api.StartLiveTailResponseStream{SessionStart: &api.LiveTailSessionStart{
		RequestId: new(call.From(ctx).RequestID), SessionId: new(t.id), LogGroupIdentifiers: t.in.LogGroupIdentifiers,
		LogEventFilterPattern: t.in.LogEventFilterPattern, LogStreamNames: t.in.LogStreamNames, LogStreamNamePrefixes: t.in.LogStreamNamePrefixes,
	}}, nil) {
		return
	}
	end := t.begin.Add(tailTimeout)
	for until := t.begin; until.Before(end); {
		if err := t.s.k.Wait(ctx, until.Add(tailRhythm), nil); err != nil { // the client has gone, or the house closes
			return
		}
		until = t.begin.Add(min(t.s.k.Clock.Now().Sub(t.begin).Truncate(tailRhythm), tailTimeout))
		if err := t.read(ctx, until); err != nil {
			yield(nil, err)
			return
		}
		if !t.send(yield) {
			return
		}
	}
	yield(nil, api.NewSessionTimeoutException("The Live Tail session has timed out."))
}

// send yields the updates, an empty one if nothing has come.
func (t *liveTail) send(yield func(*api.StartLiveTailResponseStream, error) bool) bool {
	if len(t.updates) == 0 {
		t.update(0)
	}
	for _, u := range t.updates {
		update := &api.LiveTailSessionUpdate{SessionMetadata: &api.LiveTailSessionMetadata{Sampled: new(u.sampled)}, SessionResults: u.events}
		if !yield(&api.StartLiveTailResponseStream{SessionUpdate: update}, nil) {
			return false
		}
	}
	return true
}
