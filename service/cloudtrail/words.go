package cloudtrail

import (
	"strconv"

	api "unyo/api/cloudtrail"
	"unyo/kernel/journal"
)

// Words of the journal's index: an entry is found by account, and by account, region and one attribute.

func word(account, region, key, value string) string {
	return account + "\x00" + region + "\x00" + key + "\x00" + value
}

// wordKey is the key of an attribute of events of a category.
func wordKey(category, key string) string {
	if category == insightful {
		return insightful + " " + key
	}
	return key
}

// wordOfAccount finds all that stands in the trails of an account, in any region.
func wordOfAccount(account string) string { return word(account, "", "", "") }

type attribute struct{ key, value string }

// attributesOf are those by which event history finds a call, but for its id, which names the entry, and its resources.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html
func attributesOf(e *journal.Entry) []attribute {
	c := e.Call
	return []attribute{
		{"", ""},
		{api.LookupAttributeKeyEventName, eventName(c)},
		{api.LookupAttributeKeyEventSource, c.Source},
		{api.LookupAttributeKeyReadOnly, strconv.FormatBool(c.ReadOnly)},
		{api.LookupAttributeKeyUsername, userName(c)},
		{api.LookupAttributeKeyAccessKeyId, c.Principal.AccessKeyID},
	}
}

// resourcesOf are the attributes that a call's resources are found by.
func resourcesOf(c *journal.Call) (list []attribute) {
	for _, r := range c.Resources {
		list = append(list, attribute{api.LookupAttributeKeyResourceName, nameOf(r.ARN)}, attribute{api.LookupAttributeKeyResourceName, r.ARN})
		if t := typeOf(r.ARN); t != "" {
			list = append(list, attribute{api.LookupAttributeKeyResourceType, t})
		}
	}
	return list
}

// inHistory tells whether event history shows a call: management events, and the insights of trails.
func inHistory(c *journal.Call) bool {
	return c.Category == management || c.Category == insightful && insightOf(c).Into == ""
}

// words are those of entry e, the most important first: the index takes only so many. What is no management event is not in event history.
func (s *Service) words(e *journal.Entry) (list []string) {
	if e.Call == nil {
		return nil
	}
	who := accounts(e.Call)
	for _, account := range who {
		list = append(list, wordOfAccount(account))
	}
	if !inHistory(e.Call) {
		return list
	}
	region := s.regionOf(e.Call)
	for _, attributes := range [][]attribute{attributesOf(e), resourcesOf(e.Call)} {
		for _, a := range attributes {
			for _, account := range who {
				list = append(list, word(account, region, wordKey(e.Call.Category, a.key), a.value))
			}
		}
	}
	return list
}
