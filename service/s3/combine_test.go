package s3

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"
)

// The joined sum of parts is the sum of the whole.
func TestJoinCRC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	whole := make([]byte, 100_000)
	for i := range whole {
		whole[i] = byte(r.Uint32())
	}
	for _, alg := range []string{"CRC32", "CRC32C", "CRC64NVME"} {
		sum := func(b []byte) string {
			h := newHash(alg)
			h.Write(b)
			return base64.StdEncoding.EncodeToString(h.Sum(nil))
		}
		for _, cuts := range [][]int{{}, {1}, {50_000}, {10, 11, 99_999}, {0, 65_536}} {
			var parts []part
			from := 0
			for _, to := range append(cuts, len(whole)) {
				parts = append(parts, part{Size: int64(to - from), Sum: sum(whole[from:to])})
				from = to
			}
			got, ok := joinSums(alg, fullObject, parts)
			if !ok || got.Value != sum(whole) {
				t.Errorf("%s cut at %v: %s, want %s", alg, cuts, got.Value, sum(whole))
			}
		}
	}
}
