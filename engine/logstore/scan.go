package logstore

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
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
	tokens  []uint64
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
		q.tokens = append(q.tokens, wholeTokens(c)...)
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

// Scan hands the wanted events to yield, in order, until it says no. Events published while it runs may be missed. Events of
// one batch are seen all or none.
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

// sources are the files that may hold what q wants, as they are now.
func (g *group) sources(q *query) []*source {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*source
	for _, s := range g.segments {
		if q.overlaps(s.lo, s.hi) {
			list = append(list, newSource(g, s, q))
		}
	}
	for _, w := range g.wals {
		src := &source{group: g, wal: w}
		lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
		for _, b := range w.batches {
			if b.state == published && q.overlaps(b.lo, b.hi) && (q.streams == nil || q.streams[b.stream]) {
				src.batches = append(src.batches, b)
				lo, hi = min(lo, b.lo), max(hi, b.hi)
			}
		}
		if src.batches != nil {
			src.bound(q, key{lo, 0, 0}, hi)
			list = append(list, src)
		}
	}
	return slices.DeleteFunc(list, func(s *source) bool { return s.done })
}

// source is one file being read in order.
type source struct {
	group *group
	// a segment, and its blocks still to be read
	seg    *segment
	blocks []int
	file   File
	// or a log, and its batches still to be read
	wal     *wal
	batches []*batch

	rows []row
	at   int
	mem  *memory
	head key // of rows[at], or a bound of what is not read yet
	done bool
}

// memory is lent to a source while it has rows.
type memory struct {
	raw  []byte
	rows []row
}

var memories = sync.Pool{New: func() any { return new(memory) }}

func newSource(g *group, seg *segment, q *query) *source {
	s := &source{group: g, seg: seg}
	for i := range seg.blocks {
		b := &seg.blocks[i]
		if q.overlaps(b.lo, b.hi) && (q.streams == nil || slices.ContainsFunc(b.streams, func(n uint32) bool { return q.streams[seg.streams[n]] })) {
			s.blocks = append(s.blocks, i)
		}
	}
	if q.Desc {
		slices.Reverse(s.blocks)
	}
	s.next(q)
	return s
}

// next sets the bound of the block to be read next.
func (s *source) next(q *query) {
	if s.seg == nil || len(s.blocks) == 0 {
		s.done = true
		return
	}
	b := &s.seg.blocks[s.blocks[0]]
	s.bound(q, b.first, b.hi)
}

func (s *source) bound(q *query, first key, hi int64) {
	if s.head = first; q.Desc {
		s.head = key{hi, math.MaxUint64, math.MaxUint32}
	}
}

// fill reads what comes next. Afterwards there are rows, or a bound of what follows, or nothing more.
func (s *source) fill(q *query) error {
	if s.mem == nil {
		s.mem = memories.Get().(*memory)
	}
	var err error
	if s.wal != nil {
		err = s.fillLog(q)
	} else {
		err = s.fillBlock(q)
	}
	if err != nil {
		return err
	}
	if len(s.rows) == 0 {
		s.next(q)
		return nil
	}
	if s.at = 0; q.Desc {
		slices.Reverse(s.rows)
	}
	s.head = s.rows[0].key()
	return nil
}

func (s *source) fillBlock(q *query) error {
	i := s.blocks[0]
	s.blocks = s.blocks[1:]
	s.rows = nil
	if s.file == nil {
		f, _, err := s.group.store.o.FS.Open(filepath.Join(s.group.dir, s.seg.name))
		if isNotExist(err) { // dropped since the scan began
			s.blocks = nil
			return nil
		}
		if err != nil {
			return err
		}
		s.file = f
	}
	b := &s.seg.blocks[i]
	if len(q.tokens) > 0 {
		bloom := make([]byte, b.bloomBytes)
		if _, err := s.file.ReadAt(bloom, b.bloomOff); err != nil {
			return err
		}
		if !mayHave(bloom, q.tokens) {
			return nil
		}
	}
	var err error
	if s.mem.raw, err = s.seg.load(s.file, i, s.mem.raw); err != nil {
		return err
	}
	if q.needle != nil && !bytes.Contains(s.mem.raw, q.needle) {
		return nil
	}
	if s.mem.rows, err = parseBlock(s.mem.rows, s.mem.raw, s.seg.streams); err != nil {
		return err
	}
	s.rows = q.pick(s.mem.rows, s.mem.raw)
	return nil
}

