package jobs

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// What noting a run costs beside the run: two writes into the page cache.
func BenchmarkDeaths(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "running"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	d := &deaths{alone: make(chan struct{}, 1), slots: map[string]slot{}, file: f}
	for b.Loop() {
		if _, err := d.begin(context.Background(), "0123456789abcdef"); err != nil {
			b.Fatal(err)
		}
		d.done("0123456789abcdef", true)
	}
}
