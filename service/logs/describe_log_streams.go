package logs

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

const byLastEvent = "LastEventTime"

// DescribeLogStreams lists the streams of a group, by name or by the time of their last event.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
func (s *Service) DescribeLogStreams(ctx context.Context, in *api.DescribeLogStreamsInput) (*api.DescribeLogStreamsOutput, error) {
	name, err := groupName(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	prefix, order := rt.Val(in.LogStreamNamePrefix), rt.Val(in.OrderBy)
	if prefix != "" && order == byLastEvent {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	query := fmt.Sprintf("streams\x00%s\x00%s\x00%s\x00%t", name, prefix, order, rt.Val(in.Descending))
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := defaultList
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	var list []namedStream
	err = s.k.View(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		list = s.streamsOf(tx, g.ID, prefix, order, rt.Val(in.Descending), after, limit+1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogStreamsOutput{LogStreams: []api.LogStream{}}
	if len(list) > limit {
		list = list[:limit]
		out.NextToken = new(page.Token(query, list[limit-1].place(order)))
	}
	arn := s.groupARN(call.ScopeOf(ctx), name)
	for _, st := range list {
		out.LogStreams = append(out.LogStreams, st.shape(arn))
	}
	return out, nil
}

type namedStream struct {
	name string
	stream
}

// place is where a stream stands in its list.
func (st *namedStream) place(order string) string {
	if order == byLastEvent {
		return fmt.Sprintf("%020d%s", st.last(), st.name)
	}
	return st.name
}

// last orders a stream without events before all others.
func (st *namedStream) last() int64 {
	if st.Batches == 0 {
		return 0
	}
	return st.Last
}

// streamsOf returns up to limit streams behind the place after.
func (s *Service) streamsOf(tx *store.Tx, id, prefix, order string, descending bool, after string, limit int) []namedStream {
	base := store.Key(id, "")
	var list []namedStream
	add := func(key string, st stream) bool {
		list = append(list, namedStream{key[len(base):], st})
		return len(list) < limit
	}
	if order == byLastEvent {
		for key, st := range s.streams.Prefix(tx, base, "") {
			list = append(list, namedStream{key[len(base):], st})
		}
		slices.SortFunc(list, func(a, b namedStream) int {
			c := cmp.Compare(a.place(order), b.place(order))
			if descending {
				return -c
			}
			return c
		})
		list = slices.DeleteFunc(list, func(st namedStream) bool {
			return after != "" && (descending && st.place(order) >= after || !descending && st.place(order) <= after)
		})
		return list[:min(limit, len(list))]
	}
	if descending {
		_, hi := within(id)
		lo := base + prefix
		if prefix != "" {
			hi = base + prefix + "\xFF"
		}
		if after != "" {
			hi = base + after
		}
		for key, st := range s.streams.Back(tx, lo, hi) {
			if !add(key, st) {
				break
			}
		}
		return list
	}
	behind := ""
	if after != "" {
		behind = base + after
	}
	for key, st := range s.streams.Prefix(tx, base+prefix, behind) {
		if !add(key, st) {
			break
		}
	}
	return list
}

func (st *namedStream) shape(group string) api.LogStream {
	shape := api.LogStream{
		LogStreamName: new(st.name), Arn: new(group + ":log-stream:" + st.name), CreationTime: new(st.Created),
		StoredBytes: new(int64(0)), // AWS answers 0 for streams since 2019
	}
	if st.Batches > 0 {
		shape.FirstEventTimestamp, shape.LastEventTimestamp, shape.LastIngestionTime = new(st.First), new(st.Last), new(st.Ingested)
	}
	shape.UploadSequenceToken = new(sequenceToken(st.Batches))
	return shape
}
