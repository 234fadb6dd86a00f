package policy

import (
	"slices"
	"strings"
)

// TagRule is what the tag policies of an organisation say together of one tag.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
type TagRule struct {
	Key      string   // as it is to be written
	Values   []string // with at most one star each; none for any
	Enforced []string // types of resources: logs:log-group, s3:*
}

// Forbids reports whether a tag may not be given to a resource of a type.
func (r *TagRule) Forbids(kind, key, value string) bool {
	if !strings.EqualFold(key, r.Key) || !slices.ContainsFunc(r.Enforced, func(e string) bool { return enforced(e, kind) }) {
		return false
	}
	return key != r.Key || len(r.Values) > 0 && !slices.ContainsFunc(r.Values, func(v string) bool { return starred(v, value) })
}

func enforced(entry, kind string) bool {
	service, what, _ := strings.Cut(entry, ":")
	of, _, _ := strings.Cut(kind, ":")
	return entry == kind || service == of && (what == "*" || what == "ALL_SUPPORTED")
}

// starred compares with what may hold a star.
func starred(pattern, value string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == value
	}
	return len(value) >= len(before)+len(after) && strings.HasPrefix(value, before) && strings.HasSuffix(value, after)
}
