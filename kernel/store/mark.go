package store

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Mark is the bookkeeping that every commit carries: what a store remembers across restarts beside its rows.
type Mark struct {
	Version  uint64              // commits so far
	Serial   uint64              // highest call.Call.Serial of a request that wrote
	Now      time.Time           // latest instant at which something was written
	Counters [numCounters]uint64 // last number given of each Counter
}

// Counter is a sequence that numbers rows at commit, in commit order and without gaps.
type Counter int

const (
	Jobs Counter = iota
	Journal
	numCounters
)

var markKey = place{service: "@store", table: "mark"}.String()

// Derived is the first serial that does not come from the estate's count of calls but is worked out from
// something else, such as a job's number; Mark does not record it.
const Derived = 1 << 63

func (m Mark) encode() []byte {
	b := make([]byte, 0, 8*(3+int(numCounters))+1)
	b = append(b, 1)
	b = binary.BigEndian.AppendUint64(b, m.Version)
	b = binary.BigEndian.AppendUint64(b, m.Serial)
	var now int64
	if !m.Now.IsZero() {
		now = m.Now.UnixNano()
	}
	b = binary.BigEndian.AppendUint64(b, uint64(now))
	for _, c := range m.Counters {
		b = binary.BigEndian.AppendUint64(b, c)
	}
	return b
}

func decodeMark(b []byte) (m Mark, err error) {
	if len(b) != 8*(3+int(numCounters))+1 || b[0] != 1 {
		return Mark{}, fmt.Errorf("%w: @store/mark", ErrCorrupt)
	}
	u := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	m.Version, m.Serial = u(0), u(1)
	if now := int64(u(2)); now != 0 {
		m.Now = time.Unix(0, now).UTC()
	}
	for i := range m.Counters {
		m.Counters[i] = u(3 + i)
	}
	return m, nil
}
