package cloudwatch

import (
	"context"

	api "unyo/api/cloudwatch"
	"unyo/api/rt"
)

// Needs: metrics have no ARNs. Writing can be restricted to namespaces, reading can not.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
func (s *Service) Needs(_ context.Context, op string, in any) ([]rt.Need, bool) {
	need := rt.Need{Action: "cloudwatch:" + op, Resources: []string{"*"}}
	switch in := in.(type) {
	case *api.PutMetricDataInput:
		need.Keys = map[string][]string{"cloudwatch:namespace": {*in.Namespace}}
	case *api.GetMetricDataInput, *api.GetMetricStatisticsInput, *api.ListMetricsInput:
	default:
		return nil, false
	}
	return []rt.Need{need}, true
}
