package logs

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/engine/insights"
	"unyo/engine/logstore"
)

// What GetLogGroupFields looks at: 15 minutes before now, or 8 minutes on both sides of a time.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html
const (
	fieldsBackMs   = 15 * 60 * 1000
	fieldsAroundMs = 8 * 60 * 1000
	fieldsEvents   = 10_000 // the newest of them are enough for a share
)

// GetLogGroupFields tells which fields a group's events have, and how many percent of them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html
func (s *Service) GetLogGroupFields(ctx context.Context, in *api.GetLogGroupFieldsInput) (*api.GetLogGroupFieldsOutput, error) {
	name, err := groupName(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	now := s.nowMs()
	f := logstore.Filter{From: now - fieldsBackMs, To: now + 1, Desc: true}
	if in.Time != nil {
		at := queryTime(*in.Time, 0)
		f.From, f.To = at-fieldsAroundMs, at+fieldsAroundMs+1
	}
	from, err := s.groupEvents(ctx, name, now)
	if err != nil {
		return nil, err
	}
	src, group := &from.sources[0], from.groups[0]
	f.From, f.Streams = max(f.From, src.floor), src.streams
	counts, n := map[string]int{}, 0
	if f.From < f.To {
		err = s.store.Scan(ctx, src.folder, f, func(x *logstore.Event) bool {
			e := src.event(x)
			for _, field := range insights.Discover(group, &e) {
				if field.Name != "@ptr" {
					counts[field.Name]++
				}
			}
			n++
			return n < fieldsEvents
		})
	}
	out := &api.GetLogGroupFieldsOutput{LogGroupFields: []api.LogGroupField{}}
	for field, count := range counts {
		out.LogGroupFields = append(out.LogGroupFields, api.LogGroupField{Name: &field, Percent: new(int32(math.Round(100 * float64(count) / float64(n))))})
	}
	slices.SortFunc(out.LogGroupFields, func(a, b api.LogGroupField) int {
		return cmp.Or(cmp.Compare(*b.Percent, *a.Percent), cmp.Compare(*a.Name, *b.Name))
	})
	return out, err
}

// groupEvents is where one group's events come from.
func (s *Service) groupEvents(ctx context.Context, name string, now int64) (*queriedEvents, error) {
	q := &query{Created: now}
	in := &api.StartQueryInput{LogGroupName: &name}
	plan := &insights.Plan{Query: &insights.Query{}}
	q.To = math.MaxInt64
	if err := s.queried(ctx, in, plan, q); err != nil {
		return nil, err
	}
	from, err := s.queriedEvents(ctx, q)
	if err == nil && len(from.groups) == 0 {
		err = noGroup()
	}
	return from, err
}

// namesPage is a page of a list.
func namesPage(sum string, names []string, limit int, token *string) ([]string, *string, error) {
	after, err := page.After(sum, rt.Val(token))
	from, bad := strconv.Atoi(cmp.Or(after, "0"))
	if err != nil || bad != nil || from < 0 || from > len(names) {
		return nil, nil, invalid("The specified nextToken is invalid.")
	}
	to := min(from+limit, len(names))
	if to == len(names) {
		return append([]string{}, names[from:]...), nil, nil
	}
	return names[from:to], new(page.Token(sum, strconv.Itoa(to))), nil
}
