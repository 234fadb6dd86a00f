package logstore

import (
	"math"
	"path/filepath"
	"slices"
	"sync"

	"unyo/engine/shaped"
)

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
	ahead  []*loading // the first of them
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
	raw, packed, filter []byte
	rows                []row
	// of a shaped block: what was for zstd, the rows within it, and the lengths of the lines
	head, heads []byte
	lens        []uint32
	lines       restorer
	apart       bool // they are not in raw
	template    shaped.Template
}

var memories = sync.Pool{New: func() any { return new(memory) }}

func (m *memory) free() {
	if cap(m.raw) <= 2*defaultLogBytes {
		memories.Put(m)
	}
}

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
	if s.file == nil {
		f, _, err := s.group.store.o.FS.Open(filepath.Join(s.group.dir, s.seg.name))
		if isNotExist(err) { // dropped since the scan began
			s.blocks, s.rows = nil, nil
			return nil
		}
		if err != nil {
			return err
		}
		s.file = f
	}
	l := s.take(q)
	s.mem.free()
	s.mem, s.rows = l.mem, l.rows
	return l.err
}

func (s *source) fillLog(q *query) error {
	raw, rows := s.mem.raw[:0], s.mem.rows[:0]
	for _, b := range s.batches {
		at, from := len(raw), len(rows)
		var err error
		if raw, rows, err = s.wal.read(b, raw, rows); err != nil {
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
	for _, l := range s.ahead {
		<-l.done
		l.mem.free()
	}
	s.ahead = nil
	if s.file != nil {
		s.file.Close() // read only: nothing can be lost
		s.file = nil
	}
	if s.mem != nil {
		s.mem.free()
		s.mem, s.rows = nil, nil
	}
}
