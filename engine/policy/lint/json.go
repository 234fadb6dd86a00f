package lint

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A node is a value with where it stands.
type node struct {
	kind       kind
	text       string // of a string, decoded; of a number, true, false and null as written
	members    []member
	items      []*node
	start, end int // bytes
	path       []Element
}

type kind int8

const (
	object kind = iota
	array
	str
	number
	boolean
	null
)

// member is a name of an object with its value.
type member struct {
	name string
	key  *node
	*node
}

// Element is a step of a path: a name, or a place in a list.
type Element struct {
	Name  string
	Index int // -1 for names
}

// syntaxError is where JSON breaks off.
type syntaxError struct{ at int }

func (e syntaxError) Error() string { return "syntax error at " + strconv.Itoa(e.at) }

const maxDepth = 64

// parse reads a whole text.
func parse(text string) (*node, error) {
	p := &parser{text: text}
	n, err := p.value(nil, 0)
	if err == nil {
		if p.space(); p.at < len(text) {
			err = syntaxError{p.at}
		}
	}
	return n, err
}

type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// next takes c if it comes next.
func (p *parser) next(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value(path []Element, depth int) (*node, error) {
	p.space()
	if p.at == len(p.text) || depth > maxDepth {
		return nil, syntaxError{p.at}
	}
	n := &node{start: p.at, path: path}
	var err error
	switch p.text[p.at] {
	case '{':
		err = p.object(n, depth)
	case '[':
		err = p.array(n, depth)
	case '"':
		n.kind = str
		n.text, err = p.string()
	default:
		err = p.word(n)
	}
	n.end = p.at
	return n, err
}

func (p *parser) object(n *node, depth int) error {
	p.at++
	if p.next('}') {
		return nil
	}
	for {
		p.space()
		key := &node{kind: str, start: p.at}
		if p.at == len(p.text) || p.text[p.at] != '"' {
			return syntaxError{p.at}
		}
		name, err := p.string()
		if err != nil {
			return err
		}
		key.text, key.end = name, p.at
		key.path = step(n.path, Element{name, -1})
		if !p.next(':') {
			return syntaxError{p.at}
		}
		v, err := p.value(key.path, depth+1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name, key, v})
		switch {
		case p.next(','):
		case p.next('}'):
			return nil
		default:
			return syntaxError{p.at}
		}
	}
}

func (p *parser) array(n *node, depth int) error {
	n.kind = array
	p.at++
	if p.next(']') {
		return nil
	}
	for {
		v, err := p.value(step(n.path, Element{"", len(n.items)}), depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, v)
		switch {
		case p.next(','):
		case p.next(']'):
			return nil
		default:
			return syntaxError{p.at}
		}
	}
}

func step(path []Element, e Element) []Element { return append(path[:len(path):len(path)], e) }

func (p *parser) string() (text string, err error) {
	start := p.at
	for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
		}
	}
	if p.at >= len(p.text) {
		p.at = len(p.text)
		return "", syntaxError{start}
	}
	p.at++
	if json.Unmarshal([]byte(p.text[start:p.at]), &text) != nil {
		return "", syntaxError{start}
	}
	return text, nil
}

func (p *parser) word(n *node) error {
	start := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,]}:", p.text[p.at]) < 0 {
		p.at++
	}
	n.text = p.text[start:p.at]
	switch n.text {
	case "true", "false":
		n.kind = boolean
	case "null":
		n.kind = null
	default:
		n.kind = number
		if !json.Valid([]byte(n.text)) {
			return syntaxError{start}
		}
	}
	return nil
}

// get finds a member; nil for none.
func (n *node) get(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.node
		}
	}
	return nil
}

// list gives the items of a list, or the one value that stands in its place.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	if n.kind == array {
		return n.items
	}
	return []*node{n}
}

// Position is a place in the text: lines count from one, columns and offsets from nought, in characters.
type Position struct{ Line, Column, Offset int }

func position(text string, at int) Position {
	before := text[:min(at, len(text))]
	return Position{1 + strings.Count(before, "\n"), utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]), utf8.RuneCountInString(before)}
}

func offsetOf(err error) int {
	var e syntaxError
	errors.As(err, &e)
	return e.at
}
