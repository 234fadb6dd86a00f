package totp

import (
	"testing"
	"time"
)

// The seed and codes are those of RFC 6238, appendix B, of whose eight digits six are shown.
func TestCode(t *testing.T) {
	seed := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := Code(seed, StepAt(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	seed, at := []byte("12345678901234567890"), time.Unix(1111111111, 0)
	now := StepAt(at)
	for _, c := range []struct {
		step, last int64
		ok         bool
	}{{now, 0, true}, {now - 1, 0, true}, {now + 1, 0, true}, {now - 2, 0, false}, {now + 2, 0, false}, {now, now, false}, {now, now - 1, true}, {now - 1, now, false}} {
		step, ok := Find(seed, Code(seed, c.step), at, 0, c.last)
		if ok != c.ok || (ok && step != c.step) {
			t.Errorf("code of step %+d after %+d: %v %+d", c.step-now, c.last-now, ok, step-now)
		}
	}
	for _, code := range []string{"", "000000", "28708", "2870822"} {
		if _, ok := Find(seed, code, at, 0, 0); ok {
			t.Errorf("%q is taken", code)
		}
	}
}
