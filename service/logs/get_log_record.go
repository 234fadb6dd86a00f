package logs

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/insights"
	"unyo/engine/logstore"
	"unyo/kernel/store"
)

// record is what a pointer of a query's answer means.
type record struct {
	group, id string
	stream    uint64
	at        logstore.Position
}

func parsePointer(text string) (r record, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != 4 {
		return r, false
	}
	stream, err := strconv.ParseInt(parts[2], 10, 64)
	at, ok := parseEventID(parts[3])
	return record{parts[0], parts[1], uint64(stream), at}, ok && err == nil
}

// GetLogRecord shows all fields of an event that a query's answer has pointed to.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
func (s *Service) GetLogRecord(ctx context.Context, in *api.GetLogRecordInput) (*api.GetLogRecordOutput, error) {
	r, ok := parsePointer(*in.LogRecordPointer)
	if !ok {
		return nil, invalid("The specified log record pointer is invalid.")
	}
	scope := call.ScopeOf(ctx)
	q := &query{Created: s.nowMs(), Groups: []queriedGroup{{Name: r.group, ID: r.id}}}
	from, err := s.queriedEvents(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(from.groups) == 0 {
		return nil, noRecord()
	}
	src, group := &from.sources[0], from.groups[0]
	if rt.Val(in.Unmask) {
		src.unmask()
	}
	fields := map[string]string{}
	if _, there := group.Streams[r.stream]; there && r.at.Timestamp >= src.floor {
		end := r.at.Next()
		err = s.store.Scan(ctx, folder(scope, r.id), logstore.Filter{From: r.at.Timestamp, To: r.at.Timestamp + 1, Streams: []uint64{r.stream}, Start: &r.at, End: &end}, func(x *logstore.Event) bool {
			e := src.event(x)
			for _, f := range insights.Discover(group, &e) {
				fields[f.Name] = f.Value
			}
			return false
		})
	}
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, noRecord()
	}
	return &api.GetLogRecordOutput{LogRecord: fields}, nil
}

func noRecord() error {
	return api.NewResourceNotFoundException("The specified log record does not exist.")
}

// recordNeeds are on the group that a pointer names.
func (s *Service) recordNeeds(ctx context.Context, op string, in *api.GetLogRecordInput) []rt.Need {
	r, _ := parsePointer(rt.Val(in.LogRecordPointer))
	return s.unmasked(ctx, s.need(ctx, op, &r.group, nil, ":log-stream:"), in.Unmask, &r.group, nil)
}

// ListLogGroupsForQuery lists the groups of a query.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroupsForQuery.html
func (s *Service) ListLogGroupsForQuery(ctx context.Context, in *api.ListLogGroupsForQueryInput) (*api.ListLogGroupsForQueryOutput, error) {
	out := &api.ListLogGroupsForQueryOutput{}
	var names []string
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		q, err := s.queryNamed(tx, *in.QueryId)
		names = nil
		for _, g := range q.Groups {
			names = append(names, s.groupARN(tx.Scope(), g.Name))
		}
		return err
	}); err != nil {
		return nil, err
	}
	limit := 50
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	var err error
	out.LogGroupIdentifiers, out.NextToken, err = namesPage("querygroups\x00"+*in.QueryId, names, limit, in.NextToken)
	return out, err
}
