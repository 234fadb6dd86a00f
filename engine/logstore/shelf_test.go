package logstore

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// shelf is a store on disk, of which the test sees the files.
type shelf struct {
	*Store
	t      *testing.T
	dir    string
	number uint64
}

func newShelf(t *testing.T, dir string) *shelf {
	s := &shelf{t: t, dir: dir, number: 1 << 40} // of what is in the folder already all is committed
	s.open(Options{})
	return s
}

func (s *shelf) open(o Options) {
	o.Key[7] = 7
	o.LogBytes = 2000
	s.Store = Open(s.dir, o)
	s.Committed(func(context.Context, string, uint64) (uint64, error) { return s.number, nil }, nil)
	s.t.Cleanup(func() { s.Close() })
}

func (s *shelf) again(o Options) {
	s.Close()
	s.open(o)
}

func (s *shelf) put(group string, from, lines int) error {
	s.number++
	b := &Batch{Group: group, Stream: 1, Number: s.number, Ingestion: int64(from)}
	for i := range lines {
		b.Events = append(b.Events, Entry{int64(from + i), fmt.Sprintf("GET /zebra/%d took %d ms", from+i, i)})
	}
	ref, err := s.Stage(s.t.Context(), b)
	if err == nil {
		s.Publish(ref)
	}
	return err
}

// seal makes a segment of every full log.
func (s *shelf) seal(group string) {
	s.t.Helper()
	g, err := s.group(s.t.Context(), group)
	if err == nil {
		defer s.release(g)
		err = g.seal(math.MinInt64, new(workspace))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) times(group string) (times []int64, err error) {
	err = s.Scan(s.t.Context(), group, Filter{Contains: []string{" took "}}, func(e *Event) bool { times = append(times, e.Timestamp); return true })
	return times, err
}

func (s *shelf) files(group string) []string {
	names, err := Disk.List(filepath.Join(s.dir, group))
	if err != nil {
		s.t.Fatal(err)
	}
	return names
}

func (s *shelf) read(group, name string) []byte {
	b, err := os.ReadFile(filepath.Join(s.dir, group, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *shelf) write(group, name string, b []byte) {
	if err := os.WriteFile(filepath.Join(s.dir, group, name), b, 0o600); err != nil {
		s.t.Fatal(err)
	}
}
