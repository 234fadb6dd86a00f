package logstore

import (
	"container/heap"
	"context"
	"errors"
)

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
