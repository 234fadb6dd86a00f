package athena

import (
	"context"
	"errors"
	"iter"
	"time"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/base/must"
	"unyo/base/page"
	"unyo/base/running"
	"unyo/base/turns"
	"unyo/engine/sql/trino"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Peers are the services that Athena asks: where tables are described, and where they lie.
type Peers struct {
	Glue glueapi.Client
	S3   s3api.Client
}

// Service answers the Athena API.
type Service struct {
	k     *kernel.Service
	peers Peers
	trino *trino.Client // who runs queries, instead of engine/sql; nil: nobody

	workGroups store.Table[workGroup]
	catalogs   store.Table[dataCatalog]
	queries    store.Table[namedQuery]        // id
	queriesOf  store.Table[struct{}]          // work group, id
	statements store.Table[preparedStatement] // work group, name
	texts      store.Table[string]            // id of a query or an execution, or a statement's place; number: a text in pieces
	executions store.Table[execution]         // id
	history    store.Table[string]            // work group, how long until the end of time, number → id: the latest first
	run        jobs.Job[runArg]
	forget     jobs.Job[forgetArg]
	running    running.Set
	line       turns.Line    // who computes
	limit      time.Duration // of a query, in place of AWS's; for tests
}

// places is how many queries run at once, taking turns; more are QUEUED. AWS has a limit too, which follows from its capacity and is not told.
// https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
const places = 40

// New makes the service. Queries are run here unless a Trino is given.
func New(k *kernel.Service, peers Peers, far *trino.Client) *Service {
	s := &Service{
		k:          k,
		peers:      peers,
		trino:      far,
		workGroups: store.TableOf[workGroup](k.Rows, "workgroup", store.Regional),
		catalogs:   store.TableOf[dataCatalog](k.Rows, "catalog", store.Regional),
		queries:    store.TableOf[namedQuery](k.Rows, "query", store.Regional),
		queriesOf:  store.TableOf[struct{}](k.Rows, "queryof", store.Regional),
		statements: store.TableOf[preparedStatement](k.Rows, "statement", store.Regional),
		texts:      store.TableOf[string](k.Rows, "text", store.Regional),
		executions: store.TableOf[execution](k.Rows, "execution", store.Regional),
		history:    store.TableOf[string](k.Rows, "history", store.Regional),
	}
	s.run = jobs.Handle(k.Jobs, "run", s.runQuery, jobs.Lane(func(a runArg) string { return a.ID }), jobs.Apart(places), jobs.GivenUp(s.giveUp))
	s.forget = jobs.Handle(k.Jobs, "forget", s.runForget, jobs.Every(time.Hour))
	return s
}

func (s *Service) arn(scope call.Scope, resource string) string {
	return "arn:" + s.k.Partition + ":athena:" + scope.Region + ":" + scope.Account + ":" + resource
}

// listed collects one page of at most most rows, in the order of their keys.
func listed[T, E any](query string, token *string, most int, rows func(after string) iter.Seq2[string, T], shape func(key string, v T) E) (items []E, next *string, err error) {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return nil, nil, invalid("Invalid NextToken.")
	}
	items, next = page.Collect(query, most, rows(after), func(key string, v T) (E, bool) { return shape(key, v), true })
	return items, next, nil
}

// limitOf is a page's size, where the caller may lower it.
func limitOf(given *int32, most int) int {
	if given == nil || *given == 0 {
		return most
	}
	return int(*given)
}

// update is k.Update; what does not fit into a row is the caller's fault.
func (s *Service) update(ctx context.Context, fn func(tx *store.Tx) error) error {
	err := s.k.Update(ctx, fn)
	if errors.Is(err, store.ErrTooLarge) {
		return invalid("The request is larger than can be kept: %d bytes.", store.MaxValue)
	}
	return err
}

// second is the second part of a key of two.
func second(key string) string {
	parts, ok := store.Split(key, 2)
	must.Hold(ok, "a key of other than two parts: %q", key)
	return parts[1]
}
