package insights

import "unyo/engine/shaped"

// over matches the expression against a template. It follows match: whatever that does must be the same in all lines.
func (s *straight) over(t *shaped.Template) ([]int, shaped.Verdict) {
	groups := make([]int, 2*(s.groups+1))
	for from := 0; ; from++ {
		var v shaped.Verdict
		if from, v = t.Index(from, s.parts[0].text); v != shaped.Yes {
			return nil, v
		}
		if v := s.matchOver(t, from, groups); v != shaped.No {
			return groups, v
		}
	}
}

func (s *straight) matchOver(t *shaped.Template, from int, groups []int) shaped.Verdict {
	at := from
	for i := range s.parts {
		p := &s.parts[i]
		for _, g := range p.opens {
			groups[2*g] = at
		}
		if p.text != nil {
			if v := t.At(at, p.text); v != shaped.Yes {
				return v
			}
			at += len(p.text)
		} else {
			end, v := p.runOver(t, at)
			if v != shaped.Yes {
				return v
			}
			at = end
		}
		for _, g := range p.ends {
			groups[2*g+1] = at
		}
	}
	groups[0], groups[1] = from, at
	return shaped.Yes
}

// runOver is where a run ends. Of one with a field in it nobody knows how long it is, but that it has at least as many bytes as cells.
func (p *stretch) runOver(t *shaped.Template, from int) (end int, v shaped.Verdict) {
	fields := false
	for end = from; end < len(t.Cells) && (p.max < 0 || end-from < p.max); end++ {
		nth, kinds := t.Field(end)
		if nth < 0 {
			if !p.in[t.Cells[end]] {
				break
			}
			continue
		}
		in, out := p.has(kinds)
		if out {
			break
		}
		if !in || p.max >= 0 {
			return 0, shaped.Maybe
		}
		fields = true
	}
	switch {
	case end-from >= p.min:
		return end, shaped.Yes
	case fields:
		return 0, shaped.Maybe
	}
	return 0, shaped.No
}

// has reports whether a run takes all bytes of some kinds, or none.
func (p *stretch) has(kinds uint8) (all, none bool) {
	all, none = true, true
	for c, k := range shaped.KindOf {
		if k&kinds != 0 {
			all, none = all && p.in[c], none && !p.in[c]
		}
	}
	return all, none
}

// globOver is matchGlob over a template.
func globOver(t *shaped.Template, glob [][]byte) ([]int, shaped.Verdict) {
	at, v := t.Index(0, glob[0])
	if v != shaped.Yes {
		return nil, v
	}
	ends := []int{at + len(glob[0])}
	for i := 1; i < len(glob); i++ {
		at = ends[len(ends)-1]
		n := len(t.Cells)
		if len(glob[i]) > 0 || i < len(glob)-1 {
			if n, v = t.Index(at, glob[i]); v != shaped.Yes {
				return nil, v
			}
		}
		ends = append(ends, n, n+len(glob[i]))
	}
	return ends[:len(ends)-1], shaped.Yes
}

// holds is whether a message has a text.
func holds(text string) question {
	b := []byte(text)
	return func(t *shaped.Template) ([]int, shaped.Verdict) {
		_, v := t.Index(0, b)
		return nil, v
	}
}
