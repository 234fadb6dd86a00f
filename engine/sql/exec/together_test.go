package exec

import (
	"sync/atomic"
	"testing"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/plan"
)

// When all queries together hold too much, one that holds more than its share ends, one that holds little goes on, and what ends gives all back.
func TestTogether(t *testing.T) {
	var runs []*run
	begin := func() *run {
		r := &run{held: new(atomic.Int64), session: plan.Session{Memory: 1 << 30}}
		runs = append(runs, r)
		return r
	}
	for range maxTogether >> 30 {
		if err := begin().hold(1 << 30); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin().hold(share); err != nil {
		t.Errorf("within its share: %v", err)
	}
	if err := begin().hold(share + 1); !fault.Named(err, "CLUSTER_OUT_OF_MEMORY") {
		t.Errorf("beyond: %v", err)
	}
	runs[0].give(1 << 20)
	for _, r := range runs {
		r.end()
		r.end()
	}
	if n := together.Load(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}
