package logs

import (
	"context"
	"encoding/json"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
)

// Needs names resources as AWS does. Actions on groups are judged on the group's ARN with :log-stream: behind it, so that policies
// must end in :* ; only tagging is judged on the ARN itself. Lists are asked of the group without a name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	switch in := in.(type) {
	case *api.CreateLogGroupInput:
		needs := s.need(ctx, op, in.LogGroupName, nil, ":log-stream:")
		if len(in.Tags) > 0 {
			needs = append(needs, s.need(ctx, "TagResource", in.LogGroupName, nil, "")...)
		}
		return needs, true
	case *api.DeleteLogGroupInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.PutRetentionPolicyInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.DeleteRetentionPolicyInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.PutLogGroupDeletionProtectionInput:
		return s.need(ctx, op, nil, in.LogGroupIdentifier, ":log-stream:"), true
	case *api.DescribeLogStreamsInput:
		return s.need(ctx, op, in.LogGroupName, in.LogGroupIdentifier, ":log-stream:"), true
	case *api.FilterLogEventsInput:
		return s.unmasked(ctx, s.need(ctx, op, in.LogGroupName, in.LogGroupIdentifier, ":log-stream:"), in.Unmask, in.LogGroupName, in.LogGroupIdentifier), true
	case *api.StartLiveTailInput:
		var needs []rt.Need
		for _, identifier := range in.LogGroupIdentifiers {
			needs = append(needs, s.need(ctx, op, nil, &identifier, ":log-stream:")...)
		}
		return needs, true
	case *api.DescribeSubscriptionFiltersInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.DeleteSubscriptionFilterInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.PutMetricFilterInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.DeleteMetricFilterInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.DescribeMetricFiltersInput:
		return s.need(ctx, op, new(rt.Val(in.LogGroupName)), nil, ":log-stream:"), true
	case *api.PutSubscriptionFilterInput:
		needs := s.need(ctx, op, in.LogGroupName, nil, ":log-stream:")
		if in.RoleArn != nil {
			needs = append(needs, passRole(*in.RoleArn))
		}
		if _, _, ok := destinationOf(rt.Val(in.DestinationArn)); ok { // the filter is judged on both ends
			needs = append(needs, rt.Need{Action: "logs:PutSubscriptionFilter", Resources: []string{*in.DestinationArn}})
		}
		return needs, true
	}
	return s.streamNeeds(ctx, op, in)
}

// streamNeeds goes on with streams, tags and lists.
func (s *Service) streamNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	switch in := in.(type) {
	case *api.CreateLogStreamInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"+*in.LogStreamName), true
	case *api.DeleteLogStreamInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"+*in.LogStreamName), true
	case *api.PutLogEventsInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"+*in.LogStreamName), true
	case *api.GetLogEventsInput:
		return s.unmasked(ctx, s.need(ctx, op, in.LogGroupName, in.LogGroupIdentifier, ":log-stream:"+*in.LogStreamName), in.Unmask, in.LogGroupName, in.LogGroupIdentifier), true
	case *api.TagLogGroupInput:
		return s.need(ctx, op, in.LogGroupName, nil, ""), true
	case *api.UntagLogGroupInput:
		return s.need(ctx, op, in.LogGroupName, nil, ""), true
	case *api.ListTagsLogGroupInput:
		return s.need(ctx, op, in.LogGroupName, nil, ""), true
	case *api.TagResourceInput:
		return s.tagNeed(ctx, op, *in.ResourceArn), true
	case *api.UntagResourceInput:
		return s.tagNeed(ctx, op, *in.ResourceArn), true
	case *api.ListTagsForResourceInput:
		return s.tagNeed(ctx, op, *in.ResourceArn), true
	case *api.DescribeLogGroupsInput, *api.ListLogGroupsInput:
		return s.need(ctx, op, new(""), nil, ":log-stream:"), true
	case *api.TestMetricFilterInput:
		return []rt.Need{{Action: "logs:TestMetricFilter", Resources: []string{"*"}}}, true
	}
	for _, needs := range []func(context.Context, string, any) ([]rt.Need, bool){s.destinationNeeds, s.protectionNeeds, s.transformerNeeds, s.indexNeeds, s.queryNeeds, s.scheduledNeeds, s.deliveryNeeds} {
		if list, ok := needs(ctx, op, in); ok {
			return list, true
		}
	}
	return s.accountNeeds(ctx, op, in)
}

