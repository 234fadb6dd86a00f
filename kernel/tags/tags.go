// Package tags is the one table of tags, for every resource of every service.
//
// # Rows
//
//	@tags/tag       Key(ARN, tag key) → value
//	@tags/resource  Key(account, region, ARN) → nothing; present while the resource has tags
package tags

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"unyo/base/arn"
	"unyo/kernel/store"
)

// Limits of AWS's tags, in characters.
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
const (
	MaxTags  = 50
	MaxKey   = 128
	MaxValue = 256
)

// Reasons to refuse tags. Each service words them in its own way.
var (
	ErrTooMany  = errors.New("more than 50 tags")
	ErrKey      = errors.New("tag key must have 1 to 128 characters")
	ErrValue    = errors.New("tag value has more than 256 characters")
	ErrReserved = errors.New("tag keys must not begin with aws:")
	ErrRepeated = errors.New("tag key given more than once")
)

// Tag is one label of a resource.
type Tag struct{ Key, Value string }

// Tags is the table.
type Tags struct {
	store     *store.Store
	tags      store.Table[string]
	resources store.Table[struct{}]
}

// New returns the table in st.
func New(st *store.Store) *Tags {
	sp := st.Space("@tags")
	return &Tags{st, store.TableOf[string](sp, "tag", store.Partition), store.TableOf[struct{}](sp, "resource", store.Partition)}
}

// Sorted lists what a map holds, in the order of its keys.
func Sorted(m map[string]string) []Tag {
	list := make([]Tag, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Tag{Key: k, Value: m[k]})
	}
	return list
}

// Check tells what is wrong with tags a customer gives, or nil.
func Check(tags []Tag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		switch n := utf8.RuneCountInString(t.Key); {
		case n < 1 || n > MaxKey:
			return ErrKey
		case utf8.RuneCountInString(t.Value) > MaxValue:
			return ErrValue
		case len(t.Key) >= 4 && strings.EqualFold(t.Key[:4], "aws:"):
			return ErrReserved
		case seen[t.Key]:
			return ErrRepeated
		}
		seen[t.Key] = true
	}
	if len(tags) > MaxTags {
		return ErrTooMany
	}
	return nil
}

// Set adds tags to a resource, over those of the same keys. Nothing is changed when it refuses.
func (t *Tags) Set(tx *store.Tx, resource string, tags ...Tag) error {
	if err := Check(tags); err != nil {
		return err
	}
	all := map[string]bool{}
	for _, tag := range t.List(tx, resource) {
		if !reserved(tag.Key) { // AWS's own tags do not count
			all[tag.Key] = true
		}
	}
	for _, tag := range tags {
		all[tag.Key] = true
	}
	if len(all) > MaxTags {
		return ErrTooMany
	}
	t.put(tx, resource, tags)
	return nil
}

// SetOwn adds tags that the house itself gives, such as aws:cloudformation:stack-name, which customers cannot.
func (t *Tags) SetOwn(tx *store.Tx, resource string, tags ...Tag) { t.put(tx, resource, tags) }

func reserved(key string) bool { return len(key) >= 4 && strings.EqualFold(key[:4], "aws:") }

func (t *Tags) put(tx *store.Tx, resource string, tags []Tag) {
	for _, tag := range tags {
		t.tags.Put(tx, store.Key(resource, tag.Key), tag.Value)
	}
	if len(tags) > 0 {
		t.resources.Put(tx, home(tx, resource), struct{}{})
	}
}

// Replace gives a resource exactly these tags (S3 PutBucketTagging). Tags of the house stay.
func (t *Tags) Replace(tx *store.Tx, resource string, tags ...Tag) error {
	if err := Check(tags); err != nil {
		return err
	}
	for _, old := range t.List(tx, resource) {
		if !reserved(old.Key) {
			t.tags.Delete(tx, store.Key(resource, old.Key))
		}
	}
	t.put(tx, resource, tags)
	t.forget(tx, resource)
	return nil
}

// Remove takes tags off a resource; keys it does not have are no error.
func (t *Tags) Remove(tx *store.Tx, resource string, keys ...string) {
	for _, k := range keys {
		t.tags.Delete(tx, store.Key(resource, k))
	}
	t.forget(tx, resource)
}

// Clear takes all tags off a resource, as when it is deleted.
func (t *Tags) Clear(tx *store.Tx, resource string) {
	for _, tag := range t.List(tx, resource) {
		t.tags.Delete(tx, store.Key(resource, tag.Key))
	}
	t.forget(tx, resource)
}

// forget takes the resource off the index when it has no tags left.
func (t *Tags) forget(tx *store.Tx, resource string) {
	if _, _, any := t.tags.First(tx, store.Key(resource, "")); !any {
		t.resources.Delete(tx, home(tx, resource))
	}
}

// List returns a resource's tags in order of their keys.
func (t *Tags) List(tx *store.Tx, resource string) []Tag {
	var out []Tag
	for k, v := range t.tags.Prefix(tx, store.Key(resource, ""), "") {
		parts, _ := store.Split(k, 2)
		out = append(out, Tag{parts[1], v})
	}
	return out
}

// Map is List as a map, for condition keys.
func (t *Tags) Map(tx *store.Tx, resource string) map[string]string {
	out := map[string]string{}
	for _, tag := range t.List(tx, resource) {
		out[tag.Key] = tag.Value
	}
	return out
}

// Of returns a resource's tags as they are committed, outside of any transaction: for aws:ResourceTag when a call is authorised.
func (t *Tags) Of(ctx context.Context, resource string) (tags map[string]string, err error) {
	err = t.store.View(ctx, func(tx *store.Tx) error {
		tags = t.Map(tx, resource)
		return nil
	})
	return tags, err
}

// Get returns the value of one tag.
func (t *Tags) Get(tx *store.Tx, resource, key string) (string, bool) {
	return t.tags.Get(tx, store.Key(resource, key))
}

// Resources visits the ARNs in an account and region that have tags, behind after, in order.
// Resources whose ARN names no region are under region "".
func (t *Tags) Resources(tx *store.Tx, account, region, after string) iter.Seq2[string, []Tag] {
	return func(yield func(string, []Tag) bool) {
		prefix := store.Key(account, region, "")
		behind := ""
		if after != "" {
			behind = prefix + after
		}
		for k := range t.resources.Prefix(tx, prefix, behind) {
			resource := k[len(prefix):]
			if !yield(resource, t.List(tx, resource)) {
				return
			}
		}
	}
}

// home is the resource's row in the index: the account and region its ARN names. An ARN without an account (S3 buckets)
// lives in the account of the transaction.
func home(tx *store.Tx, resource string) string {
	a, _ := arn.Parse(resource)
	if a.Account == "" {
		a.Account = tx.Scope().Account
	}
	return store.Key(a.Account, a.Region, resource)
}
