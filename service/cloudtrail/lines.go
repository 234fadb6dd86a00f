package cloudtrail

import (
	"context"

	logsapi "unyo/api/logs"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// runWrite brings a flight to the trail's log group, as its role: one batch a job, and the stream is made where it is missing.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
func (s *Service) runWrite(ctx context.Context, a deliverArg) error {
	o := s.toLines()
	t, x, err := s.prepare(ctx, a.Key, o)
	if err != nil || x == nil || x.flight == nil {
		return err
	}
	owner, place := call.From(ctx).Account, x.flight.Regions[0]
	account, region := t.at(place, owner)
	in := &logsapi.PutLogEventsInput{LogGroupName: new(t.group()), LogStreamName: new(t.stream(account, region))}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		in.LogEvents = nil
		s.events(tx, t, x.flight, place, owner, func(e *journal.Entry) {
			in.LogEvents = append(in.LogEvents, logsapi.InputLogEvent{Timestamp: new(e.Time.UnixMilli()), Message: new(s.textOf(e, account))})
		})
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.peers.Logs.PutLogEvents(s.in(ctx, t), in)
	if err == nil {
		return s.settle(ctx, a.Key, o, func(*store.Tx, *trail) {})
	}
	if awserr.Code(err) == "ResourceNotFoundException" {
		_, e := s.peers.Logs.CreateLogStream(s.in(ctx, t), &logsapi.CreateLogStreamInput{LogGroupName: in.LogGroupName, LogStreamName: in.LogStreamName})
		if e == nil {
			return s.soon(ctx, a.Key, o)
		}
		err = e
	}
	return s.delay(ctx, a.Key, o, x.flight, err)
}
