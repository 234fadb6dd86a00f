package blob

import (
	"context"
	"path"
	"strings"
	"testing"
)

// What is staged for later is synced by Flush, or with what others stage, or when its segment ends, and not before.
func TestLaterIsSyncedByFlush(t *testing.T) {
	d := newStrictDisk()
	s, err := Open("b", committed(), Options{disk: d, segment: 3*(headerSize+100) + 50, Later: func(ctx context.Context) bool { return ctx.Value(laterKey{}) != nil }})
	if err != nil {
		t.Fatal(err)
	}
	later := context.WithValue(t.Context(), laterKey{}, true)
	stage := func(ctx context.Context) Ref {
		t.Helper()
		r, err := s.Stage(ctx, strings.NewReader(strings.Repeat("x", 100)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	unsynced := func() (n int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		for name, f := range d.files {
			if path.Dir(name) == "b/segment" {
				n += len(f.now) - len(f.synced)
			}
		}
		return n
	}
	const record = headerSize + 100
	for n := 1; n <= 2; n++ {
		if r := stage(later); r.Offset != int64(n-1)*record || unsynced() != n*record {
			t.Fatalf("%+v, %d bytes not synced", r, unsynced())
		}
	}
	if err := s.Flush(); err != nil || unsynced() != 0 {
		t.Fatalf("%v, %d bytes not synced", err, unsynced())
	}
	ops := d.ops
	if err := s.Flush(); err != nil || d.ops != ops {
		t.Errorf("%v, with nothing to do: %d", err, d.ops-ops)
	}
	stage(later)
	if r := stage(later); r.Offset != 0 || unsynced() != record { // the segment was full
		t.Errorf("%+v, %d bytes not synced", r, unsynced())
	}
	if stage(t.Context()); unsynced() != 0 {
		t.Errorf("%d bytes not synced", unsynced())
	}
	stage(later)
	if err := s.Close(); err != nil || unsynced() != 0 {
		t.Errorf("%v, %d bytes not synced", err, unsynced())
	}
}

type laterKey struct{}

// What could not be synced is lost: Flush says so for ever, whoever found out.
func TestLaterIsLost(t *testing.T) {
	for name, find := range map[string]func(s *Store) error{
		"by Flush": func(s *Store) error { return s.Flush() },
		"by another": func(s *Store) error {
			_, err := s.Stage(context.Background(), strings.NewReader("sure"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newStrictDisk()
			s, err := Open("b", committed(), Options{disk: d, Later: func(ctx context.Context) bool { return ctx.Value(laterKey{}) != nil }})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Stage(context.WithValue(t.Context(), laterKey{}, true), strings.NewReader("later")); err != nil {
				t.Fatal(err)
			}
			failed := d.ops + 1
			if name == "by another" {
				failed++ // it writes first
			}
			d.fail = func(n int) int {
				if n == failed {
					return fails
				}
				return works
			}
			if find(s) == nil {
				t.Error("nobody found out")
			}
			for range 2 {
				if s.Flush() == nil {
					t.Error("what was lost is forgotten")
				}
			}
			_ = s.Close() // says it too
		})
	}
}
