package cloudtrail

import (
	"time"

	"unyo/kernel/store"
)

// chain is how far a trail's digests have come.
type chain struct {
	Latest time.Time `json:",omitzero"`
	Error  string    `json:",omitempty"`
}

// setDigests begins or ends the chain of digests after a trail was changed.
func (s *Service) setDigests(tx *store.Tx, had, t *trail) error {
	if t.Validate {
		return unsupported("EnableLogFileValidation")
	}
	return nil
}

// digested notes a file for the next digest.
func (s *Service) digested(tx *store.Tx, t *trail, region string, f logFile) {}
