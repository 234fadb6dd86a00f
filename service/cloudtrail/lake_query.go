package cloudtrail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/sql"
	"unyo/engine/sql/syntax"
	"unyo/kernel/store"
)

// lakeQuery is a query over event data stores, and how it went.
type lakeQuery struct {
	Text      string
	Stores    []string // ids, in the order in which they occur
	State     string
	Created   time.Time
	Completed time.Time `json:",omitzero"`
	Principal string    // of who asked
	Stead     string    `json:",omitempty"` // the organization whose delegated administrator did: it sees no more when it is run

	Columns       []string `json:",omitempty"`
	Rows          int64    `json:",omitempty"`
	Result        blob.Ref `json:",omitzero"`  // a line of JSON for each row
	Scanned, Read int64    `json:",omitempty"` // bytes and events
	Error         string   `json:",omitempty"`

	Bucket, Folder string `json:",omitempty"` // where the result is delivered
	Delivery       string `json:",omitempty"`
	Sum            string `json:",omitempty"` // of what was delivered
}

func (q *lakeQuery) ended() bool {
	return q.State != api.QueryStatusQueued && q.State != api.QueryStatusRunning
}

// Limits of queries.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
const (
	maxQueries  = 10 // at a time
	rowsPerPage = 1000
	queriesKept = 7 * 24 * time.Hour
)

// StartQuery begins a query. While time flows a job runs it; while time stands, when nothing happens by itself, it is run before the call is
// answered. Either way the job is there first: what a crash interrupts is run again.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartQuery.html
func (s *Service) StartQuery(ctx context.Context, in *api.StartQueryInput) (*api.StartQueryOutput, error) {
	switch {
	case in.QueryAlias != nil || len(in.QueryParameters) > 0:
		return nil, unsupported("QueryAlias")
	case in.QueryStatement == nil:
		return nil, api.NewInvalidParameterException("You must specify a QueryStatement or a QueryAlias.")
	}
	named := storesIn(*in.QueryStatement)
	ctx = s.toQuery(ctx, in.EventDataStoreOwnerAccountId, named)
	if err := ownedBy(ctx, in.EventDataStoreOwnerAccountId); err != nil {
		return nil, err
	}
	c := call.From(ctx)
	q := lakeQuery{Text: *in.QueryStatement, State: api.QueryStatusQueued, Created: s.k.Clock.Now(), Principal: cmp.Or(c.Principal.ARN, c.Principal.Service), Stead: steadOf(ctx), Stores: named}
	if _, err := s.prepareQuery(ctx, &q, &lake{s: s, now: q.Created}); err != nil {
		return nil, wordQuery(err)
	}
	if in.DeliveryS3Uri != nil && grantOf(ctx) != nil {
		return nil, unsupported("DeliveryS3Uri of a query over another account's event data store")
	}
	if in.DeliveryS3Uri != nil {
		if err := s.checkDelivery(ctx, &q, *in.DeliveryS3Uri); err != nil {
			return nil, err
		}
	}
	id := s.k.Entropy.UUID(ctx)
	if q.Bucket != "" {
		q.Folder = strings.TrimPrefix(q.Folder+"/AWSLogs/"+c.Account+"/CloudTrail-Lake/Query"+q.Created.UTC().Format("/2006/01/02/")+id+"/", "/")
	}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		n := 0
		for range s.active.From(tx, "") {
			n++
		}
		if n >= maxQueries {
			return api.NewMaxConcurrentQueriesException("You have reached the maximum number of queries that can run at the same time: %d.", maxQueries)
		}
		s.queries.Put(tx, id, q)
		s.active.Put(tx, id, true)
		for _, d := range q.Stores {
			s.asked.Put(tx, askedKey(d, q.Created, id), id)
		}
		s.query.AtKey(tx, id, q.Created, queryArg{id})
		s.forget.AtKey(tx, id, q.Created.Add(queriesKept), queryArg{id})
		return nil
	})
	if err == nil && !s.k.Flows() {
		err = s.runQuery(ctx, queryArg{id})
	}
	return &api.StartQueryOutput{QueryId: &id, EventDataStoreOwnerAccountId: &c.Account}, err
}

// askedKey sorts the queries of an event data store, the latest first.
func askedKey(id string, at time.Time, query string) string {
	return store.Key(id, fmt.Sprintf("%016x", ^uint64(at.UnixNano())), query)
}

// words are what a statement is made of, as far as it matters here: what is quoted, comments, and words that ids may be.
var words = regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|[0-9A-Za-z_-]+`)

// quoted puts the ids of event data stores between quotes: in CloudTrail Lake they stand bare, in SQL a name must not begin with a digit.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html
func quoted(text string) string {
	return words.ReplaceAllStringFunc(text, func(w string) string {
		if id := strings.ToLower(w); storeID.MatchString(id) {
			return `"` + id + `"`
		}
		return w
	})
}

// storesIn are the ids that a statement names.
func storesIn(text string) (list []string) {
	seen := map[string]bool{}
	for _, w := range words.FindAllString(text, -1) {
		id := strings.ToLower(strings.Trim(w, `"`))
		if w[0] != '\'' && storeID.MatchString(id) && !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}

// prepareQuery understands a query.
func (s *Service) prepareQuery(ctx context.Context, q *lakeQuery, l *lake) (*sql.Query, error) {
	stmt, err := sql.Parse(quoted(q.Text))
	if err != nil {
		return nil, err
	}
	query, ok := stmt.(*syntax.QueryStatement)
	if !ok {
		return nil, api.NewInvalidQueryStatementException("Only SELECT statements are allowed.")
	}
	workers := 0
	if !s.k.Flows() {
		workers = 1 // the same rows in the same order
	}
	session := sql.Session{User: q.Principal, Now: q.Created, Workers: workers, TextTimes: true}
	for _, b := range []byte(q.Text) {
		session.Seed = session.Seed*31 + uint64(b)
	}
	l.named = q.Stores
	p, err := sql.Prepare(ctx, session, l, query.Query)
	if err == nil && len(q.Stores) == 0 {
		err = api.NewInvalidQueryStatementException("The query must name an event data store.")
	}
	return p, err
}

// wordQuery words what is wrong with a statement as CloudTrail does; what was refused already stays as it is.
func wordQuery(err error) error {
	if wrong := (*sql.Error)(nil); errors.As(err, &wrong) {
		return api.NewInvalidQueryStatementException("%s", wrong.Message)
	}
	return err
}
