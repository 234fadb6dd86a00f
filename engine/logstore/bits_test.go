package logstore

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Columns of numbers are packed as by a writer of single bits.
func TestBits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 300 {
		var w bitWriter
		var want []byte
		for range 1 + r.IntN(4) {
			wide, n := r.UintN(maxWidth+1), r.IntN(200)
			var list []field
			var small []uint32
			at := 8 * len(want)
			for range n {
				v := r.Uint64() & (1<<wide - 1)
				list, small = append(list, field{v: v + 17}), append(small, uint32(v))
				for k := range wide {
					if at%8 == 0 {
						want = append(want, 0)
					}
					want[at/8] |= byte(v>>k&1) << (at % 8)
					at++
				}
			}
			if wide <= 32 && r.IntN(2) == 0 {
				putAll(&w, small, wide)
			} else {
				w.numbers(list, 17, wide)
			}
		}
		if !bytes.Equal(w.out, want) {
			t.Fatalf("%x, want %x", w.out, want)
		}
	}
}
