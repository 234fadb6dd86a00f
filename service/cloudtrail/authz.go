package cloudtrail

import (
	"context"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs names the trail that an operation is about, which may be given by name or ARN.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	if needs, ok := s.lakeNeeds(ctx, op, in); ok {
		return needs, true
	}
	need := func(name *string) ([]rt.Need, bool) {
		return []rt.Need{{Action: "cloudtrail:" + op, Resources: []string{s.named(ctx, rt.Val(name))}}}, true
	}
	switch in := in.(type) {
	case *api.CreateTrailInput:
		needs, ok := need(in.Name)
		needs = append(needs, passing(in.CloudWatchLogsRoleArn)...)
		if len(in.TagsList) > 0 {
			needs = append(needs, rt.Need{Action: "cloudtrail:AddTags", Resources: needs[0].Resources})
		}
		return needs, ok
	case *api.UpdateTrailInput:
		needs, ok := need(in.Name)
		return append(needs, passing(in.CloudWatchLogsRoleArn)...), ok
	case *api.DeleteTrailInput:
		return need(in.Name)
	case *api.GetTrailInput:
		return need(in.Name)
	case *api.GetTrailStatusInput:
		return need(in.Name)
	case *api.StartLoggingInput:
		return need(in.Name)
	case *api.StopLoggingInput:
		return need(in.Name)
	case *api.PutEventSelectorsInput:
		return need(in.TrailName)
	case *api.GetEventSelectorsInput:
		return need(in.TrailName)
	case *api.PutInsightSelectorsInput:
		return s.onInsights(ctx, op, in.TrailName, in.EventDataStore, in.InsightsDestination), true
	case *api.GetInsightSelectorsInput:
		return s.onInsights(ctx, op, in.TrailName, in.EventDataStore), true
	case *api.ListInsightsDataInput:
		return need(in.InsightSource)
	case *api.ListInsightsMetricDataInput:
		needs := []rt.Need{{Action: "cloudtrail:LookupEvents", Resources: []string{"*"}}}
		if in.TrailName != nil {
			needs = append(needs, rt.Need{Action: "cloudtrail:ListInsightsData", Resources: []string{s.named(ctx, *in.TrailName)}})
		}
		return needs, true
	case *api.PutResourcePolicyInput:
		return s.onResources(ctx, op, *in.ResourceArn), true
	case *api.GetResourcePolicyInput:
		return s.onResources(ctx, op, *in.ResourceArn), true
	case *api.DeleteResourcePolicyInput:
		return s.onResources(ctx, op, *in.ResourceArn), true
	case *api.AddTagsInput:
		return s.onResources(ctx, op, *in.ResourceId), true
	case *api.RemoveTagsInput:
		return s.onResources(ctx, op, *in.ResourceId), true
	case *api.ListTagsInput:
		return s.onResources(ctx, op, in.ResourceIdList...), true
	}
	return nil, false // the facts tell
}

// passing is what it takes to have a trail delivered to log groups in a role.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_id-based-policy-examples.html
func passing(role *string) []rt.Need {
	if rt.Val(role) == "" {
		return nil
	}
	return []rt.Need{{Action: "iam:PassRole", Resources: []string{*role}, Keys: map[string][]string{"iam:passedtoservice": {"cloudtrail.amazonaws.com"}}}}
}

// named is the ARN of the trail that is meant: a trail of all regions may be asked for anywhere. What a member sees of its organization's trail
// is judged as its own, by its own policies.
func (s *Service) named(ctx context.Context, name string) string {
	c := call.From(ctx)
	t := trail{Name: name, Home: c.Region}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		found, err := s.find(tx, name)
		if err == nil {
			t = found
		}
		return err
	})
	if err != nil && strings.HasPrefix(name, "arn:") {
		return name
	}
	t.Owner = ""
	return s.arn(c.Account, &t)
}
