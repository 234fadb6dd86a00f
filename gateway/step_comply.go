package gateway

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
)

// comply holds the tags that a call brings to the tag policies of the account's organisation, where they are enforced for what is tagged.
// AWS words the refusal; its code differs from service to service, and this is EC2's.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_tag-policies-enforcement.html
func (g *Gateway) comply(ctx context.Context, c *Exchange, next Next) error {
	rules := c.place().TagRules
	if len(rules) == 0 || c.call.Principal.Kind == call.AWSService {
		return next(ctx)
	}
	var forbidden string
	broughtTags(c.in, func(key, value string) {
		for i := range rules {
			for _, need := range c.needs {
				for _, resource := range need.Resources {
					if rules[i].Forbids(resourceType(resource), key, value) {
						forbidden = rules[i].Key
					}
				}
			}
		}
	})
	if forbidden != "" {
		return awserr.New(http.StatusBadRequest, "TagPolicyViolation", "The tag policy does not allow the specified value for the following tag key: '%s'.", forbidden)
	}
	return next(ctx)
}

// resourceType is what tag policies call a resource: logs:log-group.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_supported-resources-enforcement.html
func resourceType(resource string) string {
	a, err := arn.Parse(resource)
	if err != nil {
		return ""
	}
	if a.Service == "s3" && a.Account == "" {
		if strings.Contains(a.Resource, "/") {
			return "s3:object"
		}
		return "s3:bucket"
	}
	end := strings.IndexAny(a.Resource, ":/")
	if end < 0 {
		return a.Service + ":" + a.Resource
	}
	return a.Service + ":" + a.Resource[:end]
}

// broughtTags yields the tags of an input, also where S3 wraps them.
func broughtTags(in any, yield func(key, value string)) {
	requestTags(in, yield)
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"Tagging", "CreateBucketConfiguration"} {
		if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Struct {
			requestTags(f.Interface(), yield)
		}
	}
}
