package cloudtrail

import (
	"context"
	"slices"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Limits of selectors.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const (
	maxSelectors     = 5
	maxDataResources = 250
	maxConditions    = 500
)

// PutEventSelectors says which events a trail records, in the one way or the other.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
func (s *Service) PutEventSelectors(ctx context.Context, in *api.PutEventSelectorsInput) (*api.PutEventSelectorsOutput, error) {
	var err error
	switch {
	case len(in.EventSelectors) > 0 && len(in.AdvancedEventSelectors) > 0:
		return nil, api.NewInvalidEventSelectorsException("You can specify either EventSelectors or AdvancedEventSelectors, but not both.")
	case len(in.AdvancedEventSelectors) > 0:
		err = checkAdvanced(in.AdvancedEventSelectors)
	default:
		err = checkBasic(in.EventSelectors)
	}
	if err != nil {
		return nil, err
	}
	t, err := s.change(ctx, *in.TrailName, func(tx *store.Tx, t *trail) error {
		t.Basic, t.Advanced = in.EventSelectors, in.AdvancedEventSelectors
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.PutEventSelectorsOutput{TrailARN: new(s.arn(call.From(ctx).Account, &t)), EventSelectors: in.EventSelectors, AdvancedEventSelectors: in.AdvancedEventSelectors}, nil
}

// GetEventSelectors tells which events a trail records: management events, unless something else was said.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html
func (s *Service) GetEventSelectors(ctx context.Context, in *api.GetEventSelectorsInput) (*api.GetEventSelectorsOutput, error) {
	t, err := s.get(ctx, *in.TrailName)
	if err != nil {
		return nil, err
	}
	out := &api.GetEventSelectorsOutput{TrailARN: new(s.arn(call.From(ctx).Account, &t)), EventSelectors: t.Basic, AdvancedEventSelectors: t.Advanced}
	if len(t.Basic)+len(t.Advanced) == 0 {
		out.EventSelectors = []api.EventSelector{{ReadWriteType: new(api.ReadWriteTypeAll), IncludeManagementEvents: new(true), DataResources: []api.DataResource{}, ExcludeManagementEventSources: []string{}}}
	}
	return out, nil
}

// checkBasic holds event selectors to AWS's rules.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
func checkBasic(list []api.EventSelector) error {
	if len(list) > maxSelectors {
		return api.NewInvalidEventSelectorsException("A trail can have up to %d event selectors.", maxSelectors)
	}
	resources := 0
	for _, x := range list {
		for _, d := range x.DataResources {
			if !slices.Contains([]string{"AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"}, rt.Val(d.Type)) {
				return api.NewInvalidEventSelectorsException("Invalid data resource type: %s", rt.Val(d.Type))
			}
			for _, v := range d.Values {
				if len(v) < len("arn:aws:s3") || v[:4] != "arn:" {
					return api.NewInvalidEventSelectorsException("Value %s for DataResources.Values is invalid.", v)
				}
			}
			resources += len(d.Values)
		}
		for _, source := range x.ExcludeManagementEventSources {
			if source != "kms.amazonaws.com" && source != "rdsdata.amazonaws.com" {
				return api.NewInvalidEventSelectorsException("Value %s for ExcludeManagementEventSources is invalid.", source)
			}
		}
		if x.IncludeManagementEvents != nil && !*x.IncludeManagementEvents && len(x.DataResources) == 0 {
			return api.NewInvalidEventSelectorsException("An event selector must include management events or data resources.")
		}
	}
	if resources > maxDataResources {
		return api.NewInvalidEventSelectorsException("The total number of data resources must not exceed %d.", maxDataResources)
	}
	return nil
}

// checkAdvanced holds advanced event selectors to AWS's rules.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
func checkAdvanced(list []api.AdvancedEventSelector) error {
	conditions := 0
	for _, x := range list {
		fields := map[string]api.AdvancedFieldSelector{}
		for _, f := range x.FieldSelectors {
			if _, twice := fields[*f.Field]; twice {
				return api.NewInvalidEventSelectorsException("The field %s occurs more than once.", *f.Field)
			}
			fields[*f.Field] = f
			n := len(f.Equals) + len(f.NotEquals) + len(f.StartsWith) + len(f.NotStartsWith) + len(f.EndsWith) + len(f.NotEndsWith)
			if n == 0 {
				return api.NewInvalidEventSelectorsException("The field %s has no operator.", *f.Field)
			}
			conditions += n
		}
		if err := checkFields(x.FieldSelectors, fields); err != nil {
			return err
		}
	}
	if conditions > maxConditions {
		return api.NewInvalidEventSelectorsException("The total number of values for all conditions must not exceed %d.", maxConditions)
	}
	return nil
}

// checkFields sees that a selector names a category and only fields that go with it, and that those which must be equal to something are.
func checkFields(list []api.AdvancedFieldSelector, fields map[string]api.AdvancedFieldSelector) error {
	var allowed []string
	category := fields[fieldCategory]
	if !onlyEquals(&category) || len(category.Equals) != 1 {
		return api.NewInvalidEventSelectorsException("A selector must have the field %s with the operator Equals and one value.", fieldCategory)
	}
	switch category.Equals[0] {
	case management:
		allowed = []string{fieldCategory, fieldSource, fieldReadOnly, fieldName, fieldType, fieldUser, fieldConsole}
	case "Data":
		allowed = []string{fieldCategory, fieldResource, fieldARN, fieldReadOnly, fieldName, fieldSource, fieldType, fieldUser, fieldConsole}
		if f := fields[fieldResource]; !onlyEquals(&f) || len(f.Equals) != 1 {
			return api.NewInvalidEventSelectorsException("A selector of data events must have the field %s with the operator Equals and one value.", fieldResource)
		}
	case "NetworkActivity":
		return unsupported("eventCategory NetworkActivity")
	default:
		return api.NewInvalidEventSelectorsException("Invalid value for %s: %s", fieldCategory, category.Equals[0])
	}
	for _, f := range list {
		if !slices.Contains(allowed, *f.Field) {
			return api.NewInvalidEventSelectorsException("The field %s cannot be used with events of category %s.", *f.Field, category.Equals[0])
		}
		if *f.Field == fieldReadOnly && (!onlyEquals(&f) || len(f.Equals) != 1 || f.Equals[0] != "true" && f.Equals[0] != "false") {
			return api.NewInvalidEventSelectorsException("The field %s takes the operator Equals and the value true or false.", fieldReadOnly)
		}
	}
	return nil
}

func onlyEquals(f *api.AdvancedFieldSelector) bool {
	return len(f.Equals) > 0 && len(f.NotEquals)+len(f.StartsWith)+len(f.NotStartsWith)+len(f.EndsWith)+len(f.NotEndsWith) == 0
}
