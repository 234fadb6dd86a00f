package cloudtrail

import (
	"slices"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
)

// collects tells whether it takes what others have found, instead of what happens.
func (d *dataStore) collects() bool { return collecting(d.Advanced) }

// collecting tells whether selectors are those of an event data store of insight events, which has no others.
func collecting(list []api.AdvancedEventSelector) bool {
	return slices.ContainsFunc(list, func(x api.AdvancedEventSelector) bool {
		return slices.ContainsFunc(x.FieldSelectors, func(f api.AdvancedFieldSelector) bool {
			return rt.Val(f.Field) == fieldCategory && slices.Contains(f.Equals, insightful)
		})
	})
}

// selectorsOf are those that were given, or what an event data store takes without any.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html
func selectorsOf(given []api.AdvancedEventSelector) ([]api.AdvancedEventSelector, error) {
	if len(given) == 0 {
		return []api.AdvancedEventSelector{{Name: new("Default management events"), FieldSelectors: []api.AdvancedFieldSelector{{Field: new(fieldCategory), Equals: []string{management}}}}}, nil
	}
	if len(given) > maxSelectors {
		return nil, api.NewInvalidEventSelectorsException("An event data store can have up to %d advanced event selectors.", maxSelectors)
	}
	for _, x := range given {
		for _, f := range x.FieldSelectors {
			for _, v := range f.Equals {
				if rt.Val(f.Field) == fieldCategory && (v == "ConfigurationItem" || v == "Evidence" || v == "ActivityAuditLog") {
					return nil, unsupported("eventCategory " + v)
				}
			}
		}
	}
	if collecting(given) {
		if len(given) > 1 || len(given[0].FieldSelectors) > 1 || len(given[0].FieldSelectors[0].Equals) > 1 || !onlyEquals(&given[0].FieldSelectors[0]) {
			return nil, api.NewInvalidEventSelectorsException("An event data store of Insights events has one selector, of the field %s alone.", fieldCategory)
		}
		return given, nil
	}
	return given, checkAdvanced(given)
}
