package sts

import (
	"maps"
	"slices"
	"strings"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/call"
)

// sourceIdentity is who stands behind the session: set once, it goes on through every further session and cannot be changed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
func sourceIdentity(caller *call.Principal, asked *string) (string, error) {
	if asked == nil || caller.SourceIdentity == "" || *asked == caller.SourceIdentity {
		return max(caller.SourceIdentity, rt.Val(asked)), nil
	}
	return "", denied("SourceIdentity must not be changed from that of the calling session: %s", caller.SourceIdentity)
}

// sessionTags lays the session's tags over the role's, and over all the transitive ones of the calling session, which
// cannot be replaced. It also tells the keys that go on from here. Keys are the same whatever their case.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
func sessionTags(caller *call.Principal, role map[string]string, in *api.AssumeRoleInput) (tags map[string]string, transitive []string, err error) {
	if len(in.Tags) > maxSessionTags {
		return nil, nil, validation("1 validation error detected: Value '[%d members]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", len(in.Tags), maxSessionTags)
	}
	tags = maps.Clone(role)
	if tags == nil {
		tags = map[string]string{}
	}
	var given []string
	for _, t := range in.Tags {
		switch {
		case has(given, *t.Key):
			return nil, nil, validation("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case has(caller.Transitive, *t.Key):
			return nil, nil, validation("One of the specified tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		given = append(given, *t.Key)
		lay(tags, *t.Key, *t.Value)
	}
	for _, k := range in.TransitiveTagKeys {
		if !has(given, k) {
			return nil, nil, validation("The specified transitive tag key must be included in the requested tags.")
		}
	}
	for _, k := range caller.Transitive {
		lay(tags, k, caller.Tags[k])
	}
	for _, k := range given {
		if has(in.TransitiveTagKeys, k) {
			transitive = append(transitive, k)
		}
	}
	return tags, append(slices.Clone(caller.Transitive), transitive...), nil
}

func has(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// lay puts a tag in the place of one whose key differs in case only.
func lay(tags map[string]string, key, value string) {
	maps.DeleteFunc(tags, func(k, _ string) bool { return strings.EqualFold(k, key) })
	tags[key] = value
}
