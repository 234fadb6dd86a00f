package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Hash is SHA-256 over all rows in key order, in hexadecimal, without the store's mark and the services left out. A row that refers to
// bulk counts with what is there, not where: after a crash the same bytes may lie elsewhere (placeless).
func (s *Store) Hash(ctx context.Context, without ...string) (string, error) {
	h := sha256.New()
	left := []string{"@store\x00"}
	for _, w := range without {
		left = append(left, w+"\x00")
	}
	err := s.View(ctx, func(tx *Tx) error {
		h.Reset()
		var n [8]byte
		part := func(b []byte) {
			binary.BigEndian.PutUint64(n[:], uint64(len(b)))
			h.Write(n[:])
			h.Write(b)
		}
		tx.scan("", "", false, func(key string, value []byte) bool {
			for _, w := range left {
				if strings.HasPrefix(key, w) {
					return true
				}
			}
			part([]byte(key))
			part(placeless(value))
			return true
		})
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("cannot hash the rows: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Clear removes every row and begins counting anew. Nothing else may use the store meanwhile.
func (s *Store) Clear() error {
	s.alive.RLock()
	defer s.alive.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.broken.Load(); e != nil {
		return *e
	}
	// Versions go on, so that transactions under way find that they lost.
	m := Mark{Version: s.mark.Version + 1}
	writes := []Write{{Key: "\x01", End: "\xFF"}, {Key: markKey, Value: m.encode()}}
	wait, err := s.engine.Commit(writes, Synced)
	if err != nil {
		return err
	}
	s.changes = changes{cleared: m.Version}
	s.mark, s.strict, s.oldest, s.remembered, s.history = m, m.Version, m.Version, 0, [historySize]record{}
	if err := wait(); err != nil {
		return s.fail(err)
	}
	s.durable.reach(m.Version)
	return nil
}

// TableInfo is how much a table holds.
type TableInfo struct {
	Service, Table string
	Rows, Bytes    int
}

// Tables lists every table that has rows, in order.
func (s *Store) Tables(ctx context.Context) ([]TableInfo, error) {
	var out []TableInfo
	err := s.View(ctx, func(tx *Tx) error {
		out = nil
		tx.scan("", "", false, func(key string, value []byte) bool {
			p, ok := parse(key)
			if !ok {
				p = place{service: key}
			}
			if n := len(out); n == 0 || out[n-1].Service != p.service || out[n-1].Table != p.table {
				out = append(out, TableInfo{Service: p.service, Table: p.table})
			}
			last := &out[len(out)-1]
			last.Rows++
			last.Bytes += len(key) + len(value)
			return true
		})
		return nil
	})
	return out, err
}

// Raw is a row as it lies in the store.
type Raw struct {
	Service, Table, Account, Region, Key string
	JSON                                 json.RawMessage // nil when the row is not in a known version
	Bytes                                []byte          // with the version byte
}

// Path writes the row's place as service/table/account/region/key, with - for what is empty.
func (r *Raw) Path() string {
	parts := []string{r.Service, r.Table, r.Account, r.Region, printable(r.Key)}
	for i, p := range parts[:4] {
		if p == "" {
			parts[i] = "-"
		}
	}
	return strings.Join(parts, "/")
}

// printable escapes what is not text in a key.
func printable(key string) string {
	var b strings.Builder
	for _, r := range []byte(key) {
		if r < 0x20 || r >= 0x7F || r == '\\' {
			fmt.Fprintf(&b, `\x%02x`, r)
		} else {
			b.WriteByte(r)
		}
	}
	return b.String()
}

// Cat visits rows by a path of the form service/table/account/region/key: any number of leading parts, - for an empty
// one; key may be the beginning of keys. fn returns false to stop.
func (s *Store) Cat(ctx context.Context, path string, fn func(Raw) bool) error {
	parts := strings.SplitN(path, "/", 5)
	if parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	lo := ""
	for i, p := range parts {
		if i == 4 {
			lo += p
			break
		}
		if p == "-" {
			p = ""
		}
		lo += p + "\x00"
	}
	return s.View(ctx, func(tx *Tx) error {
		tx.scan(lo, after(lo), false, func(key string, value []byte) bool {
			p, ok := parse(key)
			if !ok {
				p = place{key: key}
			}
			r := Raw{p.service, p.table, p.account, p.region, p.key, nil, value}
			if len(value) > 1 && value[0] == rowVersion && json.Valid(value[1:]) {
				r.JSON = value[1:]
			}
			return fn(r)
		})
		return nil
	})
}
