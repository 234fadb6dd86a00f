package wire

import (
	"bytes"
)

// xmlScanner reads XML 1.0 as AWS accepts it: UTF-8, no document type and so no entities but the five of
// XML itself, namespaces by local name. It never looks outside src and expands nothing.
// https://www.w3.org/TR/xml/
type xmlScanner struct {
	src []byte
	pos int
	why string // of the first error
}

// xmlTag is the beginning of an element.
type xmlTag struct {
	name  []byte // as written, with prefix
	attrs []byte // what stands between name and the closing bracket
	empty bool   // <name/>
}

const (
	errXMLSyntax  = "The XML you provided was not well-formed or did not validate against our published schema"
	errXMLDoctype = "The XML you provided has a document type, which is not allowed."
)

func (s *xmlScanner) fail(why string) bool {
	if s.why == "" {
		s.why = why
	}
	return false
}

// local is a name without its namespace prefix.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// misc skips what stands between elements and means nothing: comments, processing instructions. ok is
// false where it does not end.
func (s *xmlScanner) misc() (skipped, ok bool) {
	rest := s.src[s.pos:]
	var end []byte
	from := 2
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		end, from = []byte("-->"), 4
	case bytes.HasPrefix(rest, []byte("<?")):
		end = []byte("?>")
	case bytes.HasPrefix(rest, []byte("<!DOCTYPE")), bytes.HasPrefix(rest, []byte("<!doctype")):
		return false, s.fail(errXMLDoctype)
	default:
		return false, true
	}
	i := bytes.Index(rest[from:], end)
	if i < 0 {
		return false, s.fail(errXMLSyntax)
	}
	s.pos += from + i + len(end)
	return true, true
}

// root finds the document's element and consumes its tag. none is true when there is nothing but space.
func (s *xmlScanner) root() (t xmlTag, none, ok bool) {
	if bytes.HasPrefix(s.src, []byte("\ufeff")) {
		s.pos = 3
	}
	if !s.between() {
		return t, false, false
	}
	if s.pos == len(s.src) {
		return t, true, true
	}
	t, ok = s.tag()
	return t, false, ok
}

// between skips space and misc outside the root; what comes next is a tag or the end.
func (s *xmlScanner) between() bool {
	for {
		for s.pos < len(s.src) && isXMLSpace(s.src[s.pos]) {
			s.pos++
		}
		if s.pos == len(s.src) {
			return true
		}
		if s.src[s.pos] != '<' {
			return s.fail(errXMLSyntax)
		}
		skipped, ok := s.misc()
		if !ok {
			return false
		}
		if !skipped {
			return true
		}
	}
}

