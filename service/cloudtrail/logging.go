package cloudtrail

import (
	"context"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/kernel/store"
)

// StartLogging begins to record; what happened before is not delivered.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
func (s *Service) StartLogging(ctx context.Context, in *api.StartLoggingInput) (*api.StartLoggingOutput, error) {
	_, err := s.change(ctx, *in.Name, func(tx *store.Tx, t *trail) error {
		if t.Logging {
			return nil
		}
		had := *t
		t.Logging, t.Started = true, s.k.Clock.Now()
		from := span{From: s.k.Journal.Last(tx)}
		t.Files.Spans = append(t.Files.Spans, from)
		if t.LogGroup != "" {
			t.Lines.Spans = append(t.Lines.Spans, from)
		}
		s.setDigests(tx, &had, t)
		s.watchTrail(tx, t)
		return nil
	})
	return &api.StartLoggingOutput{}, err
}

// StopLogging ends what StartLogging began; that it was asked is the last that is delivered.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html
func (s *Service) StopLogging(ctx context.Context, in *api.StopLoggingInput) (*api.StopLoggingOutput, error) {
	_, err := s.change(ctx, *in.Name, func(tx *store.Tx, t *trail) error {
		had := *t
		s.halt(tx, t)
		s.setDigests(tx, &had, t)
		s.watchTrail(tx, t)
		return nil
	})
	return &api.StopLoggingOutput{}, err
}

// halt ends the logging of a trail.
func (s *Service) halt(tx *store.Tx, t *trail) {
	if !t.Logging {
		return
	}
	t.Logging, t.Stopped = false, s.k.Clock.Now()
	s.end(tx, &t.Files)
	s.end(tx, &t.Lines)
}

// end closes the open span of a feed behind the latest entry; the call that asks is entered later, and named.
func (s *Service) end(tx *store.Tx, f *feed) {
	if n := len(f.Spans); n > 0 && f.Spans[n-1].Stop == "" {
		end := &f.Spans[n-1]
		end.To, end.Stop, end.Ended = s.k.Journal.Last(tx), tx.Call().RequestID, s.k.Clock.Now()
	}
}

// GetTrailStatus tells whether a trail is logging, and how its deliveries went.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
func (s *Service) GetTrailStatus(ctx context.Context, in *api.GetTrailStatusInput) (*api.GetTrailStatusOutput, error) {
	t, err := s.get(ctx, *in.Name)
	if err != nil {
		return nil, err
	}
	out := &api.GetTrailStatusOutput{
		IsLogging: &t.Logging, LatestDeliveryError: optional(t.Files.Error), LatestDeliveryTime: instant(t.Files.Latest), StartLoggingTime: instant(t.Started), StopLoggingTime: instant(t.Stopped),
		LatestCloudWatchLogsDeliveryError: optional(t.Lines.Error), LatestCloudWatchLogsDeliveryTime: instant(t.Lines.Latest),
		LatestDigestDeliveryError: optional(t.Digests.Error), LatestDigestDeliveryTime: instant(t.Digests.Latest),
		LatestDeliveryAttemptTime: new(stamp(t.Files.Attempted)), LatestDeliveryAttemptSucceeded: new(stamp(t.Files.Latest)),
		LatestNotificationAttemptTime: new(""), LatestNotificationAttemptSucceeded: new(""),
		TimeLoggingStarted: new(stamp(t.Started)), TimeLoggingStopped: new(stamp(t.Stopped)),
	}
	s.showStuck(ctx, &t, out)
	return out, nil
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
