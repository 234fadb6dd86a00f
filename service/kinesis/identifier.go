package kinesis

import (
	"context"
	"strings"

	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// streamName is the stream that a request means: by its name, its ARN, or both when they agree. Streams of other
// accounts and regions are not found, for there are no resource policies that could share them.
func (s *Service) streamName(ctx context.Context, name, streamARN, id *string) (string, error) {
	c := call.From(ctx)
	switch {
	case id != nil:
		return "", unsupported("StreamId")
	case name == nil && streamARN == nil:
		return "", invalid("Either StreamName or StreamARN must be specified.")
	case streamARN == nil:
		return *name, nil
	}
	a, err := arn.Parse(*streamARN)
	found, ok := strings.CutPrefix(a.Resource, "stream/")
	switch {
	case err != nil || !ok || a.Service != "kinesis" || strings.ContainsAny(found, "/:"):
		return "", invalid("%s is not the ARN of a stream.", *streamARN)
	case name != nil && *name != found:
		return "", invalid("StreamName %s and StreamARN %s do not match.", *name, *streamARN)
	case s.arn(c.Scope, found) != *streamARN:
		return "", noStream(c, found)
	}
	return found, nil
}

// update changes the stream that is meant in one transaction; fn's changes to the row are written.
func (s *Service) update(ctx context.Context, name, streamARN, id *string, fn func(tx *store.Tx, row *stream) error) error {
	found, err := s.streamName(ctx, name, streamARN, id)
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, found)
		if !ok {
			return noStream(call.From(ctx), found)
		}
		if err := fn(tx, &row); err != nil {
			return err
		}
		s.streams.Put(tx, found, row)
		return nil
	})
}

// view shows the stream that is meant.
func (s *Service) view(ctx context.Context, name, streamARN, id *string, fn func(tx *store.Tx, row *stream) error) error {
	found, err := s.streamName(ctx, name, streamARN, id)
	if err != nil {
		return err
	}
	return s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, found)
		if !ok {
			return noStream(call.From(ctx), found)
		}
		return fn(tx, &row)
	})
}

// limitOf is a limit that the caller may lower.
func limitOf(given *int32, most int) int {
	if given == nil {
		return most
	}
	return int(rt.Val(given))
}
