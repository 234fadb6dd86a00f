package cloudtrail

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// ListInsightsData lists the insight events that a trail has found in the account and the region that are asked, in the last 90 days, the latest first. AWS has it for
// insights of data events, which are not here; those of management events are found by their trail too.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsData.html
func (s *Service) ListInsightsData(ctx context.Context, in *api.ListInsightsDataInput) (*api.ListInsightsDataOutput, error) {
	c := call.From(ctx)
	if s.k.Flows() && !s.paced(c.Account, c.Region+" insights") {
		return nil, api.NewThrottlingException("Rate exceeded")
	}
	now := s.k.Clock.Now()
	q := question{account: c.Account, region: c.Region, category: insightful, from: now.Add(-history), to: now}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return nil, api.NewInvalidParameterException("Start time must be before end time.")
	}
	if in.StartTime != nil && in.StartTime.After(q.from) {
		q.from = *in.StartTime
	}
	if in.EndTime != nil {
		q.to = *in.EndTime
	}
	for key, value := range in.Dimensions { // one, says the model; their keys are those of attributes
		q.by = attribute{key, value}
	}
	sum := fmt.Sprint(*in.DataType, *in.InsightSource, q.account, q.region, q.by, in.StartTime, in.EndTime)
	last, err := page.After(sum, rt.Val(in.NextToken))
	if err == nil && last != "" {
		q.before, err = strconv.ParseUint(last, 10, 64)
	}
	if err != nil {
		return nil, invalidToken(err)
	}
	if err := s.index.Extend(ctx); err != nil && !errors.Is(err, store.ErrDiskFull) {
		return nil, err
	}
	limit := maxEvents
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &api.ListInsightsDataOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error { return s.insightsOf(tx, q, *in.InsightSource, sum, limit, out) })
}

// insightsOf writes a page of the insight events that the trail by an ARN has found.
func (s *Service) insightsOf(tx *store.Tx, q question, source, sum string, limit int, out *api.ListInsightsDataOutput) error {
	t, err := s.insightTrail(tx, source)
	switch code := awserr.Code(err); {
	case code == "CloudTrailARNInvalidException" || code == "TrailNotFoundException" || code == "InvalidTrailNameException":
		return api.NewInvalidParameterException("The InsightSource is not the ARN of a trail: %s", source)
	case err != nil:
		return err
	}
	if s.arn(q.account, &t) != source {
		return api.NewInvalidParameterException("The InsightSource is not the ARN of a trail: %s", source)
	}
	out.Events, out.NextToken = []api.Event{}, nil
	last := uint64(0)
	for e := range s.found(tx, &q) {
		if insightOf(e.Call).Source != source {
			continue
		}
		if len(out.Events) == limit {
			out.NextToken = new(page.Token(sum, strconv.FormatUint(last, 10)))
			break
		}
		last = e.Seq
		out.Events = append(out.Events, s.event(&e, q.account))
	}
	return nil
}
