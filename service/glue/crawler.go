package glue

import (
	"context"
	"iter"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// crawler is how a crawler is defined, and how it goes.
type crawler struct {
	Is                   lean[api.CreateCrawlerInput]
	Version              int64
	CreatedAt, UpdatedAt time.Time
	State                string
	Paused               bool   `json:",omitempty"` // its schedule
	Run                  string `json:",omitempty"` // the crawl that is under way
	Last                 string `json:",omitempty"` // the place of the last one that ended
}

// maxCrawlers is the quota of crawlers.
// https://docs.aws.amazon.com/general/latest/gr/glue.html
const maxCrawlers = 1000

// CreateCrawler makes a crawler. Its role must be one that Glue is let into.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreateCrawler.html
func (s *Service) CreateCrawler(ctx context.Context, in *api.CreateCrawlerInput) (*api.CreateCrawlerOutput, error) {
	is := *in
	is.Tags, is.CatalogId = nil, nil
	settle(&is)
	if err := own(ctx, in.CatalogId); err != nil {
		return nil, err
	}
	if err := s.checkCrawler(ctx, &is); err != nil {
		return nil, err
	}
	now := s.k.Clock.Now()
	row := crawler{Is: lean[api.CreateCrawlerInput]{is}, Version: 1, CreatedAt: now, UpdatedAt: now, State: api.CrawlerStateReady}
	name := *in.Name
	return &api.CreateCrawlerOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		if s.crawlers.Has(tx, name) {
			return api.NewAlreadyExistsException("Crawler with name %s already exists", name)
		}
		n := 0
		for range s.crawlers.From(tx, "") {
			n++
		}
		if n >= maxCrawlers {
			return api.NewResourceNumberLimitExceededException("An account can have at most %d crawlers.", maxCrawlers)
		}
		if err := s.classifiersThere(tx, is.Classifiers); err != nil {
			return err
		}
		s.crawlers.Put(tx, name, row)
		s.setSchedule(tx, &row)
		c := tx.Scope()
		arn := s.arn(c, "crawler/"+name)
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::Glue::Crawler", Name: name, Service: "glue", Account: c.Account, Region: c.Region, Created: now})
		return mapTags(s.k.Tags.Set(tx, arn, tags.Sorted(in.Tags)...))
	})
}

// inCrawler finds a crawler that must be there.
func (s *Service) inCrawler(tx *store.Tx, name string) (crawler, error) {
	row, ok := s.crawlers.Get(tx, name)
	if !ok {
		return row, api.NewEntityNotFoundException("Crawler with name %s does not exist", name)
	}
	return row, nil
}

// idle finds a crawler that must not be crawling.
func (s *Service) idle(tx *store.Tx, name string) (crawler, error) {
	row, err := s.inCrawler(tx, name)
	if err == nil && row.State != api.CrawlerStateReady {
		err = api.NewCrawlerRunningException("Crawler with name %s is currently running", name)
	}
	return row, err
}

// UpdateCrawler changes what is given, while the crawler is not crawling.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawler.html
func (s *Service) UpdateCrawler(ctx context.Context, in *api.UpdateCrawlerInput) (*api.UpdateCrawlerOutput, error) {
	if err := own(ctx, in.CatalogId); err != nil {
		return nil, err
	}
	var is api.CreateCrawlerInput
	if err := s.view(ctx, nil, func(tx *store.Tx) error {
		row, err := s.idle(tx, *in.Name)
		is = row.Is.V
		return err
	}); err != nil {
		return nil, err
	}
	change(&is, in)
	if err := s.checkCrawler(ctx, &is); err != nil {
		return nil, err
	}
	return &api.UpdateCrawlerOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		row, err := s.idle(tx, *in.Name)
		if err != nil {
			return err
		}
		if err := s.classifiersThere(tx, is.Classifiers); err != nil {
			return err
		}
		row.Is.V, row.UpdatedAt = is, s.k.Clock.Now()
		row.Version++
		s.crawlers.Put(tx, *in.Name, row)
		s.setSchedule(tx, &row)
		return nil
	})
}

