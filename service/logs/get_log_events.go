package logs

import (
	"context"
	"math"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/store"
)

// Limits of an answer with events.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
const (
	maxEvents      = 10_000
	maxAnswerBytes = 1 << 20
)

// GetLogEvents reads one stream, forwards or backwards. A forward token is the place from which to go on, a backward token the
// place before which; both stay the same where there is nothing more.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
func (s *Service) GetLogEvents(ctx context.Context, in *api.GetLogEventsInput) (*api.GetLogEventsOutput, error) {
	name, err := groupName(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	var g group
	var st stream
	var mask *masker
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		if g, st, err = s.streamNamed(tx, name, *in.LogStreamName); err != nil {
			return err
		}
		if !rt.Val(in.Unmask) {
			if mask, err = s.maskerOf(tx, &g); err != nil {
				return err
			}
		}
		return g.readable("GetLogEvents", name)
	})
	if err != nil {
		return nil, err
	}
	f := logstore.Filter{Streams: []uint64{st.ID}, From: max(rt.Val(in.StartTime), g.floor(s.nowMs())), Desc: !rt.Val(in.StartFromHead)}
	if in.EndTime != nil {
		if f.To = *in.EndTime; f.To <= f.From {
			f.To = f.From // nothing, for 0 would mean no end
		}
	}
	var edge logstore.Position // where an empty answer stands
	if in.NextToken != nil {
		if edge, err = aim(&f, *in.NextToken); err != nil {
			return nil, err
		}
	}
	got := collector{limit: answerLimit(in.Limit)}
	if in.EndTime == nil || f.To > f.From {
		if err := s.store.Scan(ctx, folder(call.ScopeOf(ctx), g.ID), f, func(e *logstore.Event) bool { return got.add(mask.event(e)) }); err != nil {
			return nil, err
		}
	}
	if f.Desc {
		slices.Reverse(got.events)
	}
	lo, hi := edge, edge
	if n := len(got.events); n > 0 {
		lo, hi = got.events[0].pos, got.events[n-1].pos.Next()
	}
	out := &api.GetLogEventsOutput{
		Events:           make([]api.OutputLogEvent, len(got.events)),
		NextForwardToken: new("f/" + eventID(hi, 0) + "/s"), NextBackwardToken: new("b/" + eventID(lo, 0) + "/s"),
	}
	for i := range got.events {
		e := &got.events[i]
		out.Events[i] = api.OutputLogEvent{Timestamp: &e.pos.Timestamp, IngestionTime: &e.ingest, Message: &e.message}
	}
	return out, nil
}

// readable refuses to show events of a class that only Insights reads.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
func (g *group) readable(op, name string) error {
	if g.Class == classInfrequent {
		return api.NewInvalidOperationException("The log group %s is of log-group-class %s. %s is not supported for this log class.", name, classInfrequent, op)
	}
	return nil
}

// aim points f at where a token goes on.
func aim(f *logstore.Filter, token string) (logstore.Position, error) {
	way, rest, _ := strings.Cut(token, "/")
	digits, ok := strings.CutSuffix(rest, "/s")
	pos, fine := parseEventID(digits)
	if !ok || !fine || (way != "f" && way != "b") {
		return pos, invalid("The specified nextToken is invalid.")
	}
	if f.Desc = way == "b"; f.Desc {
		f.End = &pos
	} else {
		f.Start = &pos
	}
	return pos, nil
}

func answerLimit(limit *int32) int {
	if limit == nil {
		return maxEvents
	}
	return int(*limit)
}

// kept is an event that outlives the scan.
type kept struct {
	pos     logstore.Position
	stream  uint64
	ingest  int64
	message string
}

// collector keeps events up to an answer's limits.
type collector struct {
	limit  int
	bytes  int
	events []kept
	full   bool // there are more
}

func (c *collector) add(e *logstore.Event) bool {
	size := len(e.Message) + eventOverhead
	if len(c.events) == c.limit || c.bytes+size > maxAnswerBytes && len(c.events) > 0 {
		c.full = true
		return false
	}
	c.bytes += size
	c.events = append(c.events, kept{e.Position(), e.Stream, e.Ingestion, string(e.Message)})
	return true
}

// endOf turns FilterLogEvents' inclusive end into the log store's.
func endOf(end *int64) int64 {
	if end == nil || *end == math.MaxInt64 {
		return 0
	}
	return *end + 1
}
