package transform

import (
	"regexp/syntax"
)

// trail is an expression that is tried the way a reader would: it goes along the text, and back to where there was a choice when it does not lead on.
// It finds what regexp finds, which prefers the same choices, and for the lines that an expression is meant for does so in one go. It reads ASCII only
// and gives up where it would have to go back too often: then regexp, which never takes long, is asked.
type trail struct{ begin *stretch }

// stretch is a part of the way.
type stretch struct {
	kind   uint8
	lazy   bool
	slot   int        // of stretchMark
	least  int        // of stretchRun
	most   int        // the same; -1: any number
	text   string     // of stretchText
	of     *bytesOf   // of stretchRun
	ways   []*stretch // of stretchFork, in order of preference
	next   *stretch   // what follows
	firsts *bytesOf   // bytes with which it can go on; nil: any, or none
}

type bytesOf [256]bool

const (
	stretchEnd  = iota // of the text
	stretchText        // as it stands
	stretchRun         // bytes of some
	stretchFork        // one of several
	stretchMark        // where a group begins or ends
	stretchEdge        // of a word
)

const (
	maxStretches = 20_000
	maxBack      = 500 // forks and marks that are open at once
	maxTries     = 64  // for each byte
)

// newTrail is nil for what only regexp can do.
func newTrail(expression string) *trail {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	l := &layer{}
	begin := l.lay(re, &stretch{kind: stretchEnd})
	if l.fails || l.n > maxStretches {
		return nil
	}
	return &trail{begin}
}

// layer makes stretches.
type layer struct {
	n     int
	fails bool
}

func (l *layer) add(s stretch) *stretch {
	if l.n++; l.n > maxStretches {
		l.fails = true
	}
	return &s
}

// lay gives the way along re and on to next.
func (l *layer) lay(re *syntax.Regexp, next *stretch) *stretch {
	if l.fails {
		return next
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpLiteral:
		return l.literal(re, next)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return l.run(re, 1, 1, false, next)
	case syntax.OpCapture:
		end := l.add(stretch{kind: stretchMark, slot: 2*re.Cap + 1, next: next, firsts: next.firsts})
		on := l.lay(re.Sub[0], end)
		return l.add(stretch{kind: stretchMark, slot: 2 * re.Cap, next: on, firsts: on.firsts})
	case syntax.OpConcat:
		for i := len(re.Sub) - 1; i >= 0; i-- {
			next = l.lay(re.Sub[i], next)
		}
		return next
	case syntax.OpAlternate:
		ways := make([]*stretch, len(re.Sub))
		for i, sub := range re.Sub {
			ways[i] = l.lay(sub, next)
		}
		return l.fork(ways...)
	case syntax.OpWordBoundary:
		return l.add(stretch{kind: stretchEdge, next: next, firsts: next.firsts})
	case syntax.OpStar:
		return l.repeat(re, 0, -1, next)
	case syntax.OpPlus:
		return l.repeat(re, 1, -1, next)
	case syntax.OpQuest:
		return l.repeat(re, 0, 1, next)
	case syntax.OpRepeat:
		return l.repeat(re, re.Min, re.Max, next)
	}
	l.fails = true
	return next
}

func (l *layer) literal(re *syntax.Regexp, next *stretch) *stretch {
	for _, r := range re.Rune {
		if r >= 0x80 {
			l.fails = true
			return next
		}
	}
	if re.Flags&syntax.FoldCase == 0 {
		text, first := string(re.Rune), &bytesOf{}
		first[text[0]] = true
		return l.add(stretch{kind: stretchText, text: text, next: next, firsts: first})
	}
	for i := len(re.Rune) - 1; i >= 0; i-- {
		of := &bytesOf{}
		c := byte(re.Rune[i])
		if of[c] = true; c|0x20 >= 'a' && c|0x20 <= 'z' {
			of[c|0x20], of[c&^0x20] = true, true
		}
		next = l.add(stretch{kind: stretchRun, of: of, least: 1, most: 1, next: next, firsts: of})
	}
	return next
}

// repeat lays what comes more than once, or not at all.
func (l *layer) repeat(re *syntax.Regexp, least, most int, next *stretch) *stretch {
	sub, lazy := re.Sub[0], re.Flags&syntax.NonGreedy != 0
	switch sub.Op {
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return l.run(sub, least, most, lazy, next)
	case syntax.OpLiteral:
		if len(sub.Rune) == 1 && sub.Rune[0] < 0x80 && sub.Flags&syntax.FoldCase == 0 {
			return l.run(sub, least, most, lazy, next)
		}
	}
	on := func(around, beyond *stretch) *stretch {
		if lazy {
			return l.fork(beyond, around)
		}
		return l.fork(around, beyond)
	}
	if most < 0 {
		if empty(sub) {
			l.fails = true
			return next
		}
		loop := l.add(stretch{kind: stretchFork}) // firsts is not known yet: any
		around := l.lay(sub, loop)
		*loop = *on(around, next)
		next, most = loop, least
	} else {
		for beyond := next; most > least && !l.fails; most-- {
			next = on(l.lay(sub, next), beyond)
		}
	}
	for ; least > 0 && !l.fails; least-- {
		next = l.lay(sub, next)
	}
	return next
}

