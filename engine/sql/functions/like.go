package functions

import (
	"bytes"
	"unicode/utf8"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/comparison.html#pattern-comparison-like
func init() {
	for _, text := range []string{"like(varchar,varchar) boolean", "like(varchar,varchar,varchar) boolean"} {
		page("comparison").kernel(text, func([]*types.Type, *types.Type) Kernel { return likeKernel() })
	}
}

// likeKernel remembers the pattern it has last seen: mostly it is the same for all rows.
func likeKernel() Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		out := vector.New(vector.Bool)
		out.Grow(n)
		var last *likePattern
		for i := range n {
			null := false
			for _, a := range in {
				null = null || a.IsNull(i)
			}
			if null {
				out.AppendNull()
				continue
			}
			pattern, j := in[1].At(i)
			if last == nil || !bytes.Equal(last.text, pattern.Text(j)) || len(in) == 3 && in[2].Index != nil {
				escape := rune(-1)
				if len(in) == 3 {
					e, k := in[2].At(i)
					c, width := utf8.DecodeRune(e.Text(k))
					if width == 0 || width != len(e.Text(k)) {
						return nil, errArgument("Escape string must be a single character")
					}
					escape = c
				}
				var err error
				if last, err = compileLike(pattern.Text(j), escape); err != nil {
					return nil, err
				}
			}
			v, k := in[0].At(i)
			out.AppendBool(last.matches(v.Text(k)))
		}
		return out, nil
	}
}

// likePattern is a pattern: texts between which anything may stand.
type likePattern struct {
	text   []byte
	pieces [][]rune // any is one character, whichever
	simple [][]byte // the same without any, when no piece has it
}

const anyOne = rune(-2)

func compileLike(text []byte, escape rune) (*likePattern, error) {
	p := &likePattern{text: append([]byte{}, text...), pieces: [][]rune{nil}}
	simple := true
	add := func(c rune) { p.pieces[len(p.pieces)-1] = append(p.pieces[len(p.pieces)-1], c) }
	list := []rune(string(text))
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == escape:
			i++
			if i == len(list) || list[i] != '%' && list[i] != '_' && list[i] != escape {
				return nil, errArgument("Escape character must be followed by '%%', '_' or the escape character itself")
			}
			add(list[i])
		case c == '%':
			p.pieces = append(p.pieces, nil)
		case c == '_':
			simple = false
			add(anyOne)
		default:
			add(c)
		}
	}
	if simple {
		for _, piece := range p.pieces {
			p.simple = append(p.simple, []byte(string(piece)))
		}
	}
	return p, nil
}

func (p *likePattern) matches(s []byte) bool {
	if p.simple != nil {
		return matchBytes(s, p.simple)
	}
	return matchRunes([]rune(string(s)), p.pieces)
}

// matchBytes finds the pieces one after another: the first at the beginning, the last at the end.
func matchBytes(s []byte, pieces [][]byte) bool {
	if len(pieces) == 1 {
		return bytes.Equal(s, pieces[0])
	}
	if !bytes.HasPrefix(s, pieces[0]) {
		return false
	}
	s = s[len(pieces[0]):]
	last := pieces[len(pieces)-1]
	for _, piece := range pieces[1 : len(pieces)-1] {
		i := bytes.Index(s, piece)
		if i < 0 {
			return false
		}
		s = s[i+len(piece):]
	}
	return bytes.HasSuffix(s, last)
}

func matchRunes(s []rune, pieces [][]rune) bool {
	at := func(s, piece []rune) bool {
		if len(s) < len(piece) {
			return false
		}
		for i, c := range piece {
			if c != anyOne && c != s[i] {
				return false
			}
		}
		return true
	}
	if len(pieces) == 1 {
		return len(s) == len(pieces[0]) && at(s, pieces[0])
	}
	if !at(s, pieces[0]) {
		return false
	}
	s = s[len(pieces[0]):]
	for _, piece := range pieces[1 : len(pieces)-1] {
		for !at(s, piece) {
			if len(s) == 0 {
				return false
			}
			s = s[1:]
		}
		s = s[len(piece):]
	}
	last := pieces[len(pieces)-1]
	return len(s) >= len(last) && at(s[len(s)-len(last):], last)
}
