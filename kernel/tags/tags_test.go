package tags_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
	"unyo/kernel/tags"
)

const group = "arn:aws:logs:eu-central-1:111111111111:log-group:/x"

func TestTags(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	table := tags.New(s)
	do := func(fn func(tx *store.Tx) error) error { return s.Update(storetest.Context(storetest.Home), fn) }
	set := func(arn string, ts ...tags.Tag) error {
		return do(func(tx *store.Tx) error { return table.Set(tx, arn, ts...) })
	}
	expect := func(arn string, want ...tags.Tag) {
		t.Helper()
		if err := do(func(tx *store.Tx) error {
			if got := table.List(tx, arn); !slices.Equal(got, want) {
				t.Errorf("%s has %v, want %v", arn, got, want)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	under := func(account, region string) (arns []string) {
		_ = s.View(t.Context(), func(tx *store.Tx) error {
			for arn := range table.Resources(tx, account, region, "") {
				arns = append(arns, arn)
			}
			return nil
		})
		return arns
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(set(group, tags.Tag{"b", "2"}, tags.Tag{"a", ""}))
	must(set(group, tags.Tag{"b", "3"}))
	must(set(group+"2", tags.Tag{"c", "1"}))
	must(set("arn:aws:s3:::bucket", tags.Tag{"c", "1"}))
	expect(group, tags.Tag{"a", ""}, tags.Tag{"b", "3"})
	if got := under("111111111111", "eu-central-1"); !slices.Equal(got, []string{group, group + "2"}) {
		t.Errorf("in the region %q", got)
	}
	if got := under("111111111111", ""); !slices.Equal(got, []string{"arn:aws:s3:::bucket"}) {
		t.Errorf("without region %q", got)
	}
	of, err := table.Of(t.Context(), group)
	must(err)
	if !maps.Equal(of, map[string]string{"a": "", "b": "3"}) {
		t.Errorf("of %v", of)
	}

	var many []tags.Tag
	for i := range tags.MaxTags {
		many = append(many, tags.Tag{fmt.Sprint("k", i), ""})
	}
	for name, c := range map[string]struct {
		tags []tags.Tag
		want error
	}{
		"empty key":     {[]tags.Tag{{"", "x"}}, tags.ErrKey},
		"long key":      {[]tags.Tag{{strings.Repeat("ä", 129), "x"}}, tags.ErrKey},
		"long value":    {[]tags.Tag{{"k", strings.Repeat("ä", 257)}}, tags.ErrValue},
		"reserved":      {[]tags.Tag{{"AWS:x", "x"}}, tags.ErrReserved},
		"twice":         {[]tags.Tag{{"k", "x"}, {"k", "y"}}, tags.ErrRepeated},
		"51 at once":    {append(slices.Clone(many), tags.Tag{"more", ""}), tags.ErrTooMany},
		"51 by and by":  {many[:49], tags.ErrTooMany},
		"longest":       {[]tags.Tag{{strings.Repeat("ä", 128), strings.Repeat("ö", 256)}}, nil},
		"same 50 again": {nil, nil},
	} {
		if err := set(group, c.tags...); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(do(func(tx *store.Tx) error {
		table.Remove(tx, group, strings.Repeat("ä", 128), "never")
		table.SetOwn(tx, group, tags.Tag{"aws:cloudformation:stack-name", "s"})
		return nil
	}))
	must(do(func(tx *store.Tx) error { return table.Replace(tx, group, many...) })) // the house's own does not count
	must(set(group, many...))
	must(do(func(tx *store.Tx) error { return table.Replace(tx, group) }))
	expect(group, tags.Tag{"aws:cloudformation:stack-name", "s"})
	must(do(func(tx *store.Tx) error { table.Clear(tx, group); table.Remove(tx, group+"2", "c"); return nil }))
	expect(group)
	if got := under("111111111111", "eu-central-1"); len(got) != 0 {
		t.Errorf("left %q", got)
	}
	bob := call.Scope{Account: "222222222222"}
	must(do(func(tx *store.Tx) error { return table.Set(tx.In(bob), "arn:aws:s3:::bobs", tags.Tag{"x", ""}) }))
	if got := under("222222222222", ""); len(got) != 1 {
		t.Errorf("bob has %q", got)
	}
}