func (l *layer) run(re *syntax.Regexp, least, most int, lazy bool, next *stretch) *stretch {
	s := stretch{kind: stretchRun, of: &bytesOf{}, least: least, most: most, lazy: lazy, next: next}
	for c := range 0x80 {
		switch re.Op {
		case syntax.OpAnyChar:
			s.of[c] = true
		case syntax.OpAnyCharNotNL:
			s.of[c] = c != '\n'
		case syntax.OpLiteral:
			s.of[c] = rune(c) == re.Rune[0]
		}
	}
	if re.Op == syntax.OpCharClass {
		for i := 0; i < len(re.Rune); i += 2 {
			for c := re.Rune[i]; c <= min(re.Rune[i+1], 0x7f); c++ {
				s.of[c] = true
			}
		}
	}
	if s.firsts = s.of; least == 0 {
		s.firsts = either(s.of, next.firsts)
	}
	return l.add(s)
}

func (l *layer) fork(ways ...*stretch) *stretch {
	firsts := &bytesOf{}
	for _, w := range ways {
		firsts = either(firsts, w.firsts)
	}
	return l.add(stretch{kind: stretchFork, ways: ways, firsts: firsts})
}

func either(a, b *bytesOf) *bytesOf {
	if a == nil || b == nil {
		return nil
	}
	c := *a
	for i, in := range b {
		c[i] = c[i] || in
	}
	return &c
}

// empty reports whether re may match nothing.
func empty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return empty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || empty(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !empty(sub) {
				return false
			}
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if empty(sub) {
				return true
			}
		}
		return false
	}
	return true
}

// walk is one try to go along a text.
type walk struct {
	text  string
	marks []int
	tries int
	open  int
}

// match gives the marks of groups, as regexp's do, in marks, which has room; known=false: it has given up.
func (t *trail) match(text string, marks []int) (found, known bool) {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false, false
		}
	}
	for i := range marks {
		marks[i] = -1
	}
	w := walk{text: text, marks: marks, tries: maxTries * (len(text) + 16)}
	found = w.along(t.begin, 0)
	return found, w.tries > 0
}

// enters reports whether it is of use to try s at i.
func (w *walk) enters(s *stretch, i int) bool {
	if s.kind == stretchEnd {
		return i == len(w.text)
	}
	return s.firsts == nil || i < len(w.text) && s.firsts[w.text[i]]
}

// along reports whether a way leads from s at i to the end.
func (w *walk) along(s *stretch, i int) bool {
	if w.open++; w.open > maxBack {
		w.tries = 0
	}
	there := w.on(s, i)
	w.open--
	return there
}

func (w *walk) on(s *stretch, i int) bool {
	for {
		if w.tries--; w.tries <= 0 {
			w.tries = 0
			return false
		}
		switch s.kind {
		case stretchEnd:
			return i == len(w.text)
		case stretchText:
			if len(w.text)-i < len(s.text) || w.text[i:i+len(s.text)] != s.text {
				return false
			}
			i += len(s.text)
		case stretchRun:
			j, ok := w.run(s, i)
			if !ok {
				return false
			}
			if j < 0 {
				return true
			}
			i = j
		case stretchFork:
			last := len(s.ways) - 1
			for _, way := range s.ways[:last] {
				if w.enters(way, i) && w.along(way, i) {
					return true
				}
			}
			s = s.ways[last]
			continue
		case stretchMark:
			old := w.marks[s.slot]
			w.marks[s.slot] = i
			if w.along(s.next, i) {
				return true
			}
			w.marks[s.slot] = old
			return false
		case stretchEdge:
			if (i > 0 && isWord(w.text[i-1])) == (i < len(w.text) && isWord(w.text[i])) {
				return false
			}
		}
		s = s.next
	}
}

// run goes along bytes of s: to the only place from which it can go on, or, with -1, to the end of all.
func (w *walk) run(s *stretch, i int) (int, bool) {
	end := len(w.text)
	if s.most >= 0 {
		end = min(end, i+s.most)
	}
	if s.lazy {
		for j := i; ; j++ {
			if j-i >= s.least && w.enters(s.next, j) && w.along(s.next, j) {
				return -1, true
			}
			if w.tries--; w.tries <= 0 || j >= end || !s.of[w.text[j]] {
				w.tries = max(w.tries, 0)
				return 0, false
			}
		}
	}
	j := i
	for j < end && s.of[w.text[j]] {
		j++
	}
	for ; j-i >= s.least; j-- {
		if !w.enters(s.next, j) {
			if w.tries--; w.tries <= 0 {
				w.tries = 0
				return 0, false
			}
			continue
		}
		if j-i == s.least {
			return j, true
		}
		if w.along(s.next, j) {
			return -1, true
		}
	}
	return 0, false
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
