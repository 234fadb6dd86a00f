package gateway

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"unyo/kernel/store"
)

// tag answers aws:PrincipalTag/…, aws:RequestTag/… and aws:ResourceTag/….
func (a *asked) tag(family, tag string) ([]string, bool) {
	switch family {
	case "principaltag":
		for k, v := range a.c.call.Principal.Tags { // their keys differ in more than case
			if strings.EqualFold(k, tag) {
				return []string{v}, true
			}
		}
	case "requesttag":
		var value []string
		requestTags(a.c.in, func(k, v string) {
			if strings.EqualFold(k, tag) {
				value = []string{v}
			}
		})
		return value, value != nil
	case "resourcetag": // IAM has a name of its own for it: iam:ResourceTag
		return a.g.resourceTag(a.r.Resource, tag)
	}
	return nil, false
}

// resourceTag finds a tag of the resource in the one table of tags; keys compare without case.
func (g *Gateway) resourceTag(resource, tag string) (value []string, found bool) {
	err := g.kernel.Store.View(context.Background(), func(tx *store.Tx) error {
		value, found = nil, false
		for _, t := range g.kernel.Tags.List(tx, resource) {
			if strings.EqualFold(t.Key, tag) {
				value, found = []string{t.Value}, true
			}
		}
		return nil
	})
	if err != nil {
		return nil, false
	}
	return value, found
}

// requestTags yields the tags an input brings. CloudTrail's RemoveTags lists those it takes away in the same way.
func requestTags(in any, yield func(key, value string)) {
	if !strings.HasPrefix(reflect.TypeOf(in).Elem().Name(), "Remove") {
		eachTag(in, yield)
	}
}

// eachTag yields the tags an input lists, whether the API spells them as list or map.
func eachTag(in any, yield func(key, value string)) {
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"Tags", "TagSet", "TagList", "TagsList", "TagsToAdd"} {
		f := v.FieldByName(name)
		if !f.IsValid() {
			continue
		}
		switch f.Kind() {
		case reflect.Map:
			keys := f.MapKeys()
			slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
			for _, k := range keys {
				yield(k.String(), f.MapIndex(k).String())
			}
		case reflect.Slice:
			for i := range f.Len() {
				if e := f.Index(i); e.Kind() == reflect.Struct {
					yield(textOf(e.FieldByName("Key")), textOf(e.FieldByName("Value")))
				}
			}
		}
	}
}

// tagKeys lists the keys of the tags that an input brings or takes away: aws:TagKeys speaks of both, aws:RequestTag only
// of what is brought.
func tagKeys(in any) (keys []string) {
	eachTag(in, func(k, _ string) { keys = append(keys, k) })
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"TagKeys", "Tags", "TagsToRemove"} { // UntagLogGroup calls its keys tags
		list := v.FieldByName(name)
		if !list.IsValid() || list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.String {
			continue
		}
		for i := range list.Len() {
			keys = append(keys, list.Index(i).String())
		}
	}
	return keys
}

func textOf(v reflect.Value) string {
	if v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.String {
		return v.Elem().String()
	}
	return ""
}
