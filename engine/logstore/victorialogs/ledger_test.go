package victorialogs

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"unyo/engine/logstore"
	"unyo/engine/logstore/logstoretest"
)

// Whichever operation of the disk fails, torn, and then power is lost: a ledger says what it said before or after, and can be added to.
func TestLedgerSurvives(t *testing.T) {
	log := func(n uint64) logstore.Log {
		return logstore.Log{Base: 10 * n, Last: 10*n + 9, Events: int64(n), Newest: 7}
	}
	for n := 1; n < 40; n++ {
		fs := logstoretest.NewFaulty()
		if err := fs.MkdirAll("/ledger"); err != nil {
			t.Fatal(err)
		}
		l, err := openLedger(fs, "/ledger/g")
		if err != nil {
			t.Fatal(err)
		}
		fs.FailAfter(n, errors.New("disk on fire"), true, n%2 == 0)
		var want, maybe []logstore.Log
		do := func(next []logstore.Log, err error) {
			if maybe = next; err == nil {
				want = next
			}
		}
		begun := l.begin() == nil
		for i := uint64(1); begun && i < 8 && !fs.Fired(); i++ {
			if i == 5 {
				do(want[2:], l.keep(want[2:]))
				continue
			}
			do(append(slices.Clip(want), log(i)), l.add(log(i)))
		}
		mark := l.mark
		fs.PowerLoss(rand.New(rand.NewPCG(uint64(n), 1)))
		if l, err = openLedger(fs, "/ledger/g"); err != nil {
			t.Fatal(err)
		}
		if begun && l.mark != mark || !slices.Equal(l.logs, want) && !slices.Equal(l.logs, maybe) {
			t.Fatalf("operation %d: mark %q of %q, %v, want %v or %v", n, l.mark, mark, l.logs, want, maybe)
		}
		if err := errors.Join(l.begin(), l.add(log(20))); err != nil {
			t.Fatal(err)
		}
		held := l.logs
		if l, err = openLedger(fs, "/ledger/g"); err != nil || !slices.Equal(l.logs, held) || !has(l.logs, 205) || has(l.logs, 210) {
			t.Fatalf("%v, want %v: %v", l.logs, held, err)
		}
	}
}
