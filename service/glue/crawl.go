package glue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	api "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// A crawl goes in steps, each a job of its own: it finds out what to do and writes that down, or does what is written. So a step that is
// repeated after a crash does the same, and tables are made, changed and counted once. Between steps all it knows is in rows.
//
//	begin     the folders of the last crawl are forgotten, unless only new ones are crawled
//	list      a page of a target's objects is looked at, and what they are is added to their folders'
//	plan      folders become tables
//	table     a planned table is compared with the catalogue's;  write: it is made or changed
//	parts     some folders are compared with its partitions;     join: these are made or changed
//	lost      partitions without a folder are looked for;        lose: they are removed, if the policy says so
//	gone      a table of this crawler's that was not found;      drop: it is deleted or deprecated
//	end
type crawl struct {
	ID, Crawler    string
	Started, Ended time.Time
	State, Outcome string
	Error          string `json:",omitempty"`

	Phase                   string
	Target                  int    `json:",omitempty"` // list: which target
	After                   string `json:",omitempty"` // list: the last object; parts: the last partition; lost: the token
	Table, Tables           int    `json:",omitempty"` // which of the planned
	Added, Updated, Deleted tally
	Lines                   []logLine `json:",omitempty"`
	Mute                    bool      `json:",omitempty"` // the role cannot write the log
	Streamed                bool      `json:",omitempty"` // the log stream is there
}

// tally is how many tables and partitions, and the names of some tables.
type tally struct {
	Tables, Partitions int
	Names              []string `json:",omitempty"`
}

func (t *tally) table(name string) {
	if t.Tables++; len(t.Names) < 50 {
		t.Names = append(t.Names, name)
	}
}

const crawlSession = "AWS-Crawler"

// keptCrawls is how long crawls are remembered.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html
const keptCrawls = 365 * 24 * time.Hour

// key is the place of a crawl among the crawler's: the latest comes first.
func (r *crawl) key() string {
	return store.Key(r.Crawler, fmt.Sprintf("%019d", math.MaxInt64-r.Started.UnixNano()), r.ID)
}

// StartCrawler begins a crawl.
// https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html
func (s *Service) StartCrawler(ctx context.Context, in *api.StartCrawlerInput) (*api.StartCrawlerOutput, error) {
	id := s.k.Entropy.UUID(ctx)
	return &api.StartCrawlerOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		row, err := s.idle(tx, *in.Name)
		if err == nil {
			s.begin(tx, &row, id)
		}
		return err
	})
}

// begin begins a crawl, of that id, of a crawler that is idle.
func (s *Service) begin(tx *store.Tx, row *crawler, id string) {
	name := *row.Is.V.Name
	r := crawl{ID: id, Crawler: name, Started: s.k.Clock.Now(), State: api.CrawlerHistoryStateRunning, Phase: "begin"}
	row.State, row.Run = api.CrawlerStateRunning, r.key()
	s.crawlers.Put(tx, name, *row)
	s.crawls.Put(tx, row.Run, r)
	low, high := below(name)
	for key, old := range s.crawls.Back(tx, low, high) {
		if s.k.Clock.Now().Sub(old.Started) < keptCrawls {
			break
		}
		s.crawls.Delete(tx, key)
	}
	s.crawling.AtKey(tx, name, r.Started, crawlArg{row.Run})
}

// StopCrawler ends a crawl before its next step.
// https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawler.html
func (s *Service) StopCrawler(ctx context.Context, in *api.StopCrawlerInput) (*api.StopCrawlerOutput, error) {
	return &api.StopCrawlerOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inCrawler(tx, *in.Name)
		switch {
		case err != nil:
			return err
		case row.State == api.CrawlerStateReady:
			return api.NewCrawlerNotRunningException("Crawler with name %s isn't running", *in.Name)
		case row.State == api.CrawlerStateStopping:
			return api.NewCrawlerStoppingException("Crawler with name %s is stopping", *in.Name)
		}
		row.State = api.CrawlerStateStopping
		s.crawlers.Put(tx, *in.Name, row)
		return nil
	})
}

type crawlArg struct{ Run string }

// step is a step of a crawl that is being taken.
type step struct {
	s    *Service
	ctx  context.Context // of the job
	as   context.Context // in the crawler's role
	is   *api.CreateCrawlerInput
	conf configuration
	run  crawl
}

// errGone is a crawl that ended while a step of it was taken.
var errGone = errors.New("the crawl has ended")

