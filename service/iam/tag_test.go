package iam

import (
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestTagKeysWithoutCase: there is one tag of a key, whatever its case.
func TestTagKeysWithoutCase(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	tag := func(keys ...string) error {
		in := &api.TagUserInput{UserName: new("ann")}
		for _, k := range keys {
			in.Tags = append(in.Tags, api.Tag{Key: new(k), Value: new("of " + k)})
		}
		_, err := f.s.TagUser(f.ctx, in)
		return err
	}
	if err := tag("a", "A"); awserr.Code(err) != "InvalidInput" {
		t.Errorf("twice at once: %v", err)
	}
	for _, key := range []string{"Team", "cost", "TEAM"} {
		if err := tag(key); err != nil {
			t.Fatal(err)
		}
	}
	first, err := f.s.ListUserTags(f.ctx, &api.ListUserTagsInput{UserName: new("ann"), MaxItems: new(int32(1))})
	if err != nil || len(first.Tags) != 1 || *first.Tags[0].Key != "TEAM" || *first.Tags[0].Value != "of TEAM" || !*first.IsTruncated {
		t.Fatalf("%+v %v", first, err)
	}
	rest, err := f.s.ListUserTags(f.ctx, &api.ListUserTagsInput{UserName: new("ann"), Marker: first.Marker})
	if err != nil || len(rest.Tags) != 1 || *rest.Tags[0].Key != "cost" || *rest.IsTruncated {
		t.Errorf("%+v %v", rest, err)
	}
	if _, err := f.s.UntagUser(f.ctx, &api.UntagUserInput{UserName: new("ann"), TagKeys: []string{"team", "COST"}}); err != nil {
		t.Fatal(err)
	}
	if left, err := f.s.ListUserTags(f.ctx, &api.ListUserTagsInput{UserName: new("ann")}); err != nil || len(left.Tags) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}
