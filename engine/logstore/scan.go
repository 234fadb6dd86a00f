package logstore

import (
	"bytes"
	"context"
	"fmt"
	"math"
)

// Event is a stored event. Message is valid until the function it was handed to returns.
type Event struct {
	Timestamp int64 // ms
	Ingestion int64 // ms
	Stream    uint64
	Seq       uint64 // of its batch
	Index     uint32 // within its batch
	Message   []byte
}

// Position is a place in the order of a group's events: by time, then batch, then index. It stays what it is when
// logs become segments.
type Position struct {
	Timestamp int64
	Seq       uint64
	Index     uint32
}

// Position is where e stands.
func (e *Event) Position() Position { return Position{e.Timestamp, e.Seq, e.Index} }

// Next is the place right behind p, before any other event.
func (p Position) Next() Position { return Position{p.Timestamp, p.Seq, p.Index + 1} }

// Compare is negative when p comes before o, and 0 when they are the same.
func (p Position) Compare(o Position) int { return p.key().compare(o.key()) }

func (p Position) key() key { return key{p.Timestamp, p.Seq, p.Index} }

// Filter says which events are wanted.
type Filter struct {
	From, To int64     // From <= time < To, ms; To 0 means no end
	Streams  []uint64  // of these streams; nil: of all
	Contains []string  // only messages that contain all of these
	Start    *Position // from it on
	End      *Position // up to it, which is left out
	Desc     bool      // from the last to the first
}

// query is a Filter made ready.
type query struct {
	Filter
	streams map[uint64]bool
	needle  []byte   // the longest of Contains
	rest    [][]byte // the others
	needs   needs
	read    int // blocks so far
}

func (f Filter) query() *query {
	q := &query{Filter: f}
	if q.To == 0 {
		q.To = math.MaxInt64
	}
	if f.Start != nil {
		q.From = max(q.From, f.Start.Timestamp)
	}
	if f.End != nil && f.End.Timestamp < math.MaxInt64 {
		q.To = min(q.To, f.End.Timestamp+1)
	}
	if f.Streams != nil {
		q.streams = make(map[uint64]bool, len(f.Streams))
		for _, s := range f.Streams {
			q.streams[s] = true
		}
	}
	for _, c := range f.Contains {
		if c == "" {
			continue
		}
		q.needs.add(c)
		if len(c) > len(q.needle) {
			if q.needle != nil {
				q.rest = append(q.rest, q.needle)
			}
			q.needle = []byte(c)
		} else {
			q.rest = append(q.rest, []byte(c))
		}
	}
	return q
}

func (q *query) overlaps(lo, hi int64) bool { return hi >= q.From && lo < q.To }

// wants judges everything but the message.
func (q *query) wants(r *row) bool {
	return r.ts >= q.From && r.ts < q.To && (q.streams == nil || q.streams[r.stream]) &&
		(q.Start == nil || r.key().compare(q.Start.key()) >= 0) && (q.End == nil || r.key().compare(q.End.key()) < 0)
}

// pick keeps the rows that are wanted. rows lie in the order of their messages in buf.
func (q *query) pick(rows []row, buf []byte) []row {
	if len(rows) == 0 {
		return rows
	}
	kept := rows[:0]
	if q.needle == nil {
		for i := range rows {
			if q.wants(&rows[i]) {
				kept = append(kept, rows[i])
			}
		}
		return kept
	}
	// One search over all messages; where it hits, the row is looked up.
	end := int(rows[len(rows)-1].end)
	for i, at := 0, int(rows[0].off); i < len(rows); {
		hit := bytes.Index(buf[at:end], q.needle)
		if hit < 0 {
			break
		}
		at += hit
		for int(rows[i].end) <= at {
			i++
		}
		r := rows[i]
		switch {
		case at+len(q.needle) > int(r.end): // across two messages
			at++
			continue
		case q.wants(&r) && q.hasRest(buf[r.off:r.end]):
			kept = append(kept, r)
		}
		at = int(r.end)
		i++
	}
	return kept
}

func (q *query) hasRest(msg []byte) bool {
	for _, s := range q.rest {
		if !bytes.Contains(msg, s) {
			return false
		}
	}
	return true
}

// Scan merges the files that may hold what is wanted.
func (s *Store) Scan(ctx context.Context, group string, f Filter, yield func(*Event) bool) error {
	g, err := s.group(ctx, group)
	if err != nil {
		return err
	}
	defer s.release(g)
	q := f.query()
	m := &merge{q: q, sources: g.sources(q)}
	defer m.close()
	if err := m.run(ctx, yield); err != nil {
		return fmt.Errorf("cannot read log group %s: %w", group, err)
	}
	return nil
}
