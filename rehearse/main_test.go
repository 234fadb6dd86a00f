package main

import (
	"context"
	"errors"
	"flag"
	"path/filepath"
	"testing"

	"unyo/rehearse/report"
)

// A rehearsal fails when a check is off, and when the second take ends otherwise than the first.
func TestRehearse(t *testing.T) {
	for _, c := range []struct {
		name   string
		got    int
		hashes []string
		off    bool
	}{
		{"as it must be", 1, []string{"a", "a"}, false},
		{"a check is off", 2, []string{"a", "a"}, true},
		{"another state", 1, []string{"a", "b"}, true},
	} {
		takes := 0
		s := story{"test", "", func(*flag.FlagSet) func(context.Context, string) (take, error) {
			return func(context.Context, string) (take, error) {
				return func(context.Context, string, string) (*report.Report, error) {
					r := &report.Report{Hash: c.hashes[takes]}
					r.Check("a number", 1, c.got)
					takes++
					return r, nil
				}, nil
			}
		}}
		err := rehearse(t.Context(), s, []string{"-out", filepath.Join(t.TempDir(), "r.html")})
		if errors.Is(err, errOff) != c.off || takes != 2 {
			t.Errorf("%s: %v after %d takes", c.name, err, takes)
		}
	}
}
