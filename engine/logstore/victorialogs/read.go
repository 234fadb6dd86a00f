package victorialogs

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"unyo/engine/logstore"
)

// Scan merges what the logs hold with what VictoriaLogs has. The ledger is read when the logs' scan has begun, for what
// was moved before then is in it; what is moved while the scan runs is in both, and taken from VictoriaLogs.
func (s *Store) Scan(ctx context.Context, group string, f logstore.Filter, yield func(*logstore.Event) bool) error {
	h, err := s.shelf(group)
	if err != nil {
		return err
	}
	var far *reader
	var stopped bool
	// upTo hands out what VictoriaLogs has before e; all of it when e is nil.
	upTo := func(e *logstore.Event) error {
		if far == nil {
			far = s.reader(h, f)
		}
		for !stopped {
			x, err := far.peek(ctx)
			if err != nil || x == nil || e != nil && far.before(e, x) {
				return err
			}
			far.at++
			stopped = !yield(x)
		}
		return nil
	}
	var fault error
	err = s.wal.Scan(ctx, group, f, func(e *logstore.Event) bool {
		if fault = upTo(e); fault != nil || stopped {
			return false
		}
		if !has(far.held, e.Seq) {
			stopped = !yield(e)
		}
		return !stopped
	})
	if err == nil && fault == nil && !stopped {
		fault = upTo(nil)
	}
	if err == nil && fault != nil {
		err = fmt.Errorf("cannot read log group %s: %w", group, fault)
	}
	return err
}

// Answers are read in windows of time, so that each fits into memory and can be brought into order there.
const (
	windowRows  = 20_000
	windowBytes = 32 << 20
)

// reader reads what the ledger says that VictoriaLogs has, in order.
type reader struct {
	s     *Store
	h     *shelf
	f     logstore.Filter
	held  []logstore.Log
	query string // without its times

	lo, hi int64 // ms: what is not read yet
	width  int64 // of the next window
	rows   []logstore.Event
	at     int
}

func (s *Store) reader(h *shelf, f logstore.Filter) *reader {
	r := &reader{s: s, h: h, f: f, held: h.held(), lo: math.MaxInt64, hi: math.MinInt64}
	for _, l := range r.held {
		r.lo, r.hi = min(r.lo, l.Oldest), max(r.hi, l.Newest+1)
	}
	r.lo = max(r.lo, f.From)
	if f.To != 0 {
		r.hi = min(r.hi, f.To)
	}
	if f.Start != nil {
		r.lo = max(r.lo, f.Start.Timestamp)
	}
	if f.End != nil && f.End.Timestamp < math.MaxInt64 {
		r.hi = min(r.hi, f.End.Timestamp+1)
	}
	r.width = r.hi - r.lo
	r.query = conditions(f)
	return r
}

// conditions are a filter's in LogsQL, but for its times. They may let more through than is wanted.
func conditions(f logstore.Filter) string {
	const maxStreams, maxText = 200, 1000 // a query is at most 16 KiB
	var q strings.Builder
	if n := len(f.Streams); n > 0 && n <= maxStreams {
		q.WriteString(" stream:in(")
		for i, id := range f.Streams {
			if i > 0 {
				q.WriteByte(',')
			}
			q.WriteString(strconv.FormatUint(id, 10))
		}
		q.WriteByte(')')
	}
	for _, c := range f.Contains {
		if c == "" || !utf8.ValidString(c) || q.Len() > 8<<10 {
			continue
		}
		if len(c) > maxText {
			c = strings.ToValidUTF8(c[:maxText], "")
		}
		fmt.Fprintf(&q, " (_msg:*%s* or raw:*)", strconv.Quote(c))
	}
	return q.String()
}

// times limits a query to lo <= time < hi, ms.
func times(lo, hi int64) string {
	at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }
	return " _time:[" + at(lo) + ", " + at(hi) + ")"
}

// sequences limits a query to a log.
func sequences(l logstore.Log) string {
	return fmt.Sprintf(" seq:range[%d, %d]", l.Base, l.Last)
}

// before says whether a comes before b in the order that is asked for.
func (r *reader) before(a, b *logstore.Event) bool {
	c := a.Position().Compare(b.Position())
	return c < 0 && !r.f.Desc || c > 0 && r.f.Desc
}

// peek is the next event; nil at the end.
func (r *reader) peek(ctx context.Context) (*logstore.Event, error) {
	for r.at == len(r.rows) {
		if r.lo >= r.hi {
			return nil, nil
		}
		if err := r.window(ctx); err != nil {
			return nil, err
		}
	}
	return &r.rows[r.at], nil
}

