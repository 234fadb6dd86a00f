package regex_test

import (
	"testing"

	"unyo/base/regex"
)

func TestSize(t *testing.T) {
	if one, many := regex.Size("a"), regex.Size("(a{1,30}){1,30}"); one == 0 || many < 900*one/2 {
		t.Errorf("%d and %d", one, many)
	}
	if n := regex.Size("("); n != 0 {
		t.Errorf("what does not compile has %d instructions", n)
	}
}