// change takes over what is given.
func change(is *api.CreateCrawlerInput, in *api.UpdateCrawlerInput) {
	for _, m := range []struct{ to, from **string }{
		{&is.Role, &in.Role}, {&is.DatabaseName, &in.DatabaseName}, {&is.Description, &in.Description}, {&is.Schedule, &in.Schedule}, {&is.TablePrefix, &in.TablePrefix},
		{&is.Configuration, &in.Configuration}, {&is.CrawlerSecurityConfiguration, &in.CrawlerSecurityConfiguration},
	} {
		if *m.from != nil {
			*m.to = *m.from
		}
	}
	if in.Targets != nil {
		is.Targets = in.Targets
	}
	if in.Classifiers != nil {
		is.Classifiers = in.Classifiers
	}
	if in.SchemaChangePolicy != nil {
		is.SchemaChangePolicy = in.SchemaChangePolicy
	}
	if in.RecrawlPolicy != nil {
		is.RecrawlPolicy = in.RecrawlPolicy
	}
	if in.LineageConfiguration != nil {
		is.LineageConfiguration = in.LineageConfiguration
	}
	if in.LakeFormationConfiguration != nil {
		is.LakeFormationConfiguration = in.LakeFormationConfiguration
	}
	settle(is)
}

// DeleteCrawler deletes a crawler that is not crawling. The tables that it made stay.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteCrawler.html
func (s *Service) DeleteCrawler(ctx context.Context, in *api.DeleteCrawlerInput) (*api.DeleteCrawlerOutput, error) {
	name := *in.Name
	return &api.DeleteCrawlerOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		if _, err := s.idle(tx, name); err != nil {
			return err
		}
		s.crawlers.Delete(tx, name)
		s.wake.CancelKey(tx, name)
		low, high := below(name)
		s.folders.Erase(tx, low, high)
		s.planned.Erase(tx, low, high)
		s.crawled.Erase(tx, low, high)
		s.crawls.Erase(tx, low, high)
		arn := s.arn(tx.Scope(), "crawler/"+name)
		s.k.Resources.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		return nil
	})
}

// GetCrawler describes a crawler.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawler.html
func (s *Service) GetCrawler(ctx context.Context, in *api.GetCrawlerInput) (*api.GetCrawlerOutput, error) {
	out := &api.GetCrawlerOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inCrawler(tx, *in.Name)
		if err == nil {
			out.Crawler = s.crawlerShape(tx, &row)
		}
		return err
	})
}

// GetCrawlers describes all crawlers.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlers.html
func (s *Service) GetCrawlers(ctx context.Context, in *api.GetCrawlersInput) (*api.GetCrawlersOutput, error) {
	out := &api.GetCrawlersOutput{}
	return out, s.view(ctx, nil, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, crawler] { return s.crawlers.From(tx, after) }
		out.Crawlers, out.NextToken, err = listed("crawlers", in.NextToken, limitOf(in.MaxResults, 100), rows, func(_ string, row crawler) (api.Crawler, bool) {
			return *s.crawlerShape(tx, &row), true
		})
		return err
	})
}

// ListCrawlers lists the names of crawlers: all, or those that bear tags.
// https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawlers.html
func (s *Service) ListCrawlers(ctx context.Context, in *api.ListCrawlersInput) (*api.ListCrawlersOutput, error) {
	out := &api.ListCrawlersOutput{}
	query := "crawlernames"
	for _, t := range tags.Sorted(in.Tags) {
		query += "\x00" + t.Key + "\x00" + t.Value
	}
	return out, s.view(ctx, nil, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, crawler] { return s.crawlers.From(tx, after) }
		out.CrawlerNames, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 100), rows, func(name string, _ crawler) (string, bool) {
			have := s.k.Tags.Map(tx, s.arn(tx.Scope(), "crawler/"+name))
			for k, v := range in.Tags {
				if got, ok := have[k]; !ok || got != v {
					return "", false
				}
			}
			return name, true
		})
		return err
	})
}

