package cloudtrail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// available is how long data points of each period can be had, in seconds, and pointsPerPage how many at a time.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsMetricData.html
var available = map[int32]time.Duration{60: 15 * 24 * time.Hour, 300: 63 * 24 * time.Hour, 3600: 90 * 24 * time.Hour}

const pointsPerPage = 21_600

// counted is of how many calls one answer tells at most, but for those of its last day: those behind are the next page's.
const counted = 100_000

// curve is what ListInsightsMetricData is asked: how often something happened in account and region, from from until to, in steps of period.
type curve struct {
	account, region    string
	kind, source, name string
	code               string
	period             time.Duration
	from, to           time.Time
	trails             []looking
}

// looking is a trail that looks for unusual activity, whose, and from when on it knows what happened.
type looking struct {
	trail
	owner string
	since time.Time
}

// ListInsightsMetricData tells how often an operation was called, or failed with a code, as trails count it that look for what is unusual: all of the account and its
// organization, or the one that is named.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsMetricData.html
func (s *Service) ListInsightsMetricData(ctx context.Context, in *api.ListInsightsMetricDataInput) (*api.ListInsightsMetricDataOutput, error) {
	q, err := s.curve(call.From(ctx), in)
	if err != nil {
		return nil, err
	}
	sum := fmt.Sprint("metric", q.account, q.region, q.kind, q.source, q.name, q.code, q.period, in.StartTime, in.EndTime, rt.Val(in.DataType), rt.Val(in.TrailName))
	if err := q.goOn(sum, in.NextToken); err != nil {
		return nil, err
	}
	if err := s.index.Extend(ctx); err != nil && !errors.Is(err, store.ErrDiskFull) {
		return nil, err
	}
	out := &api.ListInsightsMetricDataOutput{EventName: in.EventName, EventSource: in.EventSource, InsightType: in.InsightType, ErrorCode: optional(q.code)}
	limit := pointsPerPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		if q.trails, err = s.lookers(tx, in.TrailName, q.kind); err != nil {
			return err
		}
		if in.TrailName != nil && len(q.trails) > 0 {
			out.TrailARN = new(s.arn(q.trails[0].owner, &q.trails[0].trail))
		}
		next := s.points(tx, &q, rt.Val(in.DataType) == api.InsightsMetricDataTypeFillWithZeros, limit, out)
		if out.NextToken = nil; next != 0 {
			out.NextToken = new(page.Token(sum, strconv.FormatInt(next, 10)))
		}
		return nil
	})
	return out, err
}

// curve checks what is asked. Points lie at whole periods; those that are too old are not there.
func (s *Service) curve(c *call.Call, in *api.ListInsightsMetricDataInput) (q curve, err error) {
	now := s.k.Clock.Now()
	period := int32(3600)
	if in.Period != nil {
		period = *in.Period
	}
	q = curve{account: c.Account, region: c.Region, kind: *in.InsightType, source: *in.EventSource, name: *in.EventName, period: time.Duration(period) * time.Second, from: now.Add(-history), to: now}
	kept, known := available[period]
	switch {
	case !known:
		return q, api.NewInvalidParameterException("The period must be 60, 300 or 3600 seconds.")
	case q.kind == api.InsightTypeApiErrorRateInsight && in.ErrorCode == nil:
		return q, api.NewInvalidParameterException("The ErrorCode parameter is required for the insight type %s.", q.kind)
	case q.kind == api.InsightTypeApiErrorRateInsight:
		q.code = *in.ErrorCode
	}
	if in.StartTime != nil {
		q.from = *in.StartTime
	}
	if in.EndTime != nil && in.EndTime.Before(now) {
		q.to = *in.EndTime
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return q, api.NewInvalidParameterException("Start time must be before end time.")
	}
	if first := now.Add(-kept); q.from.Before(first) {
		q.from = first
	}
	if at := q.from.Truncate(q.period); at.Before(q.from) {
		q.from = at.Add(q.period)
	}
	return q, nil
}

// goOn begins where the page before has ended.
func (q *curve) goOn(sum string, token *string) error {
	place, err := page.After(sum, rt.Val(token))
	if err != nil || place == "" {
		return invalidToken(err)
	}
	at, err := strconv.ParseInt(place, 10, 64)
	if next := time.Unix(at, 0).UTC(); err == nil && next.After(q.from) {
		q.from = next.Truncate(q.period)
	}
	return invalidToken(err)
}

