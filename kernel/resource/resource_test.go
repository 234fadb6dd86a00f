package resource_test

import (
	"slices"
	"testing"

	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
)

func TestIndex(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := resource.New(s)
	do := func(fn func(tx *store.Tx)) {
		t.Helper()
		if err := s.Update(storetest.Context(storetest.Home), func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(arn, typ, region string) resource.Resource {
		return resource.Resource{ARN: arn, Type: typ, Service: "demo", Account: "1", Region: region}
	}
	do(func(tx *store.Tx) {
		x.Put(tx, entry("arn:b", "T", "r"))
		x.Put(tx, entry("arn:a", "T", "r"))
		x.Put(tx, entry("arn:c", "T2", "r"))
		x.Put(tx, entry("arn:d", "T", "r2"))
	})
	scan := func(typ, after string) (arns []string) {
		do(func(tx *store.Tx) {
			arns = nil
			for r := range x.Scan(tx, "1", "r", typ, after) {
				arns = append(arns, r.ARN)
			}
		})
		return arns
	}
	for _, c := range []struct {
		typ, after string
		want       []string
	}{{"T", "", []string{"arn:a", "arn:b"}}, {"T", "arn:a", []string{"arn:b"}}, {"", "", []string{"arn:a", "arn:b", "arn:c"}}, {"no", "", nil}} {
		if got := scan(c.typ, c.after); !slices.Equal(got, c.want) {
			t.Errorf("scan %q after %q: %q", c.typ, c.after, got)
		}
	}
	do(func(tx *store.Tx) {
		moved := entry("arn:a", "T2", "r")
		moved.Name = "renamed"
		x.Put(tx, moved)
		x.Delete(tx, "arn:b")
		x.Delete(tx, "arn:never")
		if r, ok := x.Get(tx, "arn:a"); !ok || r.Name != "renamed" {
			t.Errorf("%+v %v", r, ok)
		}
	})
	if got := scan("T", ""); len(got) != 0 {
		t.Errorf("left %q", got)
	}
	if got := scan("T2", ""); !slices.Equal(got, []string{"arn:a", "arn:c"}) {
		t.Errorf("T2 %q", got)
	}
	do(func(tx *store.Tx) {
		n := 0
		for range x.All(tx, "") {
			n++
		}
		if n != 3 {
			t.Errorf("%d in all", n)
		}
	})
}
