package logstore

import (
	"bytes"
	"runtime"
)

// loading is a block on its way from the disk.
type loading struct {
	mem  *memory
	rows []row // that are wanted
	err  error
	done chan struct{}
}

// eager is how many blocks a scan reads before it begins to read ahead: a page of an answer rarely needs more.
const eager = 4

// take returns the next block, and has those that follow it read beside.
func (s *source) take(q *query) *loading {
	depth := 1
	if q.read++; q.read > eager {
		depth = runtime.GOMAXPROCS(0)
	}
	for n := len(s.ahead); n < min(depth, len(s.blocks)); n++ {
		l := &loading{mem: memories.Get().(*memory), done: make(chan struct{})}
		s.ahead = append(s.ahead, l)
		if i := s.blocks[n]; n == 0 && depth == 1 {
			l.read(q, s.seg, s.file, i)
		} else {
			go l.read(q, s.seg, s.file, i)
		}
	}
	l := s.ahead[0]
	s.ahead, s.blocks = s.ahead[1:], s.blocks[1:]
	<-l.done
	return l
}

// read unpacks block i unless nothing in it can be wanted, and picks what is.
func (l *loading) read(q *query, seg *segment, f File, i int) {
	defer close(l.done)
	var may bool
	if may, l.err = seg.may(f, i, &q.needs, l.mem); !may {
		return
	}
	if l.err = seg.load(f, i, l.mem); l.err != nil {
		return
	}
	if q.needle != nil && !bytes.Contains(l.mem.raw, q.needle) {
		return
	}
	if l.err = l.mem.parse(seg.streams); l.err == nil {
		l.rows = q.pick(l.mem.rows, l.mem.raw)
	}
}