func invalidToken(err error) error {
	if err != nil {
		return api.NewInvalidParameterException("Invalid token provided.")
	}
	return nil
}

// lookers are the trails of the caller, or the one by a name, that look for a kind of unusual activity.
func (s *Service) lookers(tx *store.Tx, name *string, kind string) (list []looking, err error) {
	account := tx.Scope().Account
	add := func(t trail, owner string) {
		w, ok := s.watchmen.Get(tx.In(call.Scope{Partition: s.k.Partition, Account: owner}), t.key())
		if ok && slices.Contains(w.Types, kind) {
			list = append(list, looking{t, owner, w.Since.Add(-baseline)})
		}
	}
	if name != nil {
		t, err := s.insightTrail(tx, *name)
		switch code := awserr.Code(err); {
		case code == "CloudTrailARNInvalidException" || code == "TrailNotFoundException":
			return nil, api.NewInvalidTrailNameException("Unknown trail: %s", *name)
		case err != nil:
			return nil, err
		}
		add(t, cmp.Or(t.Owner, account))
		return list, nil
	}
	for _, t := range s.trails.From(tx, "") {
		if !t.Gone {
			add(t, account)
		}
	}
	s.organizationTrails(tx, func(t trail) bool {
		add(t, t.Owner)
		return true
	})
	return list, nil
}

// insightTrail finds the trail whose insights are asked for. Of an organization's, only the management account and delegated administrators may; they see
// those of their own account.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsData.html
func (s *Service) insightTrail(tx *store.Tx, name string) (trail, error) {
	t, err := s.find(tx, name)
	if account := tx.Scope().Account; err == nil && t.Owner != "" && t.Owner != account && !s.administers(tx.Context(), account) {
		err = api.NewOperationNotPermittedException("Member accounts cannot list the Insights data of an organization trail.")
	}
	return t, err
}

// points writes the points of a curve, the earliest first, day by day; next is where the page behind begins, in Unix seconds, 0 if there is none.
func (s *Service) points(tx *store.Tx, q *curve, zeros bool, limit int, out *api.ListInsightsMetricDataOutput) (next int64) {
	out.Timestamps, out.Values = []time.Time{}, []float64{}
	looked := 0
	for from := q.from; from.Before(q.to) && len(q.trails) > 0; from = from.Truncate(24 * time.Hour).Add(24 * time.Hour) {
		if looked > counted {
			return from.Unix()
		}
		to := from.Truncate(24 * time.Hour).Add(24 * time.Hour)
		if q.to.Before(to) {
			to = q.to
		}
		counts := s.tally(tx, q, from, to, &looked)
		for at := from; at.Before(to); at = at.Add(q.period) {
			n := counts[at.Unix()]
			if n == 0 && !zeros {
				continue
			}
			if len(out.Values) == limit {
				return at.Unix()
			}
			out.Timestamps, out.Values = append(out.Timestamps, at), append(out.Values, float64(n))
		}
	}
	return 0
}

// tally counts what happened from from until to, by the beginnings of periods.
func (s *Service) tally(tx *store.Tx, q *curve, from, to time.Time, looked *int) map[int64]int64 {
	counts := map[int64]int64{}
	for e := range s.index.Before(tx, word(q.account, q.region, api.LookupAttributeKeyEventName, q.name), s.k.Journal.Near(tx, to.Add(disorder))) {
		if e.Time.Before(from.Add(-disorder)) {
			break
		}
		*looked++
		c := e.Call
		if c == nil || e.Time.Before(from) || !e.Time.Before(to) || c.Category != management || c.Source != q.source || eventName(c) != q.name || s.regionOf(c) != q.region ||
			q.code != c.ErrorCode && q.kind == api.InsightTypeApiErrorRateInsight || c.ReadOnly && q.kind == api.InsightTypeApiCallRateInsight ||
			!slices.Contains(accounts(c), q.account) {
			continue
		}
		if slices.ContainsFunc(q.trails, func(t looking) bool { return !e.Time.Before(t.since) && s.takes(&t.trail, c, t.owner) }) {
			counts[e.Time.Truncate(q.period).Unix()]++
		}
	}
	return counts
}
