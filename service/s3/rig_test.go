package s3

import (
	"encoding/base64"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

func mustDecode(t testing.TB, s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	ok(t, err)
	return b
}

// level is how many byte hours the meter knows of a usage type up to an instant.
func (r *rig) level(typ string, to time.Time) (total float64, err error) {
	err = r.k.View(r.ctx(), func(tx *store.Tx) error {
		tx = tx.In(call.Scope{Partition: "aws", Account: ann, Region: "us-east-1"})
		total = r.k.Meter.Integral(tx, meter.Usage{Service: "s3", Type: typ}, begin, to)
		return nil
	})
	return total, err
}
