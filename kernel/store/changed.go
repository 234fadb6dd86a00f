package store

import "strings"

// changes knows the last commit that wrote into an account's part of a table: who keeps something worked out of rows
// learns from it whether they are still those. It is empty after a start, as is what anyone keeps in memory.
type changes struct {
	last    map[string]uint64 // service, table, account
	cleared uint64            // the commit that removed every row
}

// note enters a commit. Store.mu is held.
func (c *changes) note(writes []Write, version uint64) {
	if c.last == nil {
		c.last = map[string]uint64{}
	}
	part := "\xFF" // no key begins so
	for i := range writes {
		if strings.HasPrefix(writes[i].Key, part) {
			continue
		}
		part = accountPart(writes[i].Key)
		if _, known := c.last[part]; !known {
			part = strings.Clone(part)
		}
		c.last[part] = version
	}
}

// accountPart is a key up to and with the account.
func accountPart(key string) string {
	end := 0
	for range 3 {
		i := strings.IndexByte(key[end:], 0)
		if i < 0 {
			return key
		}
		end += i + 1
	}
	return key[:end]
}

// Changed is the last commit that wrote rows of the account that tx sees, or of the partition. What was worked out of
// the table in a transaction whose Version is not below it still holds.
func (t Table[T]) Changed(tx *Tx) uint64 { return t.rows.changed(tx) }

func (r rows) changed(tx *Tx) uint64 {
	part := accountPart(r.base(tx))
	s := tx.store
	s.mu.RLock()
	defer s.mu.RUnlock()
	return max(s.changes.last[part], s.changes.cleared)
}

// Version is the commit that tx sees last.
func (tx *Tx) Version() uint64 { return tx.version }