// accountNeeds ends with what is asked of the account, not of a resource. The bucket's side of an export is judged when the bucket is looked at.
func (s *Service) accountNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	action := "logs:" + op
	switch in := in.(type) {
	case *api.CreateExportTaskInput:
		return s.need(ctx, op, in.LogGroupName, nil, ":log-stream:"), true
	case *api.PutAccountPolicyInput: // AWS asks for both
		return s.accountPolicyNeeds(ctx, op, "Put", rt.Val(in.PolicyType), in.PolicyDocument), true
	case *api.DeleteAccountPolicyInput:
		return s.accountPolicyNeeds(ctx, op, "Delete", rt.Val(in.PolicyType), nil), true
	case *api.DescribeAccountPoliciesInput, *api.DescribeDestinationsInput, *api.DescribeExportTasksInput, *api.CancelExportTaskInput,
		*api.PutQueryDefinitionInput, *api.DeleteQueryDefinitionInput, *api.DescribeQueryDefinitionsInput,
		*api.PutResourcePolicyInput, *api.DeleteResourcePolicyInput, *api.DescribeResourcePoliciesInput:
		return []rt.Need{{Action: action, Resources: []string{"*"}}}, true
	}
	return nil, false
}

// accountPolicyNeeds are those of a policy of the account, and of what it does in each group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func (s *Service) accountPolicyNeeds(_ context.Context, op, verb, kind string, document *string) []rt.Need {
	noun := map[string]string{api.PolicyTypeSubscriptionFilterPolicy: "SubscriptionFilter", api.PolicyTypeFieldIndexPolicy: "IndexPolicy", api.PolicyTypeTransformerPolicy: "Transformer"}[kind]
	if noun == "" {
		noun = "DataProtectionPolicy"
	}
	needs := []rt.Need{{Action: "logs:" + op, Resources: []string{"*"}}, {Action: "logs:" + verb + noun, Resources: []string{"*"}}}
	var p struct{ RoleArn string }
	if noun == "SubscriptionFilter" && document != nil && json.Unmarshal([]byte(*document), &p) == nil && p.RoleArn != "" {
		needs = append(needs, passRole(p.RoleArn))
	}
	return needs
}

// passRole is the need to hand Logs a role.
func passRole(arn string) rt.Need {
	return rt.Need{Action: "iam:PassRole", Resources: []string{arn}, Keys: map[string][]string{"iam:passedtoservice": {"logs.amazonaws.com"}}}
}

// need is the action op on the group that is meant. Who means none rightly is told so, if all groups are allowed.
func (s *Service) need(ctx context.Context, op string, name, identifier *string, suffix string) []rt.Need {
	resource := "*"
	if found, err := groupName(ctx, name, identifier); err == nil {
		resource = s.groupARN(call.ScopeOf(ctx), found) + suffix
	}
	return []rt.Need{{Action: "logs:" + op, Resources: []string{resource}}}
}

// tagNeed is the action op on what is tagged.
func (s *Service) tagNeed(ctx context.Context, op, arn string) []rt.Need {
	_, _, destination := destinationOf(arn)
	if _, delivered := s.taggedDelivery(ctx, arn); destination || delivered {
		return []rt.Need{{Action: "logs:" + op, Resources: []string{arn}}}
	}
	return s.need(ctx, op, nil, &arn, "")
}

// Conditions gives the tags of the group that an ARN lies in: aws:ResourceTag means them, for streams too.
func (s *Service) Conditions(ctx context.Context, _ string, _ any, arn string) (map[string][]string, error) {
	group, _, suffixed := strings.Cut(arn, ":log-stream:")
	_, _, destination := destinationOf(arn)
	if _, delivered := s.taggedDelivery(ctx, arn); !suffixed && !destination && !delivered {
		return nil, nil
	}
	tags, err := s.k.Tags.Of(ctx, group)
	if err != nil || len(tags) == 0 {
		return nil, err
	}
	keys := map[string][]string{}
	for k, v := range tags {
		keys["aws:resourcetag/"+strings.ToLower(k)] = []string{v}
	}
	return keys, nil
}
