package cloudtrail

import (
	"slices"
	"strconv"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/kernel/journal"
)

// takes reports whether the trail records the call that stands in account.
func (s *Service) takes(t *trail, c *journal.Call, account string) bool {
	if t.collects == "" && (!t.Multi && s.regionOf(c) != t.Home || c.Region == "" && !t.Global) {
		return false
	}
	if c.Category == insightful {
		x := insightOf(c)
		return x.Into == t.collects && (x.Into != "" || len(t.Insights) > 0 && x.Source == s.arn(account, t))
	}
	switch {
	case t.collects != "":
		return false
	case len(t.Advanced) > 0:
		return slices.ContainsFunc(t.Advanced, func(x api.AdvancedEventSelector) bool { return s.selects(x.FieldSelectors, c, account) })
	case len(t.Basic) > 0:
		return slices.ContainsFunc(t.Basic, func(x api.EventSelector) bool { return s.basic(&x, c) })
	}
	return c.Category == management
}

// wantsData reports whether the trail may record calls on data.
func (t *trail) wantsData() bool {
	for _, x := range t.Basic {
		if len(x.DataResources) > 0 {
			return true
		}
	}
	for _, x := range t.Advanced {
		for _, f := range x.FieldSelectors {
			if *f.Field == fieldCategory && slices.Contains(f.Equals, "Data") {
				return true
			}
		}
	}
	return false
}

// basic is an event selector.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
func (s *Service) basic(x *api.EventSelector, c *journal.Call) bool {
	switch rt.Val(x.ReadWriteType) {
	case api.ReadWriteTypeReadOnly:
		if !c.ReadOnly {
			return false
		}
	case api.ReadWriteTypeWriteOnly:
		if c.ReadOnly {
			return false
		}
	}
	if c.Category == management {
		return (x.IncludeManagementEvents == nil || *x.IncludeManagementEvents) && !slices.Contains(x.ExcludeManagementEventSources, c.Source)
	}
	for _, r := range touchedBy(c, s.k.Partition) {
		for _, d := range x.DataResources {
			if r.Type == *d.Type && slices.ContainsFunc(d.Values, func(v string) bool { return covers(v, r.name()) }) {
				return true
			}
		}
	}
	return false
}

// covers reports whether a data resource's value means the ARN: arn:aws:s3 all, arn:aws:s3:::bucket/ what begins so.
func covers(value, arn string) bool {
	return strings.HasPrefix(arn, value) && (len(value) == len(arn) || strings.HasSuffix(value, "/") || strings.Count(value, ":") < 5 || strings.Contains(value, "/"))
}

// Fields of advanced event selectors.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
const (
	fieldCategory = "eventCategory"
	fieldReadOnly = "readOnly"
	fieldSource   = "eventSource"
	fieldName     = "eventName"
	fieldType     = "eventType"
	fieldResource = "resources.type"
	fieldARN      = "resources.ARN"
	fieldUser     = "userIdentity.arn"
	fieldConsole  = "sessionCredentialFromConsole"
)

// selects reports whether a call has all the fields that are asked for; those of resources, one of its resources must have all.
func (s *Service) selects(fields []api.AdvancedFieldSelector, c *journal.Call, account string) bool {
	var ofResource []api.AdvancedFieldSelector
	for _, f := range fields {
		if *f.Field == fieldResource || *f.Field == fieldARN {
			ofResource = append(ofResource, f)
		} else if !meets(&f, valueOf(*f.Field, c)) {
			return false
		}
	}
	if len(ofResource) == 0 {
		return true
	}
	list := touchedBy(c, s.k.Partition)
	if len(list) == 0 {
		list = []touched{{}}
	}
	return slices.ContainsFunc(list, func(r touched) bool {
		value := map[string]string{fieldResource: r.Type, fieldARN: r.name()}
		return !slices.ContainsFunc(ofResource, func(f api.AdvancedFieldSelector) bool { return !meets(&f, value[*f.Field]) })
	})
}

// valueOf is what a call has in a field.
func valueOf(field string, c *journal.Call) string {
	switch field {
	case fieldCategory:
		return c.Category
	case fieldReadOnly:
		return strconv.FormatBool(c.ReadOnly)
	case fieldSource:
		return c.Source
	case fieldName:
		return eventName(c)
	case fieldType:
		return "AwsApiCall"
	case fieldUser:
		return c.Principal.ARN
	}
	return "false" // fieldConsole: there is no console
}

// meets reports whether a value passes every operator: one of the values of each that affirms, none of each that denies.
func meets(f *api.AdvancedFieldSelector, v string) bool {
	equal := func(x string) bool { return x == v }
	begins := func(x string) bool { return strings.HasPrefix(v, x) }
	ends := func(x string) bool { return strings.HasSuffix(v, x) }
	affirms := func(values []string, is func(string) bool) bool {
		return len(values) == 0 || slices.ContainsFunc(values, is)
	}
	denies := slices.ContainsFunc[[]string]
	return affirms(f.Equals, equal) && affirms(f.StartsWith, begins) && affirms(f.EndsWith, ends) &&
		!denies(f.NotEquals, equal) && !denies(f.NotStartsWith, begins) && !denies(f.NotEndsWith, ends)
}