// BatchGetCrawlers describes those of the crawlers that are there.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetCrawlers.html
func (s *Service) BatchGetCrawlers(ctx context.Context, in *api.BatchGetCrawlersInput) (*api.BatchGetCrawlersOutput, error) {
	out := &api.BatchGetCrawlersOutput{Crawlers: []api.Crawler{}, CrawlersNotFound: []string{}}
	return out, s.view(ctx, nil, func(tx *store.Tx) error {
		for _, name := range in.CrawlerNames {
			if row, ok := s.crawlers.Get(tx, name); ok {
				out.Crawlers = append(out.Crawlers, *s.crawlerShape(tx, &row))
			} else {
				out.CrawlersNotFound = append(out.CrawlersNotFound, name)
			}
		}
		return nil
	})
}

func (s *Service) crawlerShape(tx *store.Tx, row *crawler) *api.Crawler {
	is := &row.Is.V
	out := &api.Crawler{
		Name: is.Name, Role: is.Role, DatabaseName: is.DatabaseName, Description: is.Description, Targets: whole(is.Targets), Classifiers: orEmpty(is.Classifiers),
		Configuration: is.Configuration, SchemaChangePolicy: is.SchemaChangePolicy, RecrawlPolicy: is.RecrawlPolicy, LineageConfiguration: is.LineageConfiguration,
		LakeFormationConfiguration: is.LakeFormationConfiguration, TablePrefix: is.TablePrefix, State: &row.State, Version: &row.Version,
		CreationTime: &row.CreatedAt, LastUpdated: &row.UpdatedAt, CrawlElapsedTime: new(int64(0)),
	}
	if rt.Val(is.Schedule) != "" {
		out.Schedule = &api.Schedule{ScheduleExpression: is.Schedule, State: new(api.ScheduleStateScheduled)}
		if row.Paused {
			out.Schedule.State = new(api.ScheduleStateNotScheduled)
		}
	}
	if r, ok := s.crawls.Get(tx, row.Run); ok {
		out.CrawlElapsedTime = new(tx.Call().At.Sub(r.Started).Milliseconds())
	}
	if r, ok := s.crawls.Get(tx, row.Last); ok {
		status := map[string]string{api.CrawlerHistoryStateCompleted: api.LastCrawlStatusSucceeded, api.CrawlerHistoryStateStopped: api.LastCrawlStatusCancelled, api.CrawlerHistoryStateFailed: api.LastCrawlStatusFailed}[r.State]
		out.LastCrawl = &api.LastCrawlInfo{Status: &status, ErrorMessage: orNil(r.Error), LogGroup: new(crawlLogs), LogStream: &r.Crawler, MessagePrefix: &r.ID, StartTime: &r.Started}
	}
	return out
}

// whole is the targets with empty lists for those that are none, as AWS answers.
func whole(t *api.CrawlerTargets) *api.CrawlerTargets {
	out := &api.CrawlerTargets{
		S3Targets: []api.S3Target{}, CatalogTargets: []api.CatalogTarget{}, JdbcTargets: []api.JdbcTarget{}, MongoDBTargets: []api.MongoDBTarget{},
		DynamoDBTargets: []api.DynamoDBTarget{}, DeltaTargets: []api.DeltaTarget{}, IcebergTargets: []api.IcebergTarget{}, HudiTargets: []api.HudiTarget{},
	}
	for _, g := range t.S3Targets {
		g.Exclusions = orEmpty(g.Exclusions)
		out.S3Targets = append(out.S3Targets, g)
	}
	out.CatalogTargets = append(out.CatalogTargets, t.CatalogTargets...)
	return out
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// crawlerARN is what a crawl acts for.
func (s *Service) crawlerARN(scope call.Scope, name string) string {
	return s.arn(scope, "crawler/"+name)
}
