package cloudtrail

import (
	"context"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
)

// PutInsightSelectors: no insights are computed here, so none can be asked for; that none are wanted is true.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
func (s *Service) PutInsightSelectors(ctx context.Context, in *api.PutInsightSelectorsInput) (*api.PutInsightSelectorsOutput, error) {
	if len(in.InsightSelectors) > 0 || in.EventDataStore != nil || in.InsightsDestination != nil || in.TrailName == nil {
		return nil, unsupported("Insights")
	}
	t, err := s.get(ctx, *in.TrailName)
	if err != nil {
		return nil, err
	}
	return &api.PutInsightSelectorsOutput{TrailARN: new(s.arn(call.From(ctx).Account, &t)), InsightSelectors: []api.InsightSelector{}}, nil
}

// GetInsightSelectors says that no trail has any.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html
func (s *Service) GetInsightSelectors(ctx context.Context, in *api.GetInsightSelectorsInput) (*api.GetInsightSelectorsOutput, error) {
	if in.EventDataStore != nil || in.TrailName == nil {
		return nil, unsupported("Insights of event data stores")
	}
	t, err := s.get(ctx, *in.TrailName)
	if err != nil {
		return nil, err
	}
	return nil, api.NewInsightNotEnabledException("Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", s.arn(call.From(ctx).Account, &t))
}
