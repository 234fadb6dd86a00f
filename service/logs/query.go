package logs

import (
	"context"
	"sync"
	"time"

	api "unyo/api/logs"
	"unyo/base/turns"
	"unyo/engine/insights"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Limits of queries.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const (
	maxQueries        = 100 // at once
	maxQueriedGroups  = 50
	queryKeptDays     = 7
	maxQueryTimeoutMs = 60 * 60 * 1000
)

// query is the row of a query that was started. What it answers is fixed with it: the events that were there, of the groups that were.
type query struct {
	Text     string
	Groups   []queriedGroup
	From, To int64 // ms, both included
	Limit    int   `json:",omitempty"`
	Created  int64 // ms
	Ended    int64 `json:",omitempty"` // ms
	User     string
	Status   string
	Why      string `json:",omitempty"` // of a failure
	Pieces   int    `json:",omitempty"` // of the answer
	Rows     int    `json:",omitempty"`
	Matched  int64  `json:",omitempty"`
	Events   int64  `json:",omitempty"`
	Bytes    int64  `json:",omitempty"`
}

// queriedGroup is a group of a query, and the last batch that it looks at.
type queriedGroup struct {
	Name, ID string
	Head     uint64
}

func (q *query) over() bool {
	return q.Status != api.QueryStatusScheduled && q.Status != api.QueryStatusRunning
}

// queries is what a service knows of queries. An answer is kept in pieces, since a row is small.
type queries struct {
	rows   store.Table[query]  // id
	active store.Table[none]   // id, of those that are not over
	pieces store.Table[[]byte] // id, number → part of the packed answer
	run    jobs.Job[queryArg]
	forget jobs.Job[queryArg]

	gate    chan struct{} // one for each query that may be working at once
	large   chan struct{} // one for each of those that may gather much
	line    turns.Line    // who computes
	mu      sync.Mutex
	working map[string]context.CancelFunc
}

type queryArg struct{ ID string }

// maxWorking is how many queries work at once, taking turns; others are Scheduled meanwhile. Each may gather a few MiB, and so many of them at once more, up to
// 256 MiB: a query that comes to need that waits until one of those is over.
const (
	maxWorking = 40
	maxLarge   = 3
)

func (s *Service) openQueries() {
	s.asked = &queries{
		rows: store.TableOf[query](s.k.Rows, "asked", store.Regional), active: store.TableOf[none](s.k.Rows, "asking", store.Regional),
		pieces: store.TableOf[[]byte](s.k.Rows, "answer", store.Regional), gate: make(chan struct{}, maxWorking), large: make(chan struct{}, maxLarge), working: map[string]context.CancelFunc{},
	}
	lane := jobs.Lane(func(a queryArg) string { return "query " + a.ID })
	s.asked.run = jobs.Handle(s.k.Jobs, "query", func(ctx context.Context, a queryArg) error {
		return s.answerQuery(ctx, a.ID, func(tx *store.Tx) { jobs.Settle(ctx, tx) })
	}, lane, jobs.Apart(maxWorking), jobs.GivenUp(s.giveUpQuery))
	s.asked.forget = jobs.Handle(s.k.Jobs, "forgetquery", s.forgetQuery, lane, jobs.Every(time.Hour))
}

func (s *Service) queryNamed(tx *store.Tx, id string) (query, error) {
	q, ok := s.asked.rows.Get(tx, id)
	if !ok {
		return q, api.NewResourceNotFoundException("The specified query does not exist.")
	}
	return q, nil
}

// malformed is AWS's answer to a query that cannot be understood.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MalformedQueryException.html
func malformed(fault *insights.Error) error {
	e := api.NewMalformedQueryException("%s", fault.Message)
	e.QueryCompileError = &api.QueryCompileError{Message: &fault.Message, Location: &api.QueryCompileErrorLocation{StartCharOffset: new(int32(fault.Start)), EndCharOffset: new(int32(fault.End))}}
	return e
}
