package accounts

import (
	"testing"
	"time"
)

// The last six digits of RFC 6238's own example, whose seed is 12345678901234567890.
// https://www.rfc-editor.org/rfc/rfc6238#appendix-B
func TestCode(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924"} {
		if got, err := code([]byte("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("%d: %s, %v, want %s", at, got, err, want)
		}
	}
	if _, err := code([]byte("1"), time.Unix(0, 0)); err == nil {
		t.Error("a seed that is none is taken")
	}
}
