package embedded_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"unyo/kernel/store"
	"unyo/kernel/store/storetest"
)

// ledger is a workload whose state after any crash tells whether something was lost or halved: transaction n
// writes two rows n, deletes one of n-10, and counts to n.
type ledger struct {
	s     *store.Store
	left  store.Table[entry]
	right store.Table[entry]
	pad   string
	bulk  int          // bytes written beside, so that Pebble has reason to begin new files
	acked atomic.Int64 // highest n whose Update returned nil
}

type entry struct {
	N   int
	Pad string
}

func newLedger(t testing.TB, e store.Engine) *ledger {
	t.Helper()
	s, err := store.New(e, store.Options{})
	ok(t, err)
	return &ledger{s: s, pad: strings.Repeat("p", 300), left: store.TableOf[entry](s.Space("a"), "left", store.Regional), right: store.TableOf[entry](s.Space("z"), "right", store.Regional)}
}

// noise does not compress.
func noise(n, size int) string {
	rng := rand.New(rand.NewPCG(uint64(n), 0))
	b := make([]byte, size)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz012345"[rng.IntN(32)]
	}
	return string(b)
}

func key(n int) string { return fmt.Sprintf("%06d", n) }

// step does transaction n.
func (l *ledger) step(n int, opts ...store.Option) error {
	err := l.s.Update(storetest.Context(storetest.Home), func(tx *store.Tx) error {
		last, _ := l.left.Get(tx, "count")
		if last.N != n-1 {
			return fmt.Errorf("count is %d before %d", last.N, n)
		}
		l.left.Put(tx, "count", entry{N: n})
		l.left.Put(tx, key(n), entry{n, l.pad})
		l.right.Put(tx, key(n), entry{n, l.pad})
		l.right.Delete(tx, key(n-10))
		if l.bulk > 0 {
			l.left.Put(tx, "bulk", entry{n, noise(n, l.bulk)})
		}
		return nil
	}, opts...)
	if err == nil && len(opts) == 0 {
		l.acked.Store(int64(n))
	}
	return err
}

// check returns the count, after making sure that exactly the transactions up to it are there, each whole.
func (l *ledger) check(t testing.TB) int {
	t.Helper()
	var count entry
	ok(t, l.s.View(storetest.Context(storetest.Home), func(tx *store.Tx) error {
		count, _ = l.left.Get(tx, "count")
		n := 0
		for k, v := range l.left.Prefix(tx, "0", "") {
			if n++; k != key(n) || v.N != n || v.Pad != l.pad {
				return fmt.Errorf("left row %d is %s %d", n, k, v.N)
			}
		}
		if n != count.N {
			return fmt.Errorf("%d left rows at count %d", n, count.N)
		}
		n = max(0, count.N-10)
		for k, v := range l.right.From(tx, "") {
			if n++; k != key(n) || v.N != n {
				return fmt.Errorf("right row %d is %s %d", n, k, v.N)
			}
		}
		if n != count.N {
			return fmt.Errorf("right rows end at %d, count %d", n, count.N)
		}
		return nil
	}))
	return count.N
}
