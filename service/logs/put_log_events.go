package logs

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"sort"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// Limits of a batch.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const (
	maxBatchBytes = 1 << 20
	eventOverhead = 26
	maxBatchSpan  = dayMs
	maxAge        = 14 * dayMs
	maxAhead      = 2 * 60 * 60 * 1000
)

var (
	ingestedBytes = meter.Usage{Service: "logs", Type: "DataProcessing-Bytes"}
	storedBytes   = meter.Usage{Service: "logs", Type: "TimedStorage-ByteHrs"}
)

// PutLogEvents adds a batch of events to a stream. When it has answered, the events are on disk and can be read.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
func (s *Service) PutLogEvents(ctx context.Context, in *api.PutLogEventsInput) (*api.PutLogEventsOutput, error) {
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	scope := call.ScopeOf(ctx)
	defer s.locks.take(scope.Account + scope.Region + *in.LogGroupName + "\x00" + *in.LogStreamName)()
	var g group
	var st stream
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		g, st, err = s.streamNamed(tx, *in.LogGroupName, *in.LogStreamName)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := s.nowMs()
	taken, out := judge(in.LogEvents, now, g.RetainDays)
	out.RejectedEntityInfo = rejectedEntity(in.Entity, g.Class)
	if len(taken) == 0 {
		out.NextSequenceToken = new(sequenceToken(st.Batches))
		return out, nil
	}
	batch := &logstore.Batch{Group: folder(scope, g.ID), Stream: st.ID, Number: st.Batches + 1, Ingestion: now, Events: entries(taken)}
	ref, err := s.store.Stage(ctx, batch)
	if err != nil {
		return nil, mapStore(err)
	}
	if err := s.commitBatch(ctx, in, batch, ref); err != nil {
		s.store.Discard(ref)
		if errors.Is(err, errRepeated) {
			return out, nil
		}
		return nil, mapStore(err)
	}
	s.store.Publish(ref)
	s.k.Meter.Count(ctx, meter.Quantity{Usage: ingestedBytes, Amount: float64(ref.Bytes + int64(len(taken))*eventOverhead)})
	s.vend(ctx, *in.LogGroupName, len(taken), ref.Bytes)
	out.NextSequenceToken = new(sequenceToken(batch.Number))
	return out, nil
}

func (s *Service) streamNamed(tx *store.Tx, groupName, name string) (group, stream, error) {
	g, err := s.groupNamed(tx, groupName)
	if err != nil {
		return group{}, stream{}, err
	}
	st, ok := s.streams.Get(tx, store.Key(g.ID, name))
	if !ok {
		return group{}, stream{}, noStream()
	}
	return g, st, nil
}

// commitBatch writes the stream's row, and what shall happen because of the events.
func (s *Service) commitBatch(ctx context.Context, in *api.PutLogEventsInput, b *logstore.Batch, ref logstore.Ref) error {
	first, last := b.Events[0].Timestamp, b.Events[len(b.Events)-1].Timestamp
	embedded := carriesMetrics(b.Events)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		g, st, err := s.streamNamed(tx, *in.LogGroupName, *in.LogStreamName)
		if err != nil {
			return err
		}
		if s.k.Jobs.Repeated(tx, tx.Call()) { // by a job that was here before a crash
			return errRepeated
		}
		if st.ID != b.Stream || st.Batches != b.Number-1 { // deleted and made anew meanwhile
			return noStream()
		}
		if st.Batches == 0 {
			st.First, st.Last = first, last
		}
		st.Batches, st.Ingested = b.Number, b.Ingestion
		st.First, st.Last = min(st.First, first), max(st.Last, last)
		st.Sum = crc32.Update(st.Sum, crc32.IEEETable, []byte{byte(ref.Sum), byte(ref.Sum >> 8), byte(ref.Sum >> 16), byte(ref.Sum >> 24)})
		s.relate(tx, &g, &st, in.Entity, ref.Seq)
		s.streams.Put(tx, store.Key(g.ID, *in.LogStreamName), st)
		s.expireLater(tx, *in.LogGroupName, &g, last)
		s.measureLater(tx, *in.LogGroupName, &g)
		s.wake(tx, *in.LogGroupName, &g, ref)
		s.auditSoon(tx, *in.LogGroupName, &g, ref)
		s.shapeSoon(tx, *in.LogGroupName, &g, ref)
		s.countSoon(tx, *in.LogGroupName, &g)
		if embedded {
			s.embedSoon(tx, *in.LogGroupName, &g, ref.Seq)
		}
		return nil
	})
}

// checkBatch refuses what AWS refuses of a whole batch.
func checkBatch(events []api.InputLogEvent) error {
	bytes := 0
	for i := range events {
		bytes += len(*events[i].Message) + eventOverhead
		if i > 0 && *events[i].Timestamp < *events[i-1].Timestamp {
			return invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	if bytes > maxBatchBytes {
		return invalid("Upload too large: %d bytes exceeds limit of %d", bytes, maxBatchBytes)
	}
	if *events[len(events)-1].Timestamp-*events[0].Timestamp > maxBatchSpan {
		return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// judge leaves out the events that are too old, expired or too far ahead, and says which. The batch is in order of time.
func judge(events []api.InputLogEvent, now int64, retainDays int32) ([]api.InputLogEvent, *api.PutLogEventsOutput) {
	from := func(ts int64) int {
		return sort.Search(len(events), func(i int) bool { return *events[i].Timestamp >= ts })
	}
	old, expired, ahead := from(now-maxAge), 0, from(now+maxAhead+1)
	if retainDays > 0 {
		expired = from(now - int64(retainDays)*dayMs)
	}
	out := &api.PutLogEventsOutput{}
	if old > 0 || expired > 0 || ahead < len(events) {
		r := &api.RejectedLogEventsInfo{}
		if old > 0 {
			r.TooOldLogEventEndIndex = new(int32(old))
		}
		if expired > 0 {
			r.ExpiredLogEventEndIndex = new(int32(expired))
		}
		if ahead < len(events) {
			r.TooNewLogEventStartIndex = new(int32(ahead))
		}
		out.RejectedLogEventsInfo = r
	}
	return events[min(max(old, expired), ahead):ahead], out
}

// errRepeated is a batch that is there already.
var errRepeated = errors.New("repeated")

func entries(events []api.InputLogEvent) []logstore.Entry {
	list := make([]logstore.Entry, len(events))
	for i := range events {
		list[i] = logstore.Entry{Timestamp: *events[i].Timestamp, Message: *events[i].Message}
	}
	return list
}

// sequenceToken is what AWS still returns and no longer asks for: 56 digits.
func sequenceToken(n uint64) string { return fmt.Sprintf("496%053d", n) }
