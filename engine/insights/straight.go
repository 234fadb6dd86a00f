package insights

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// straight is a regular expression that can be matched without ever going back: texts and runs of a class of bytes, each run ending where it
// must, since what follows it cannot be part of it. Most expressions in parse are like that, and are matched many times faster so.
type straight struct {
	parts  []stretch
	groups int
	must   []byte // its longest text but the first: without it nothing matches
}

// stretch is a text, or a run of bytes of a class.
type stretch struct {
	text        []byte // nil: a run
	in          *[256]bool
	min, max    int   // bytes of the run; max -1: no end
	opens, ends []int // groups that begin before it, and that end behind it
}

// straighten is re as straight, or nil when it is not.
func straighten(re *regexp.Regexp) *straight {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	s := &straight{groups: re.NumSubexp()}
	if !s.add(tree) || len(s.parts) == 0 || s.parts[0].text == nil {
		return nil
	}
	for i := range s.parts {
		p := &s.parts[i]
		if i > 0 && len(p.text) > len(s.must) {
			s.must = p.text
		}
		if p.text != nil || p.min == p.max {
			continue
		}
		if i+1 == len(s.parts) {
			continue
		}
		n := &s.parts[i+1]
		if n.text != nil && p.in[n.text[0]] || n.text == nil && (n.min == 0 || overlap(p.in, n.in)) {
			return nil
		}
	}
	return s
}

func overlap(a, b *[256]bool) bool {
	for c := range a {
		if a[c] && b[c] {
			return true
		}
	}
	return false
}

// add appends what a node of the tree matches.
func (s *straight) add(n *syntax.Regexp) bool {
	switch n.Op {
	case syntax.OpConcat:
		for _, x := range n.Sub {
			if !s.add(x) {
				return false
			}
		}
		return true
	case syntax.OpCapture:
		from := len(s.parts)
		if !s.add(n.Sub[0]) || len(s.parts) == from {
			return false
		}
		s.parts[from].opens = append(s.parts[from].opens, n.Cap)
		last := &s.parts[len(s.parts)-1]
		last.ends = append(last.ends, n.Cap)
		return true
	case syntax.OpLiteral:
		for _, r := range n.Rune {
			if r == utf8.RuneError {
				return false
			}
		}
		s.parts = append(s.parts, stretch{text: []byte(string(n.Rune))})
		return n.Flags&syntax.FoldCase == 0
	case syntax.OpPlus:
		return s.run(n.Sub[0], 1, -1, n)
	case syntax.OpStar:
		return s.run(n.Sub[0], 0, -1, n)
	case syntax.OpRepeat:
		return s.run(n.Sub[0], n.Min, n.Max, n)
	}
	return s.run(n, 1, 1, n)
}

// run appends a run of a class. One that takes as little as it can is as good as one that takes all, if something must follow.
func (s *straight) run(class *syntax.Regexp, least, most int, n *syntax.Regexp) bool {
	set, wide := bytesOf(class)
	if set == nil || wide && (least > 1 || most > 0) || n.Flags&syntax.NonGreedy != 0 && least != most {
		return false
	}
	s.parts = append(s.parts, stretch{in: set, min: least, max: most})
	return true
}

// bytesOf is the bytes of a class that has all characters beyond ASCII, which is wide, or none of them; nil for another.
func bytesOf(n *syntax.Regexp) (set *[256]bool, wide bool) {
	set = new([256]bool)
	in := func(lo, hi rune) {
		for c := lo; c <= min(hi, 255); c++ {
			set[c] = true
		}
	}
	switch n.Op {
	case syntax.OpAnyChar:
		in(0, 255)
		return set, true
	case syntax.OpAnyCharNotNL:
		in(0, 255)
		set['\n'] = false
		return set, true
	case syntax.OpLiteral:
		if len(n.Rune) != 1 || n.Rune[0] >= utf8.RuneSelf || n.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		in(n.Rune[0], n.Rune[0])
		return set, false
	case syntax.OpCharClass:
		for i := 0; i < len(n.Rune); i += 2 {
			lo, hi := n.Rune[i], n.Rune[i+1]
			switch {
			case hi < utf8.RuneSelf:
				in(lo, hi)
			case lo <= utf8.RuneSelf && hi == utf8.MaxRune:
				in(lo, 255)
				wide = true
			default:
				return nil, false
			}
		}
		return set, wide
	}
	return nil, false
}

// find is regexp's FindSubmatchIndex, in dst.
func (s *straight) find(dst []int, text []byte) []int {
	if !bytes.Contains(text, s.must) {
		return nil
	}
	first := s.parts[0].text
	var second *[256]bool // what must come behind it
	if len(s.parts) > 1 && s.parts[1].min > 0 {
		second = s.parts[1].in
	}
	for from := 0; ; {
		at := bytes.Index(text[from:], first)
		if at < 0 {
			return nil
		}
		from += at
		if end := from + len(first); second != nil && (end == len(text) || !second[text[end]]) {
			from++
			continue
		}
		if m := s.match(dst[:0], text, from); m != nil {
			return m
		}
		from++
	}
}

// match tries the expression at one place.
func (s *straight) match(dst []int, text []byte, from int) []int {
	for range 2 * (s.groups + 1) {
		dst = append(dst, from)
	}
	at := from
	for i := range s.parts {
		p := &s.parts[i]
		for _, g := range p.opens {
			dst[2*g] = at
		}
		if p.text != nil {
			if !bytes.HasPrefix(text[at:], p.text) {
				return nil
			}
			at += len(p.text)
		} else {
			end := len(text)
			if p.max >= 0 {
				end = min(end, at+p.max)
			}
			n := at
			for n < end && p.in[text[n]] {
				n++
			}
			if n-at < p.min {
				return nil
			}
			at = n
		}
		for _, g := range p.ends {
			dst[2*g+1] = at
		}
	}
	dst[1] = at
	return dst
}