func (s *source) fillLog(q *query) error {
	raw, rows := s.mem.raw[:0], s.mem.rows[:0]
	for _, b := range s.batches {
		at := len(raw)
		raw = slices.Grow(raw, int(b.size))[:at+int(b.size)]
		if _, err := s.wal.file.ReadAt(raw[at:], b.off); err != nil {
			return err
		}
		from := len(rows)
		var err error
		if rows, err = appendRows(rows, raw[at:], b.seq, at); err != nil {
			return err
		}
		kept := q.pick(rows[from:], raw)
		if rows = rows[:from+len(kept)]; len(kept) == 0 {
			raw = raw[:at]
		}
	}
	s.mem.raw, s.mem.rows, s.batches = raw, rows, nil
	byKey := func(a, b row) int { return a.key().compare(b.key()) }
	if !slices.IsSortedFunc(rows, byKey) {
		slices.SortFunc(rows, byKey)
	}
	s.rows = rows
	return nil
}

func (s *source) close() {
	if s.file != nil {
		s.file.Close() // read only: nothing can be lost
		s.file = nil
	}
	if s.mem != nil {
		if cap(s.mem.raw) <= 2*defaultLogBytes {
			memories.Put(s.mem)
		}
		s.mem, s.rows = nil, nil
	}
}

// merge brings the sources into one order.
type merge struct {
	q       *query
	sources []*source
}

func (m *merge) Len() int { return len(m.sources) }
func (m *merge) Less(i, j int) bool {
	return m.before(m.sources[i].head, m.sources[j].head)
}
func (m *merge) Swap(i, j int) { m.sources[i], m.sources[j] = m.sources[j], m.sources[i] }
func (m *merge) Push(x any)    { m.sources = append(m.sources, x.(*source)) }
func (m *merge) Pop() any {
	x := m.sources[len(m.sources)-1]
	m.sources = m.sources[:len(m.sources)-1]
	return x
}

func (m *merge) before(a, b key) bool {
	if m.q.Desc {
		return a.compare(b) > 0
	}
	return a.compare(b) < 0
}

func (m *merge) close() {
	for _, s := range m.sources {
		s.close()
	}
}

var errStop = errors.New("enough")

func (m *merge) run(ctx context.Context, yield func(*Event) bool) error {
	heap.Init(m)
	for len(m.sources) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := m.sources[0]
		var err error
		if s.at < len(s.rows) {
			err = m.emit(s, yield)
		} else {
			err = s.fill(m.q)
		}
		if err == errStop {
			return nil
		}
		if err != nil {
			return err
		}
		if s.done {
			s.close()
			heap.Pop(m)
		} else {
			heap.Fix(m, 0)
		}
	}
	return nil
}

// emit hands out the rows of the first source up to where another source has something.
func (m *merge) emit(s *source, yield func(*Event) bool) error {
	rival := -1
	for i := 1; i < len(m.sources) && i <= 2; i++ { // a heap's second is a child of its first
		if rival < 0 || m.Less(i, rival) {
			rival = i
		}
	}
	var e Event
	for ; s.at < len(s.rows); s.at++ {
		r := &s.rows[s.at]
		if rival > 0 && m.before(m.sources[rival].head, r.key()) {
			s.head = r.key()
			return nil
		}
		e = Event{r.ts, r.ingest, r.stream, r.seq, r.idx, s.mem.raw[r.off:r.end]}
		if !yield(&e) {
			return errStop
		}
	}
	s.rows = nil
	s.at = 0
	s.next(m.q)
	return nil
}
