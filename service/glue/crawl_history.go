package glue

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// ListCrawls lists a crawler's crawls of the last year, the latest first: all, or those of which the filters are true.
// https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawls.html
func (s *Service) ListCrawls(ctx context.Context, in *api.ListCrawlsInput) (*api.ListCrawlsOutput, error) {
	query := "crawls\x00" + *in.CrawlerName
	for _, f := range in.Filters {
		if _, err := (&crawl{}).meets(&f); err != nil {
			return nil, err
		}
		query += "\x00" + rt.Val(f.FieldName) + "\x00" + rt.Val(f.FilterOperator) + "\x00" + rt.Val(f.FieldValue)
	}
	out := &api.ListCrawlsOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) (err error) {
		if _, err := s.inCrawler(tx, *in.CrawlerName); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, crawl] {
			return s.crawls.Prefix(tx, store.Key(*in.CrawlerName, ""), after)
		}
		out.Crawls, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 20), rows, func(_ string, r crawl) (api.CrawlerHistory, bool) {
			for i := range in.Filters {
				if ok, _ := r.meets(&in.Filters[i]); !ok {
					return api.CrawlerHistory{}, false
				}
			}
			return r.shape(), true
		})
		return err
	})
}

// meets tells whether a filter is true of the crawl. Times are milliseconds since 1970.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlsFilter.html
func (r *crawl) meets(f *api.CrawlsFilter) (bool, error) {
	value := rt.Val(f.FieldValue)
	number := func(have float64) (int, error) {
		want, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, invalid("%s is not a number.", value)
		}
		return cmp.Compare(have, want), nil
	}
	var c int
	var err error
	switch rt.Val(f.FieldName) {
	case api.FieldNameCrawlId:
		c = cmp.Compare(r.ID, value)
	case api.FieldNameState:
		c = cmp.Compare(r.State, value)
	case api.FieldNameStartTime:
		c, err = number(float64(r.Started.UnixMilli()))
	case api.FieldNameEndTime:
		c, err = number(float64(r.Ended.UnixMilli()))
	default:
		c, err = number(r.hours())
	}
	switch rt.Val(f.FilterOperator) {
	case api.FilterOperatorGt:
		return c > 0, err
	case api.FilterOperatorGe:
		return c >= 0, err
	case api.FilterOperatorLt:
		return c < 0, err
	case api.FilterOperatorLe:
		return c <= 0, err
	case api.FilterOperatorNe:
		return c != 0, err
	}
	return c == 0, err
}

// hours are the crawl's DPU-hours: two units while it ran, ten minutes at least.
// https://aws.amazon.com/glue/pricing/
func (r *crawl) hours() float64 {
	if r.Ended.IsZero() {
		return 0
	}
	return 2 * max(r.Ended.Sub(r.Started), 10*time.Minute).Hours()
}

func (r *crawl) shape() api.CrawlerHistory {
	out := api.CrawlerHistory{
		CrawlId: &r.ID, State: &r.State, StartTime: &r.Started, Summary: new(r.summary()), ErrorMessage: orNil(r.Error), LogGroup: new(crawlLogs), LogStream: &r.Crawler, MessagePrefix: &r.ID,
		DPUHour: new(r.hours()),
	}
	if !r.Ended.IsZero() && r.State != api.CrawlerHistoryStateRunning {
		out.EndTime = &r.Ended
	}
	return out
}

// summary tells what a crawl has done, as JSON in JSON.
func (r *crawl) summary() string {
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	kinds := map[string]map[string]any{}
	for _, t := range []struct {
		word string
		of   tally
	}{{"ADD", r.Added}, {"UPDATE", r.Updated}, {"DELETE", r.Deleted}} {
		if t.of.Tables > 0 {
			count(kinds, "TABLE", t.word, map[string]any{"Count": t.of.Tables, "TableNames": t.of.Names})
		}
		if t.of.Partitions > 0 {
			count(kinds, "PARTITION", t.word, map[string]any{"Count": t.of.Partitions})
		}
	}
	out := map[string]string{}
	for kind, of := range kinds {
		out[kind] = text(of)
	}
	return text(out)
}

func count(kinds map[string]map[string]any, kind, word string, v any) {
	if kinds[kind] == nil {
		kinds[kind] = map[string]any{}
	}
	kinds[kind][word] = v
}

// GetCrawlerMetrics tells of crawlers how long they crawl and what they have done.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlerMetrics.html
func (s *Service) GetCrawlerMetrics(ctx context.Context, in *api.GetCrawlerMetricsInput) (*api.GetCrawlerMetricsOutput, error) {
	query := "crawlermetrics"
	for _, name := range in.CrawlerNameList {
		query += "\x00" + name
	}
	out := &api.GetCrawlerMetricsOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, crawler] { return s.crawlers.From(tx, after) }
		out.CrawlerMetricsList, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 100), rows, func(name string, row crawler) (api.CrawlerMetrics, bool) {
			if len(in.CrawlerNameList) > 0 && !slices.Contains(in.CrawlerNameList, name) {
				return api.CrawlerMetrics{}, false
			}
			return s.metricsOf(tx, name, &row), true
		})
		return err
	})
}

func (s *Service) metricsOf(tx *store.Tx, name string, row *crawler) api.CrawlerMetrics {
	var seconds []float64
	var last crawl
	low, high := below(name)
	for _, r := range s.crawls.Between(tx, low, high) {
		if r.State == api.CrawlerHistoryStateRunning {
			continue
		}
		if len(seconds) == 0 {
			last = r
		}
		if seconds = append(seconds, r.Ended.Sub(r.Started).Seconds()); len(seconds) == 100 {
			break
		}
	}
	m := api.CrawlerMetrics{
		CrawlerName: &name, StillEstimating: new(row.Run != "" && len(seconds) == 0), TimeLeftSeconds: new(float64(0)), LastRuntimeSeconds: new(float64(0)), MedianRuntimeSeconds: new(float64(0)),
		TablesCreated: new(int32(last.Added.Tables)), TablesUpdated: new(int32(last.Updated.Tables)), TablesDeleted: new(int32(last.Deleted.Tables)),
	}
	if len(seconds) == 0 {
		return m
	}
	*m.LastRuntimeSeconds = seconds[0]
	slices.Sort(seconds)
	*m.MedianRuntimeSeconds = seconds[len(seconds)/2]
	if r, ok := s.crawls.Get(tx, row.Run); ok {
		*m.TimeLeftSeconds = max(0, *m.MedianRuntimeSeconds-tx.Call().At.Sub(r.Started).Seconds())
	}
	return m
}
