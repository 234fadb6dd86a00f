package regex

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// Regexp is an expression of Go's whose matches can be ended: what takes few steps package regexp does, for it cannot be interrupted; what may take
// many goes step by step.
type Regexp struct {
	*regexp.Regexp
	Size   int // of how many instructions its program is
	prog   *syntax.Prog
	prefix string // with which every match begins
	begins bool   // it matches only where the text begins
}

// few is how many steps are taken without asking whether to go on: some tenths of a second at the worst. A variable for tests.
var few = 1 << 24

// Compile reads an expression.
func Compile(text string) (*Regexp, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	r := &Regexp{Regexp: re, Size: len(prog.Inst), prog: prog, begins: prog.StartCond()&syntax.EmptyBeginText != 0}
	r.prefix, _ = prog.Prefix()
	return r, nil
}

// Matches tells whether a text matches. It stops with ended's error, which is asked now and then; nil asks nobody.
func (r *Regexp) Matches(src []byte, ended func() error) (bool, error) {
	if ended == nil || len(src) < few/r.Size {
		return r.Match(src), nil
	}
	at, err := r.machine(src, ended).find(0)
	return at != nil, err
}

// First is where the first match and its groups stand, as FindSubmatchIndex tells it.
func (r *Regexp) First(src []byte, ended func() error) ([]int, error) {
	if ended == nil || len(src) < few/r.Size {
		return r.FindSubmatchIndex(src), nil
	}
	return r.machine(src, ended).find(0)
}

// Each calls f with each match, as FindAllSubmatchIndex finds them, until f says no.
func (r *Regexp) Each(src []byte, ended func() error, f func(at []int) bool) error {
	if ended == nil || len(src) < few/r.Size && len(src)*(r.NumSubexp()+2) < few { // all matches are found before the first is looked at

		for _, at := range r.FindAllSubmatchIndex(src, -1) {
			if !f(at) {
				return nil
			}
		}
		return nil
	}
	m, last := r.machine(src, ended), -1
	for pos := 0; pos <= len(src); {
		at, err := m.find(pos)
		if err != nil || at == nil {
			return err
		}
		accept := true
		if at[1] == pos { // an empty one: not where the last ended
			accept = at[0] != last
			_, width := utf8.DecodeRune(src[pos:])
			pos += max(width, 1)
		} else {
			pos = at[1]
		}
		if last = at[1]; accept && !f(at) {
			return nil
		}
	}
	return nil
}

// machine is Pike's: it goes through the text once, with all threads side by side, the preferred first.
type machine struct {
	re        *Regexp
	src       []byte
	ended     func() error
	steps     int
	now, next queue
	free      [][]int
	matched   []int
}

type thread struct {
	pc  uint32
	cap []int
}

// queue is threads, each instruction at most once.
type queue struct {
	sparse []uint32
	dense  []thread
}

func (q *queue) has(pc uint32) bool {
	i := q.sparse[pc]
	return i < uint32(len(q.dense)) && q.dense[i].pc == pc
}

func (r *Regexp) machine(src []byte, ended func() error) *machine {
	n := r.Size
	return &machine{re: r, src: src, ended: ended, now: queue{make([]uint32, n), make([]thread, 0, n)}, next: queue{make([]uint32, n), make([]thread, 0, n)}}
}

func (m *machine) rune(pos int) (rune, int) {
	if pos >= len(m.src) {
		return -1, 0
	}
	return utf8.DecodeRune(m.src[pos:])
}

// find is the leftmost match at or behind a place, as regexp prefers it; nil if there is none.
func (m *machine) find(pos int) ([]int, error) {
	m.clear(&m.now)
	m.clear(&m.next)
	m.matched = nil
	before := rune(-1)
	if pos > 0 {
		before, _ = utf8.DecodeLastRune(m.src[:pos])
	}
	r, width := m.rune(pos)
	for {
		if len(m.now.dense) == 0 {
			if m.matched != nil || m.re.begins && pos > 0 {
				break
			}
			if m.re.prefix != "" { // nothing begins before it
				i := bytes.Index(m.src[pos:], []byte(m.re.prefix))
				if i < 0 {
					break
				}
				if i > 0 {
					pos += i
					before, _ = utf8.DecodeLastRune(m.src[:pos])
					r, width = m.rune(pos)
				}
			}
		}
		flags := syntax.EmptyOpContext(before, r)
		if m.matched == nil {
			places := m.captures(nil)
			places[0] = pos
			m.add(&m.now, uint32(m.re.prog.Start), pos, places, flags)
		}
		after, afterWidth := m.rune(pos + width)
		m.step(r, pos+width, syntax.EmptyOpContext(r, after))
		if width == 0 {
			break
		}
		pos += width
		before, r, width = r, after, afterWidth
		m.now, m.next = m.next, m.now
		m.clear(&m.next)
		if m.steps += len(m.now.dense) + 1; m.steps > 1<<16 {
			m.steps = 0
			if err := m.ended(); err != nil {
				return nil, err
			}
		}
	}
	return m.matched, nil
}

// captures is a copy of places, made of what is free.
func (m *machine) captures(of []int) []int {
	n := 2 * (m.re.NumSubexp() + 1)
	var c []int
	if k := len(m.free); k > 0 {
		c, m.free = m.free[k-1], m.free[:k-1]
	} else {
		c = make([]int, n)
	}
	if of == nil {
		for i := range c {
			c[i] = -1
		}
	} else {
		copy(c, of)
	}
	return c
}

func (m *machine) clear(q *queue) {
	for _, t := range q.dense {
		if t.cap != nil {
			m.free = append(m.free, t.cap)
		}
	}
	q.dense = q.dense[:0]
}

// step takes all threads over a rune.
func (m *machine) step(r rune, pos int, flags syntax.EmptyOp) {
	for i := range m.now.dense {
		t := &m.now.dense[i]
		if t.cap == nil {
			continue
		}
		inst := &m.re.prog.Inst[t.pc]
		switch inst.Op {
		case syntax.InstMatch:
			m.matched = append(m.matched[:0:0], t.cap...)
			return // those behind are not preferred
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if r >= 0 && inst.MatchRune(r) {
				m.add(&m.next, inst.Out, pos, m.captures(t.cap), flags)
			}
		}
	}
}

// add lets a thread go on to where it must see a rune. The places are its own.
func (m *machine) add(q *queue, pc uint32, pos int, cap []int, flags syntax.EmptyOp) {
	if q.has(pc) {
		m.free = append(m.free, cap)
		return
	}
	q.sparse[pc] = uint32(len(q.dense))
	q.dense = append(q.dense, thread{pc: pc})
	inst := &m.re.prog.Inst[pc]
	switch inst.Op {
	case syntax.InstFail:
		m.free = append(m.free, cap)
	case syntax.InstAlt, syntax.InstAltMatch:
		other := m.captures(cap)
		m.add(q, inst.Out, pos, cap, flags)
		m.add(q, inst.Arg, pos, other, flags)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(inst.Arg)&^flags == 0 {
			m.add(q, inst.Out, pos, cap, flags)
		} else {
			m.free = append(m.free, cap)
		}
	case syntax.InstNop:
		m.add(q, inst.Out, pos, cap, flags)
	case syntax.InstCapture:
		if int(inst.Arg) < len(cap) {
			cap[inst.Arg] = pos
		}
		m.add(q, inst.Out, pos, cap, flags)
	default:
		if inst.Op == syntax.InstMatch {
			cap[1] = pos
		}
		q.dense[q.sparse[pc]].cap = cap
	}
}