// window reads the next window, or finds that it is too wide.
func (r *reader) window(ctx context.Context) error {
	lo, hi := r.lo, r.hi
	if r.f.Desc {
		lo = max(lo, hi-r.width)
	} else {
		hi = min(hi, lo+r.width)
	}
	rows, all, err := r.fetch(ctx, r.query+times(lo, hi), hi-lo > 1)
	if err != nil {
		return err
	}
	if !all {
		r.width = max(1, (hi-lo)/8)
		return nil
	}
	if len(rows) < windowRows/4 && r.width < math.MaxInt64/4 {
		r.width *= 4
	}
	if r.f.Desc {
		slices.SortFunc(rows, func(a, b logstore.Event) int { return b.Position().Compare(a.Position()) })
		r.hi = lo
	} else {
		slices.SortFunc(rows, func(a, b logstore.Event) int { return a.Position().Compare(b.Position()) })
		r.lo = hi
	}
	r.rows, r.at = once(rows), 0
	return nil
}

// once strikes out repeats among sorted events.
func once(rows []logstore.Event) []logstore.Event {
	return slices.CompactFunc(rows, func(a, b logstore.Event) bool { return a.Seq == b.Seq && a.Index == b.Index })
}

// fetch reads the wanted rows among those that a query selects. all=false: there are too many for one window.
func (r *reader) fetch(ctx context.Context, query string, limited bool) (rows []logstore.Event, all bool, err error) {
	query = r.h.where() + query + " | fields _time, _msg, raw, seq, idx, stream, ingested"
	if limited {
		query += fmt.Sprintf(" | limit %d", windowRows+1)
	}
	size, n := 0, 0
	err = r.s.vl.query(ctx, query, func(line []byte) (bool, error) {
		size, n = size+len(line), n+1
		if limited && (n > windowRows || size > windowBytes) {
			return false, nil
		}
		e, ok, err := parseRow(line)
		if ok && has(r.held, e.Seq) && r.wants(&e) {
			rows = append(rows, e)
		}
		return true, err
	})
	return rows, !limited || n <= windowRows && size <= windowBytes, err
}

// wants judges what VictoriaLogs was not asked to.
func (r *reader) wants(e *logstore.Event) bool {
	p := e.Position()
	if r.f.Start != nil && p.Compare(*r.f.Start) < 0 || r.f.End != nil && p.Compare(*r.f.End) >= 0 {
		return false
	}
	if r.f.Streams != nil && !slices.Contains(r.f.Streams, e.Stream) {
		return false
	}
	for _, c := range r.f.Contains {
		if !bytes.Contains(e.Message, []byte(c)) {
			return false
		}
	}
	return true
}

// Batches merges what the logs hold with what VictoriaLogs has, as Scan does.
func (s *Store) Batches(ctx context.Context, group string, after uint64, yield func(*logstore.Stored) bool) error {
	h, err := s.shelf(group)
	if err != nil {
		return err
	}
	var held []logstore.Log
	var begun, stopped bool
	// upTo hands out the batches of VictoriaLogs before seq. A log is read whole.
	next := 0
	upTo := func(seq uint64) error {
		if !begun {
			held, begun = h.held(), true
		}
		for ; next < len(held) && held[next].Base < seq && !stopped; next++ {
			if held[next].Last <= after {
				continue
			}
			if stopped, err = s.batches(ctx, h, held[next], after, yield); err != nil {
				return err
			}
		}
		return nil
	}
	var fault error
	err = s.wal.Batches(ctx, group, after, func(b *logstore.Stored) bool {
		if fault = upTo(b.Seq); fault != nil || stopped {
			return false
		}
		if !has(held, b.Seq) {
			stopped = !yield(b)
		}
		return !stopped
	})
	if err == nil && fault == nil && !stopped {
		fault = upTo(math.MaxUint64)
	}
	if err == nil && fault != nil {
		err = fmt.Errorf("cannot read log group %s: %w", group, fault)
	}
	return err
}

// batches hands out the batches of one log behind after.
func (s *Store) batches(ctx context.Context, h *shelf, l logstore.Log, after uint64, yield func(*logstore.Stored) bool) (stopped bool, err error) {
	r := &reader{s: s, h: h, held: []logstore.Log{l}}
	rows, _, err := r.fetch(ctx, sequences(logstore.Log{Base: max(l.Base, after+1), Last: l.Last})+times(l.Oldest, l.Newest+1), false)
	if err != nil {
		return false, err
	}
	slices.SortFunc(rows, func(a, b logstore.Event) int {
		a.Timestamp, b.Timestamp = 0, 0
		return a.Position().Compare(b.Position())
	})
	rows = once(rows)
	for len(rows) > 0 && !stopped {
		n := slices.IndexFunc(rows, func(e logstore.Event) bool { return e.Seq != rows[0].Seq })
		if n < 0 {
			n = len(rows)
		}
		stopped = !yield(&logstore.Stored{Seq: rows[0].Seq, Stream: rows[0].Stream, Events: rows[:n]})
		rows = rows[n:]
	}
	return stopped, nil
}
