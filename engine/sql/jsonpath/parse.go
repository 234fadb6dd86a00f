// Package jsonpath reads and computes the paths of JSON_EXISTS, JSON_VALUE, JSON_QUERY and JSON_TABLE: SQL's language, as Trino has it.
// https://trino.io/docs/current/functions/json.html#json-path-language
package jsonpath

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"unyo/base/jsontext"
)

// Path is a path that was read.
type Path struct {
	Strict bool
	Names  []string // of the parameters it uses
	root   node
}

// Error is why a text is no path, and where in it.
type Error struct {
	At      int // characters before the place
	Message string
}

func (e *Error) Error() string { return e.Message }

// The bounds of what is read: how deep parts lie in each other, and how many steps reading takes, for what stands in parentheses is read twice.
const (
	maxDepth = 100
	maxSteps = 200_000
)

type parser struct {
	src   string
	at    int
	depth int
	steps int
	path  *Path
	in    []bool // filters around: whether @ is known; false is a subscript, where last is
}

// Parse reads a path.
func Parse(src string) (path *Path, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			path, err = nil, e
		}
	}()
	p := &parser{src: src, path: &Path{}}
	switch {
	case p.word("lax"):
	case p.word("strict"):
		p.path.Strict = true
	default:
		p.expecting("{'lax', 'strict'}")
	}
	p.path.root = p.sum()
	if p.space(); p.at < len(src) {
		p.expecting("<EOF>")
	}
	return p.path, nil
}

func (p *parser) fail(format string, args ...any) {
	panic(&Error{utf8.RuneCountInString(p.src[:p.at]), fmt.Sprintf(format, args...)})
}

// expecting fails in the words of Trino's parser.
func (p *parser) expecting(what string) {
	p.space()
	found := "<EOF>"
	if p.at < len(p.src) {
		n := p.wordLen()
		if n == 0 {
			_, n = utf8.DecodeRuneInString(p.src[p.at:])
		}
		found = p.src[p.at : p.at+n]
	}
	p.fail("mismatched input '%s' expecting %s", found, what)
}

func (p *parser) deeper() func() {
	p.depth++
	if p.steps++; p.depth > maxDepth || p.steps > maxSteps {
		p.fail("the path is too large")
	}
	return func() { p.depth-- }
}

func (p *parser) space() {
	for p.at < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.at]) >= 0 {
		p.at++
	}
}

func wordByte(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

// wordLen is of how many bytes the word is that begins here; 0 when none does.
func (p *parser) wordLen() int {
	n := 0
	for p.at+n < len(p.src) && wordByte(p.src[p.at+n]) {
		n++
	}
	if n > 0 && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		return 0
	}
	return n
}

// word takes these words if they stand here, one after another.
func (p *parser) word(words ...string) bool {
	at := p.at
	for _, w := range words {
		p.space()
		if n := p.wordLen(); p.src[p.at:p.at+n] != w {
			p.at = at
			return false
		}
		p.at += len(w)
	}
	return true
}

