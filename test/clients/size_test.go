package clients

import (
	"os"
	"testing"
)

// TestBinaryIsSmall: one call of reflect's Method by a name that is only known when it runs, and the linker keeps every exported method there is.
// docs/dependencies.md tells how to find it.
func TestBinaryIsSmall(t *testing.T) {
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if mib := info.Size() >> 20; mib >= 45 {
		t.Errorf("the binary has %d MiB, 45 are too many", mib)
	}
}
