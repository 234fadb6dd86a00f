package blocks_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"unyo/base/blocks"
)

// What is read is what lies there, whole blocks are fetched once as long as they are kept, and a long stretch is fetched as it is.
func TestReader(t *testing.T) {
	all := make([]byte, 5<<20+123)
	for i := range all {
		all[i] = byte(i * 7 >> 3)
	}
	fetched := 0
	end := blocks.Shared(2)
	fetch := func(p []byte, off int64) (int, error) { fetched++; return copy(p, all[off:]), nil }
	r := blocks.New(int64(len(all)), end, fetch)
	for _, c := range []struct{ off, n, fetched int }{
		{0, 10, 1}, {5, 1000, 1}, {1<<20 - 5, 10, 2}, {1<<20 + 7, 3, 2}, {len(all) - 8, 8, 3}, {len(all) - 100, 50, 3}, {3, 400_000, 4}, {10, 10, 4},
	} {
		b := make([]byte, c.n)
		if n, err := r.ReadAt(b, int64(c.off)); n != c.n || err != nil || !bytes.Equal(b, all[c.off:c.off+c.n]) || fetched != c.fetched {
			t.Errorf("%d from %d: %d, %v, fetched %d times", c.n, c.off, n, err, fetched)
		}
	}
	b := make([]byte, 100)
	if n, err := r.ReadAt(b, int64(len(all)-10)); n != 10 || err != io.EOF {
		t.Errorf("beyond the end: %d, %v", n, err)
	}
	if n, err := r.ReadAt(b, int64(len(all))); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
	before := fetched
	if _, err := blocks.New(int64(len(all)), end, fetch).ReadAt(b[:4], int64(len(all)-4)); err != nil || fetched != before {
		t.Errorf("another fetches the end again: %v", err)
	}
	end.Leave()
	end.Leave()
	broken := errors.New("broken")
	if _, err := blocks.New(100, blocks.Shared(1), func([]byte, int64) (int, error) { return 0, broken }).ReadAt(b[:5], 0); !errors.Is(err, broken) {
		t.Error(err)
	}
}
