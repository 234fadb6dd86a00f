package logs

import (
	"context"
	"slices"
	"strconv"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// maxDescribedQueries is how many one answer has.
const maxDescribedQueries = 1000

// DescribeQueries lists the queries of the last seven days, the newest first.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html
func (s *Service) DescribeQueries(ctx context.Context, in *api.DescribeQueriesInput) (*api.DescribeQueriesOutput, error) {
	sum := "asked\x00" + rt.Val(in.LogGroupName) + "\x00" + rt.Val(in.Status) + "\x00" + rt.Val(in.QueryLanguage)
	after, err := page.After(sum, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	var list []api.QueryInfo
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list = nil
		for id, q := range s.asked.rows.Prefix(tx, "", "") {
			i := slices.IndexFunc(q.Groups, func(g queriedGroup) bool { return in.LogGroupName == nil || g.Name == *in.LogGroupName })
			if i < 0 || in.Status != nil && q.Status != *in.Status || in.QueryLanguage != nil && *in.QueryLanguage != api.QueryLanguageCwli {
				continue
			}
			list = append(list, q.info(id, q.Groups[i].Name))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b api.QueryInfo) int { return int(min(1, max(-1, *b.CreateTime-*a.CreateTime))) })
	from, _ := strconv.Atoi(after)
	limit := maxDescribedQueries
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	from = min(from, len(list))
	to := min(from+limit, len(list))
	out := &api.DescribeQueriesOutput{Queries: append([]api.QueryInfo{}, list[from:to]...)}
	if to < len(list) {
		out.NextToken = new(page.Token(sum, strconv.Itoa(to)))
	}
	return out, nil
}

func (q *query) info(id, group string) api.QueryInfo {
	i := api.QueryInfo{
		QueryId: &id, QueryString: &q.Text, QueryLanguage: new(api.QueryLanguageCwli), Status: &q.Status, CreateTime: &q.Created, LogGroupName: &group, BytesScanned: new(float64(q.Bytes)),
	}
	if q.User != "" {
		i.UserIdentity = &q.User
	}
	if q.Ended > 0 {
		i.QueryDuration = new(q.Ended - q.Created)
	}
	return i
}