// runCrawl takes the next step of a crawl, and sets the one behind it.
func (s *Service) runCrawl(ctx context.Context, a crawlArg) error {
	var row crawler
	c := &step{s: s, ctx: ctx}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if c.run, ok = s.crawls.Get(tx, a.Run); !ok || c.run.State != api.CrawlerHistoryStateRunning {
			return errGone
		}
		if row, ok = s.crawlers.Get(tx, c.run.Crawler); !ok || row.Run != a.Run {
			return errGone
		}
		return nil
	})
	if err == nil {
		c.is = &row.Is.V
		if c.conf, err = configurationOf(c.is.Configuration); err == nil {
			scope := call.ScopeOf(ctx)
			c.as = call.As(ctx, call.Role{
				ARN: s.roleARN(scope, *c.is.Role), SessionName: crawlSession, Service: crawlService, SourceARN: s.crawlerARN(scope, c.run.Crawler), SourceAccount: scope.Account,
			})
			err = c.take(row.State == api.CrawlerStateStopping)
		}
	}
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// take takes the step. What a service refuses ends the crawl; what else fails is tried again, and ends it when it keeps failing.
func (c *step) take(stopping bool) error {
	if len(c.run.Lines) >= mostLines || c.run.Phase == "end" && len(c.run.Lines) > 0 {
		return c.flush()
	}
	if stopping && c.run.Phase != "end" {
		c.say("INFO", "Crawler is stopped on request")
		return c.end(api.CrawlerHistoryStateStopped, "")
	}
	phases := map[string]func() error{
		"begin": c.begin, "list": c.list, "plan": c.plan, "table": c.table, "write": c.write, "parts": c.parts, "join": c.join, "lost": c.lost, "lose": c.lose, "gone": c.gone, "drop": c.drop,
	}
	if c.run.Phase == "end" {
		return c.settle(nil)
	}
	err := phases[c.run.Phase]()
	var refused awserr.Error
	switch {
	case err == nil, errors.Is(err, errGone), c.ctx.Err() != nil:
		return err
	case errors.Is(err, store.ErrTooLarge):
		return c.end(api.CrawlerHistoryStateFailed, "A schema is larger than can be kept.")
	case errors.As(err, &refused) && refused.HTTPStatus() < 500:
		return c.end(api.CrawlerHistoryStateFailed, refused.ErrorMessage())
	case jobs.Attempt(c.ctx) >= 5:
		return c.end(api.CrawlerHistoryStateFailed, "Internal Service Exception")
	}
	return err
}

// end says how the crawl ends: it has, when its log is written.
func (c *step) end(state, why string) error {
	why = why[:min(len(why), 2000)]
	c.run.Phase, c.run.Outcome, c.run.Error, c.run.Ended = "end", state, why, c.s.k.Clock.Now()
	if why != "" {
		c.say("ERROR", "%s", why)
	}
	c.say("BENCHMARK", "Crawler has finished running and is in state READY")
	return c.settle(nil)
}

// settle writes what the step has come to, with what fn writes, and sets the next.
func (c *step) settle(fn func(tx *store.Tx) error) error {
	run := c.run
	return c.s.k.Update(c.ctx, func(tx *store.Tx) error {
		key := run.key()
		row, ok := c.s.crawlers.Get(tx, run.Crawler)
		if !ok || row.Run != key {
			return errGone
		}
		if fn != nil {
			if err := fn(tx); err != nil {
				return err
			}
		}
		jobs.Settle(c.ctx, tx)
		next := run
		if next.Phase == "end" && len(next.Lines) == 0 {
			next.State = next.Outcome
			row.State, row.Last, row.Run = api.CrawlerStateReady, key, ""
			c.s.crawlers.Put(tx, next.Crawler, row)
			low, high := below(next.Crawler)
			c.s.planned.Erase(tx, low, high)
		} else {
			c.s.crawling.AtKey(tx, next.Crawler, c.s.k.Clock.Now(), crawlArg{key})
		}
		c.s.crawls.Put(tx, key, next)
		return nil
	})
}

// giveUpCrawl ends a crawl whose job is not run again: its crawler can be started, changed and deleted then. Its log is not written.
func (s *Service) giveUpCrawl(tx *store.Tx, a crawlArg, why string) {
	r, ok := s.crawls.Get(tx, a.Run)
	if !ok || r.State != api.CrawlerHistoryStateRunning {
		return
	}
	r.Phase, r.State, r.Outcome, r.Error, r.Lines = "end", api.CrawlerHistoryStateFailed, api.CrawlerHistoryStateFailed, why[:min(len(why), 2000)], nil
	r.Ended = s.k.Clock.Now()
	s.crawls.Put(tx, a.Run, r)
	if row, ok := s.crawlers.Get(tx, r.Crawler); ok && row.Run == a.Run {
		row.State, row.Last, row.Run = api.CrawlerStateReady, a.Run, ""
		s.crawlers.Put(tx, r.Crawler, row)
	}
}

// begin forgets the folders of the last crawl, unless what is known of them is to stay, and makes the database.
func (c *step) begin() error {
	c.say("BENCHMARK", "Running Start Crawl for Crawler %s", c.run.Crawler)
	if db := c.is.DatabaseName; db != nil && len(c.is.Targets.S3Targets) > 0 {
		_, err := c.s.peers.Glue.GetDatabase(c.as, &api.GetDatabaseInput{Name: db})
		if awserr.Code(err) == "EntityNotFoundException" {
			_, err = c.s.peers.Glue.CreateDatabase(c.as, &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: db}})
		}
		if err != nil && awserr.Code(err) != "AlreadyExistsException" {
			return err
		}
	}
	c.run.Phase = "list"
	return c.settle(func(tx *store.Tx) error {
		low, high := below(c.run.Crawler)
		c.s.planned.Erase(tx, low, high)
		if !c.fresh() {
			c.s.folders.Erase(tx, low, high)
		}
		return nil
	})
}

// fresh tells whether only folders are crawled that are new.
func (c *step) fresh() bool {
	return *c.is.RecrawlPolicy.RecrawlBehavior == api.RecrawlBehaviorCrawlNewFoldersOnly
}
