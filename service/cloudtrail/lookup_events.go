package cloudtrail

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// Event history goes back as far, and gives so many events at a time.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
const (
	history   = 90 * 24 * time.Hour
	maxEvents = 50
)

// disorder is by how much entries may lie out of the order of their time: a call is entered when it ends, at the time it began.
const disorder = time.Hour

// question is what LookupEvents is asked.
type question struct {
	account, region string
	by              attribute
	from, to        time.Time
	category        string
	before          uint64 // number of the entry that the last page ended with; 0: no page yet
}

// LookupEvents finds management events of the last 90 days in the region that is asked, the latest first.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
func (s *Service) LookupEvents(ctx context.Context, in *api.LookupEventsInput) (*api.LookupEventsOutput, error) {
	c := call.From(ctx)
	if s.k.Flows() && !s.paced(c.Account, c.Region) {
		return nil, api.NewThrottlingException("Rate exceeded")
	}
	q, sum, err := s.question(c, in)
	if err != nil {
		return nil, err
	}
	limit := maxEvents
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	if err := s.index.Extend(ctx); err != nil && !errors.Is(err, store.ErrDiskFull) { // without room for more of it, more is read
		return nil, err
	}
	out := &api.LookupEventsOutput{Events: []api.Event{}}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		out.Events, out.NextToken = out.Events[:0], nil
		last := uint64(0)
		for e := range s.found(tx, &q) {
			if len(out.Events) == limit {
				out.NextToken = new(page.Token(sum, strconv.FormatUint(last, 10)))
				break
			}
			last = e.Seq
			out.Events = append(out.Events, s.event(&e, q.account))
		}
		return nil
	})
	return out, err
}

// question checks what is asked. sum tells it from others, for the token.
func (s *Service) question(c *call.Call, in *api.LookupEventsInput) (q question, sum string, err error) {
	now := s.k.Clock.Now()
	q = question{account: c.Account, region: c.Region, category: management, from: now.Add(-history), to: now}
	if in.EventCategory != nil { // the only one that can be asked for
		q.category = insightful
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return q, "", api.NewInvalidTimeRangeException("Start time must be before end time.")
	}
	if in.StartTime != nil && in.StartTime.After(q.from) {
		q.from = *in.StartTime
	}
	if in.EndTime != nil {
		q.to = *in.EndTime
	}
	if len(in.LookupAttributes) > 1 {
		return q, "", api.NewInvalidLookupAttributesException("You can only specify one lookup attribute.")
	}
	for _, a := range in.LookupAttributes {
		q.by = attribute{*a.AttributeKey, *a.AttributeValue}
	}
	sum = fmt.Sprint(q.account, q.region, q.category, q.by, in.StartTime, in.EndTime)
	last, err := page.After(sum, rt.Val(in.NextToken))
	if err == nil && last != "" {
		q.before, err = strconv.ParseUint(last, 10, 64)
	}
	if err != nil {
		return q, "", api.NewInvalidNextTokenException("Invalid token provided.")
	}
	return q, sum, nil
}

// found visits the entries that q asks for, the latest first.
func (s *Service) found(tx *store.Tx, q *question) iter.Seq[journal.Entry] {
	return func(yield func(journal.Entry) bool) {
		if q.before == 0 {
			q.before = s.k.Journal.Near(tx, q.to.Add(disorder))
		}
		candidates := s.index.Before(tx, word(q.account, q.region, wordKey(q.category, q.by.key), q.by.value), q.before)
		if q.by.key == api.LookupAttributeKeyEventId {
			candidates = s.numbered(tx, q.by.value, q.before)
		}
		for e := range candidates {
			if e.Time.Before(q.from.Add(-disorder)) {
				return
			}
			if s.answers(&e, q) && !yield(e) {
				return
			}
		}
	}
}

// numbered visits the entry of an event id.
func (s *Service) numbered(tx *store.Tx, id string, before uint64) iter.Seq[journal.Entry] {
	return func(yield func(journal.Entry) bool) {
		seq, ok := seqOf(id)
		if e, there := s.k.Journal.Entry(tx, seq); ok && there && seq < before {
			yield(e)
		}
	}
}

// answers looks at the entry itself: the index may be wrong, and does not know the time.
func (s *Service) answers(e *journal.Entry, q *question) bool {
	if e.Call == nil || e.Call.Category != q.category || !inHistory(e.Call) || s.regionOf(e.Call) != q.region || !slices.Contains(accounts(e.Call), q.account) {
		return false
	}
	if e.Time.Before(q.from) || e.Time.Truncate(time.Second).After(q.to) {
		return false
	}
	switch q.by.key {
	case api.LookupAttributeKeyEventId:
		return eventID(e, q.account) == q.by.value
	case api.LookupAttributeKeyResourceName, api.LookupAttributeKeyResourceType:
		return slices.Contains(resourcesOf(e.Call), q.by)
	}
	return slices.Contains(attributesOf(e), q.by)
}

// event is an entry as LookupEvents shows it to account.
func (s *Service) event(e *journal.Entry, account string) api.Event {
	r := s.recordOf(e, account)
	out := api.Event{
		EventId: &r.EventID, EventName: &r.EventName, EventSource: &r.EventSource, EventTime: new(e.Time.UTC().Truncate(time.Second)),
		ReadOnly: new(strconv.FormatBool(r.ReadOnly)), CloudTrailEvent: new(s.textOf(e, account)), Resources: []api.Resource{},
	}
	if e.Call.Category == insightful {
		out.ReadOnly, out.EventTime = nil, new(insightOf(e.Call).Time.UTC())
	}
	if id := r.UserIdentity.AccessKeyID; id != "" {
		out.AccessKeyId = &id
	}
	if name := userName(e.Call); name != "" && e.Call.Principal.Account == account {
		out.Username = &name
	}
	for _, x := range r.Resources {
		if x.Type != "" {
			out.Resources = append(out.Resources, api.Resource{ResourceType: new(x.Type), ResourceName: new(nameOf(x.ARN))})
		}
	}
	return out
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "%s is not supported by this estate.", what)
}