// symbol takes a symbol if it stands here.
func (p *parser) symbol(s string) bool {
	p.space()
	if !strings.HasPrefix(p.src[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) must(s string) {
	if !p.symbol(s) {
		p.expecting("'" + s + "'")
	}
}

func (p *parser) sum() node {
	defer p.deeper()()
	x := p.product()
	for {
		switch {
		case p.symbol("+"):
			x = &infix{"+", x, p.product()}
		case p.symbol("-"):
			x = &infix{"-", x, p.product()}
		default:
			return x
		}
	}
}

func (p *parser) product() node {
	x := p.signed()
	for {
		switch {
		case p.symbol("*"):
			x = &infix{"*", x, p.signed()}
		case p.symbol("/"):
			x = &infix{"/", x, p.signed()}
		case p.symbol("%"):
			x = &infix{"%", x, p.signed()}
		default:
			return x
		}
	}
}

func (p *parser) signed() node {
	defer p.deeper()()
	switch {
	case p.symbol("-"):
		return &prefix{"-", p.signed()}
	case p.symbol("+"):
		return &prefix{"+", p.signed()}
	}
	return p.accessors(p.primary())
}

func (p *parser) primary() node {
	p.space()
	if p.at == len(p.src) {
		p.expecting("<path>")
	}
	switch c := p.src[p.at]; {
	case c == '$':
		p.at++
		if n := p.wordLen(); n > 0 {
			p.at += n
			name := p.src[p.at-n : p.at]
			p.path.Names = append(p.path.Names, name)
			return &parameter{name}
		}
		return context{}
	case c == '@':
		if p.at++; !p.within(true) {
			p.fail("current item variable '@' is used outside of a filter")
		}
		return item{}
	case c == '"':
		return &literal{p.text()}
	case c == '(':
		p.at++
		x := p.sum()
		p.must(")")
		return x
	case c >= '0' && c <= '9' || c == '.':
		return &literal{p.number()}
	}
	for w, v := range map[string]any{"true": true, "false": false, "null": nil} {
		if p.word(w) {
			return &literal{v}
		}
	}
	if p.word("last") {
		if !p.within(false) {
			p.fail("'last' is used outside of an array accessor")
		}
		return last{}
	}
	p.expecting("<path>")
	return nil
}

func (p *parser) within(filter bool) bool {
	for _, in := range p.in {
		if in == filter {
			return true
		}
	}
	return false
}

// text is what stands in double quotes, written as JSON writes it.
func (p *parser) text() string {
	v, rest, err := jsontext.Parse([]byte(p.src[p.at:]))
	s, ok := v.(string)
	if err != nil || !ok {
		p.fail("invalid string literal")
	}
	p.at = len(p.src) - len(rest)
	return s
}

func (p *parser) number() any {
	from := p.at
	digits := func() {
		for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
			p.at++
		}
	}
	digits()
	if p.at+1 < len(p.src) && p.src[p.at] == '.' && p.src[p.at+1] >= '0' && p.src[p.at+1] <= '9' {
		p.at++
		digits()
	}
	if p.at < len(p.src) && p.src[p.at]|0x20 == 'e' {
		n := p.at + 1
		if n < len(p.src) && (p.src[n] == '+' || p.src[n] == '-') {
			n++
		}
		if n < len(p.src) && p.src[n] >= '0' && p.src[n] <= '9' {
			p.at = n
			digits()
		}
	}
	v, ok := number(p.src[from:p.at], true)
	if !ok {
		p.fail("invalid numeric literal: %s", p.src[from:p.at])
	}
	return v
}

// accessors are what may follow: .name .* ..name [0 to last] ?(…) .method().
func (p *parser) accessors(x node) node {
	for {
		if p.steps++; p.steps > maxSteps {
			p.fail("the path is too large")
		}
		switch {
		case p.symbol(".."):
			x = &descendant{x, p.key()}
		case p.symbol(".*"):
			x = &member{x, "", true}
		case p.symbol("."):
			x = p.dotted(x)
		case p.symbol("["):
			x = p.subscripts(x)
		case p.symbol("?"):
			p.must("(")
			p.in = append(p.in, true)
			x = &filter{x, p.predicate()}
			p.in = p.in[:len(p.in)-1]
			p.must(")")
		default:
			return x
		}
	}
}

func (p *parser) key() string {
	p.space()
	if p.at < len(p.src) && p.src[p.at] == '"' {
		return p.text()
	}
	n := p.wordLen()
	if n == 0 {
		p.expecting("<identifier>")
	}
	p.at += n
	return p.src[p.at-n : p.at]
}

var methods = map[string]bool{"type": true, "size": true, "double": true, "ceiling": true, "floor": true, "abs": true, "keyvalue": true}

func (p *parser) dotted(x node) node {
	at := p.at
	name := p.key()
	if p.src[at] == '"' || !p.symbol("(") {
		return &member{x, name, false}
	}
	if !methods[name] {
		p.at = at
		p.fail("the item method %s() is not supported", name)
	}
	p.must(")")
	return &method{x, name}
}

func (p *parser) subscripts(x node) node {
	e := &elements{x: x}
	if p.symbol("*") {
		p.must("]")
		return e
	}
	p.in = append(p.in, false)
	for {
		s := subscript{from: p.sum()}
		if p.word("to") {
			s.to = p.sum()
		}
		e.list = append(e.list, s)
		if !p.symbol(",") {
			break
		}
	}
	p.in = p.in[:len(p.in)-1]
	p.must("]")
	return e
}
