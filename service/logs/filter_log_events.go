package logs

import (
	"context"
	"fmt"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/engine/logstore"
	"unyo/engine/pattern"
	"unyo/kernel/store"
)

// maxFilterStreams is how many streams a search may name.
const maxFilterStreams = 100

// FilterLogEvents searches a group. Events of all streams come in one order, by time.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
func (s *Service) FilterLogEvents(ctx context.Context, in *api.FilterLogEventsInput) (*api.FilterLogEventsOutput, error) {
	name, err := groupName(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if in.LogStreamNamePrefix != nil && len(in.LogStreamNames) > 0 {
		return nil, invalid("logStreamNamePrefix and logStreamNames cannot both be specified.")
	}
	p, err := compile(rt.Val(in.FilterPattern))
	if err != nil {
		return nil, err
	}
	f := logstore.Filter{Contains: p.Literals(), Desc: in.StartFromHead != nil && !*in.StartFromHead, To: endOf(in.EndTime)}
	query := fmt.Sprintf("filter\x00%s\x00%s\x00%s\x00%q\x00%d\x00%d\x00%t", name, rt.Val(in.FilterPattern), rt.Val(in.LogStreamNamePrefix), in.LogStreamNames, rt.Val(in.StartTime), f.To, f.Desc)
	if err := resume(&f, query, in.NextToken); err != nil {
		return nil, err
	}
	scope := call.ScopeOf(ctx)
	search := &search{pattern: p, collector: collector{limit: answerLimit(in.Limit)}, names: map[uint64]string{}}
	var g group
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		if g, err = s.groupNamed(tx, name); err != nil {
			return err
		}
		if err := g.readable("FilterLogEvents", name); err != nil {
			return err
		}
		if !rt.Val(in.Unmask) {
			if search.mask, err = s.maskerOf(tx, &g); err != nil {
				return err
			}
		}
		f.Streams, err = s.searched(tx, g.ID, in.LogStreamNames, in.LogStreamNamePrefix, search.names)
		return err
	})
	if err != nil {
		return nil, err
	}
	if search.mask != nil { // what is masked need not hold what a match holds
		f.Contains = nil
	}
	f.From = max(rt.Val(in.StartTime), g.floor(s.nowMs()))
	if f.To == 0 || f.To > f.From {
		if err := s.store.Scan(ctx, folder(scope, g.ID), f, search.add); err != nil {
			return nil, err
		}
	}
	out := &api.FilterLogEventsOutput{Events: make([]api.FilteredLogEvent, len(search.events)), SearchedLogStreams: []api.SearchedLogStream{}}
	for i := range search.events {
		e := &search.events[i]
		out.Events[i] = api.FilteredLogEvent{
			EventId: new(eventID(e.pos, e.stream)), IngestionTime: &e.ingest, LogStreamName: new(search.names[e.stream]), Message: &e.message, Timestamp: &e.pos.Timestamp,
		}
	}
	if search.full {
		out.NextToken = new(page.Token(query, eventID(search.events[len(search.events)-1].pos, 0)))
	}
	return out, nil
}

func compile(text string) (*pattern.Pattern, error) {
	p, err := pattern.Compile(text)
	if err != nil {
		return nil, invalid("%s", err)
	}
	return p, nil
}

// resume points f behind the last event of the page before.
func resume(f *logstore.Filter, query string, token *string) error {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return invalid("The specified nextToken is invalid.")
	}
	if after == "" {
		return nil
	}
	pos, ok := parseEventID(after)
	if !ok {
		return invalid("The specified nextToken is invalid.")
	}
	if f.Desc {
		f.End = &pos
	} else {
		f.Start = new(pos.Next())
	}
	return nil
}

// searched returns the streams to be searched, nil for all, and puts the names of those that are there into names.
func (s *Service) searched(tx *store.Tx, id string, wanted []string, prefix *string, names map[uint64]string) ([]uint64, error) {
	clear(names)
	ids := []uint64{}
	for _, name := range wanted {
		st, ok := s.streams.Get(tx, store.Key(id, name))
		if !ok {
			return nil, noStream()
		}
		names[st.ID], ids = name, append(ids, st.ID)
	}
	if len(wanted) > 0 {
		return ids, nil
	}
	base := store.Key(id, "")
	for key, st := range s.streams.Prefix(tx, base+rt.Val(prefix), "") {
		names[st.ID], ids = strings.TrimPrefix(key, base), append(ids, st.ID)
	}
	return ids, nil
}

// search collects what matches, of streams that are there.
type search struct {
	collector
	pattern *pattern.Pattern
	names   map[uint64]string
	mask    *masker
}

func (x *search) add(e *logstore.Event) bool {
	e = x.mask.event(e)
	if !x.pattern.Match(e.Message) {
		return true
	}
	return x.collector.add(e)
}
