package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"unyo/kernel/store"
)

// Hash is SHA-256 over all entries and cursors in order, in hexadecimal, without user agents: the SDKs write marks of
// chance into them, and the same calls by another process must hash alike.
func (j *Journal) Hash(ctx context.Context) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	err := j.store.View(ctx, func(tx *store.Tx) error {
		h.Reset()
		for e := range j.Scan(tx, 0) {
			if e.Call != nil {
				e.Call.UserAgent = ""
			}
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
		for name, seq := range j.cursors.From(tx, "") {
			fmt.Fprintln(h, name, seq)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("cannot hash the journal: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