// tag consumes <name attributes> or <name attributes/>.
func (s *xmlScanner) tag() (t xmlTag, ok bool) {
	src := s.src
	if s.pos >= len(src) || src[s.pos] != '<' {
		return t, s.fail(errXMLSyntax)
	}
	i := s.pos + 1
	start := i
	for i < len(src) && isXMLName(src[i]) {
		i++
	}
	if t.name = src[start:i]; len(t.name) == 0 || src[start] == '-' || src[start] == '.' || src[start]-'0' <= 9 {
		return t, s.fail(errXMLSyntax)
	}
	start = i
	var quote byte
	for ; i < len(src); i++ {
		switch c := src[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '<' {
				return t, s.fail(errXMLSyntax)
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return t, s.fail(errXMLSyntax)
		case c == '>':
			t.attrs = src[start:i]
			s.pos = i + 1
			if n := len(t.attrs); n > 0 && t.attrs[n-1] == '/' {
				t.empty, t.attrs = true, t.attrs[:n-1]
			}
			return t, s.checkAttributes(t.attrs)
		}
	}
	return t, s.fail(errXMLSyntax)
}

// checkAttributes holds attributes against their grammar: space, name, =, quoted text.
func (s *xmlScanner) checkAttributes(attrs []byte) bool {
	return s.attributes(attrs, func(_, _ []byte) bool { return true })
}

// attributes calls each for every attribute; the value is still escaped.
func (s *xmlScanner) attributes(attrs []byte, each func(name, value []byte) bool) bool {
	for i := 0; ; {
		space := i
		for i < len(attrs) && isXMLSpace(attrs[i]) {
			i++
		}
		if i == len(attrs) {
			return true
		}
		start := i
		for i < len(attrs) && isXMLName(attrs[i]) {
			i++
		}
		name := attrs[start:i]
		for i < len(attrs) && isXMLSpace(attrs[i]) {
			i++
		}
		if space == start || len(name) == 0 || i == len(attrs) || attrs[i] != '=' {
			return s.fail(errXMLSyntax)
		}
		i++
		for i < len(attrs) && isXMLSpace(attrs[i]) {
			i++
		}
		if i == len(attrs) || (attrs[i] != '"' && attrs[i] != '\'') {
			return s.fail(errXMLSyntax)
		}
		n := bytes.IndexByte(attrs[i+1:], attrs[i])
		if n < 0 {
			return s.fail(errXMLSyntax)
		}
		if !each(name, attrs[i+1:i+1+n]) {
			return false
		}
		i += n + 2
	}
}

// child finds the next element inside the one that is open: its tag, or open's end (done). Text between
// elements is ignored.
func (s *xmlScanner) child(open []byte) (t xmlTag, done, ok bool) {
	for {
		i := bytes.IndexByte(s.src[s.pos:], '<')
		if i < 0 {
			return t, false, s.fail(errXMLSyntax)
		}
		s.pos += i
		rest := s.src[s.pos:]
		switch {
		case len(rest) > 1 && rest[1] == '/':
			return t, true, s.end(open)
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			n := bytes.Index(rest, []byte("]]>"))
			if n < 0 {
				return t, false, s.fail(errXMLSyntax)
			}
			s.pos += n + 3
			continue
		}
		skipped, fine := s.misc()
		if !fine {
			return t, false, false
		}
		if !skipped {
			t, ok = s.tag()
			return t, false, ok
		}
	}
}

// end consumes </open>.
func (s *xmlScanner) end(open []byte) bool {
	rest := s.src[s.pos+2:]
	if !bytes.HasPrefix(rest, open) {
		return s.fail(errXMLSyntax)
	}
	i := len(open)
	for i < len(rest) && isXMLSpace(rest[i]) {
		i++
	}
	if i == len(rest) || rest[i] != '>' {
		return s.fail(errXMLSyntax)
	}
	s.pos += 2 + i + 1
	return true
}

// content reads the text of the open element up to its end; elements inside are skipped. Text without
// escapes is a part of src.
func (s *xmlScanner) content(open []byte, depth int) (text []byte, ok bool) {
	copied := false
	add := func(b []byte) {
		if text == nil {
			text = b
			return
		}
		if !copied {
			text, copied = append(make([]byte, 0, len(text)+len(b)+32), text...), true
		}
		text = append(text, b...)
	}
	for {
		i := bytes.IndexByte(s.src[s.pos:], '<')
		if i < 0 {
			return nil, s.fail(errXMLSyntax)
		}
		if i > 0 {
			run, ok := s.unescape(s.src[s.pos : s.pos+i])
			if !ok {
				return nil, false
			}
			add(run)
			s.pos += i
		}
		rest := s.src[s.pos:]
		switch {
		case len(rest) > 1 && rest[1] == '/':
			return text, s.end(open)
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			n := bytes.Index(rest, []byte("]]>"))
			if n < 0 {
				return nil, s.fail(errXMLSyntax)
			}
			add(rest[len("<![CDATA["):n:n])
			s.pos += n + 3
			continue
		}
		skipped, fine := s.misc()
		if !fine {
			return nil, false
		}
		if !skipped {
			t, ok := s.tag()
			if !ok || !s.skip(t, depth+1) {
				return nil, false
			}
		}
	}
}

// skip reads an element whose tag was t to its end.
func (s *xmlScanner) skip(t xmlTag, depth int) bool {
	if t.empty {
		return true
	}
	if depth >= maxDepth {
		return s.fail(errTooDeep)
	}
	_, ok := s.content(t.name, depth)
	return ok
}
