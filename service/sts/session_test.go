package sts

import (
	"maps"
	"slices"
	"testing"

	api "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
)

// TestSessionTags: what a session's tags are, which go on, and which are refused.
func TestSessionTags(t *testing.T) {
	role := map[string]string{"team": "red", "level": "1"}
	caller := &call.Principal{Tags: map[string]string{"Cost": "7", "own": "x"}, Transitive: []string{"Cost"}}
	for _, c := range []struct {
		tags, transitive []string // key=value
		want             map[string]string
		on               []string
		code             string
	}{
		{nil, nil, map[string]string{"team": "red", "level": "1", "Cost": "7"}, []string{"Cost"}, ""},
		{[]string{"Team", "b"}, []string{"TEAM"}, map[string]string{"Team": "v", "level": "1", "b": "v", "Cost": "7"}, []string{"Cost", "Team"}, ""},
		{[]string{"a", "A"}, nil, nil, nil, "ValidationError"},
		{[]string{"cost"}, nil, nil, nil, "ValidationError"},
		{[]string{"a"}, []string{"b"}, nil, nil, "ValidationError"},
	} {
		in := &api.AssumeRoleInput{TransitiveTagKeys: c.transitive}
		for _, k := range c.tags {
			in.Tags = append(in.Tags, api.Tag{Key: new(k), Value: new("v")})
		}
		tags, on, err := sessionTags(caller, role, in)
		if awserr.Code(err) != c.code || !maps.Equal(tags, c.want) || !slices.Equal(on, c.on) {
			t.Errorf("%v %v: %v %v %v, want %v %v %q", c.tags, c.transitive, tags, on, err, c.want, c.on, c.code)
		}
	}
}

// TestSourceIdentity: it goes on, and nobody changes it.
func TestSourceIdentity(t *testing.T) {
	for _, c := range []struct{ caller, asked, want, code string }{
		{"", "", "", ""}, {"", "ann", "ann", ""}, {"ann", "", "ann", ""}, {"ann", "ann", "ann", ""}, {"ann", "bob", "", "AccessDenied"},
	} {
		got, err := sourceIdentity(&call.Principal{SourceIdentity: c.caller}, optional(c.asked))
		if got != c.want || awserr.Code(err) != c.code {
			t.Errorf("%+v: %q %v", c, got, err)
		}
	}
}
