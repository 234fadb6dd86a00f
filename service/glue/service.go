package glue

import (
	"context"
	"errors"
	"strings"
	"time"

	api "unyo/api/glue"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

// Peers are the services that crawlers ask: who lets them into their roles, where data lie, where tables are kept and logs.
type Peers struct {
	Glue api.Client
	Logs logsapi.Client
	S3   s3api.Client
	STS  stsapi.Client
}

// Service answers the Glue API.
type Service struct {
	k     *kernel.Service
	peers Peers

	databases  store.Table[database]
	tables     store.Table[table]         // database, table
	versions   store.Table[version]       // database, table, number
	partitions store.Table[partition]     // database, table, values
	indexes    store.Table[index]         // database, table, name
	functions  store.Table[function]      // database, name
	statistics store.Table[statistic]     // database, table, values of the partition or "", column
	policies   store.Table[catalogPolicy] // of the catalog, under policyKey
	compiled   policy.Compiled
	sweep      jobs.Job[sweepArg]

	crawlers    store.Table[crawler]    // name
	classifiers store.Table[classifier] // name
	crawls      store.Table[crawl]      // crawler, how long until the end of time, id: the latest first
	folders     store.Table[folder]     // crawler, number of the target, path
	planned     store.Table[planned]    // crawler, number
	crawled     store.Table[owned]      // crawler, database, table
	crawling    jobs.Job[crawlArg]
	wake        jobs.Job[wakeArg]
}

type database struct {
	Is        lean[api.DatabaseInput]
	CreatedAt time.Time
}

// table is a table's present version.
type table struct {
	Is                   lean[api.TableInput]
	Version              int
	CreatedAt, UpdatedAt time.Time
	CreatedBy            string
	Indexes              int `json:",omitempty"`
}

// version is what a table was, from that instant on.
type version struct {
	Is        lean[api.TableInput]
	UpdatedAt time.Time
}

type partition struct {
	Is        lean[api.PartitionInput]
	CreatedAt time.Time
}

type index struct {
	Name string
	Keys []string
}

type function struct {
	Is        lean[api.UserDefinedFunctionInput]
	CreatedAt time.Time
}

// New makes the service.
func New(k *kernel.Service, peers Peers) *Service {
	s := &Service{
		k:          k,
		peers:      peers,
		databases:  store.TableOf[database](k.Rows, "database", store.Regional),
		tables:     store.TableOf[table](k.Rows, "table", store.Regional),
		versions:   store.TableOf[version](k.Rows, "version", store.Regional),
		partitions: store.TableOf[partition](k.Rows, "partition", store.Regional),
		indexes:    store.TableOf[index](k.Rows, "index", store.Regional),
		functions:  store.TableOf[function](k.Rows, "function", store.Regional),
		statistics: store.TableOf[statistic](k.Rows, "statistic", store.Regional),
		policies:   store.TableOf[catalogPolicy](k.Rows, "policy", store.Regional),

		crawlers:    store.TableOf[crawler](k.Rows, "crawler", store.Regional),
		classifiers: store.TableOf[classifier](k.Rows, "classifier", store.Regional),
		crawls:      store.TableOf[crawl](k.Rows, "crawl", store.Regional),
		folders:     store.TableOf[folder](k.Rows, "folder", store.Regional),
		planned:     store.TableOf[planned](k.Rows, "planned", store.Regional),
		crawled:     store.TableOf[owned](k.Rows, "crawled", store.Regional),
	}
	s.sweep = jobs.Handle(k.Jobs, "sweep", s.runSweep, jobs.Every(time.Hour))
	s.crawling = jobs.Handle(k.Jobs, "crawl", s.runCrawl, jobs.GivenUp(s.giveUpCrawl))
	s.wake = jobs.Handle(k.Jobs, "wake", s.runWake, jobs.Recurring(s.nextWake))
	return s
}

// fold is how names are kept: "For Hive compatibility, this is folded to lowercase when it is stored."
// https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html
func fold(name *string) string { return strings.ToLower(*name) }

func (s *Service) arn(scope call.Scope, resource string) string {
	return "arn:" + s.k.Partition + ":glue:" + scope.Region + ":" + scope.Account + ":" + resource
}

// list puts a database or a table on the estate's index.
func (s *Service) list(tx *store.Tx, typ, path, name string, at time.Time) {
	c := tx.Scope()
	s.k.Resources.Put(tx, resource.Resource{ARN: s.arn(c, path), Type: typ, Name: name, Service: "glue", Account: c.Account, Region: c.Region, Created: at})
}

// scopeOf is whose catalog is meant: a catalog's id is an account's number, and the caller's own where none is given. What may be done to another's
// has been asked: the ARNs of what is touched are that account's (Needs).
// https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html#cross-account-calling
func (s *Service) scopeOf(scope call.Scope, catalog *string) (call.Scope, error) {
	if catalog == nil {
		return scope, nil
	}
	if !isAccount(*catalog) {
		return scope, unsupported("CatalogId " + *catalog + ": a catalog that is not an account's")
	}
	scope.Account = *catalog
	return scope, nil
}

func isAccount(id string) bool {
	return len(id) == 12 && strings.Trim(id, "0123456789") == ""
}

// own refuses other catalogs than the account's own, in which alone crawlers work.
// https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html#cross-account-limitations
func own(ctx context.Context, catalog *string) error {
	if catalog != nil && *catalog != call.From(ctx).Account {
		return unsupported("CatalogId " + *catalog + ": a crawler that works in another catalog than its account's own")
	}
	return nil
}

// update is k.Update in a catalog.
func (s *Service) update(ctx context.Context, catalog *string, fn func(tx *store.Tx) error) error {
	scope, err := s.scopeOf(call.From(ctx).Scope, catalog)
	if err != nil {
		return err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error { return fn(tx.In(scope)) })
	if errors.Is(err, store.ErrTooLarge) {
		return api.NewResourceNumberLimitExceededException("A definition is larger than can be kept: %d bytes.", store.MaxValue)
	}
	return err
}

// view is k.View in a catalog.
func (s *Service) view(ctx context.Context, catalog *string, fn func(tx *store.Tx) error) error {
	scope, err := s.scopeOf(call.From(ctx).Scope, catalog)
	if err != nil {
		return err
	}
	return s.k.View(ctx, func(tx *store.Tx) error { return fn(tx.In(scope)) })
}

// inDatabase finds a database that must be there.
func (s *Service) inDatabase(tx *store.Tx, name string) (database, error) {
	row, ok := s.databases.Get(tx, name)
	if !ok {
		return row, api.NewEntityNotFoundException("Database %s not found.", name)
	}
	return row, nil
}

// inTable finds a table that must be there.
func (s *Service) inTable(tx *store.Tx, db, name string) (table, error) {
	row, ok := s.tables.Get(tx, store.Key(db, name))
	if ok {
		return row, nil
	}
	if _, err := s.inDatabase(tx, db); err != nil {
		return row, err
	}
	return row, api.NewEntityNotFoundException("Table %s not found.", name)
}
