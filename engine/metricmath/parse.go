package metricmath

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	// ErrSyntax is an expression that is none, or that asks what cannot be. Its text is meant for the customer.
	ErrSyntax = errors.New("Error in expression")
	// ErrAbsent is a function of AWS's that is not here.
	ErrAbsent = errors.New("not implemented")
)

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
}

// maxDepth bounds parentheses and calls within each other.
const maxDepth = 50

// Expression is a parsed expression.
type Expression struct{ root node }

// node is a part of it. One of these is set: call and args, operator and args, or a leaf.
type node struct {
	kind byte // n number, t text, i id, c call, o operator, l list
	text string
	num  float64
	args []node
}

// Parse reads an expression.
func Parse(expr string) (*Expression, error) {
	if word := strings.ToUpper(firstWord(expr)); word == "SELECT" {
		return nil, fmt.Errorf("%w: Metrics Insights queries (SELECT)", ErrAbsent)
	}
	p := &parser{rest: expr}
	root, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, refuse("%q is not expected", p.rest)
	}
	return &Expression{root}, nil
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

// IDs are the metrics and expressions that e names, in order of appearance.
func (e *Expression) IDs() []string {
	var ids []string
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == 'i' && !slices.Contains(ids, n.text) {
			ids = append(ids, n.text)
		}
		for i := range n.args {
			walk(&n.args[i])
		}
	}
	walk(&e.root)
	return ids
}

// levels are the operators by how weakly they bind; longer ones first.
var levels = [][]string{{"||", "OR"}, {"&&", "AND"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}

type parser struct {
	rest  string
	depth int
}

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *parser) take(s string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, s)
	if ok && isWord(s[0]) && rest != "" && isWord(rest[0]) { // ORDER is not OR
		return false
	}
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) operator(level int) (string, bool) {
	for _, op := range levels[level] {
		if p.take(op) {
			return op, true
		}
	}
	return "", false
}

func (p *parser) binary(level int) (node, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	for err == nil {
		op, ok := p.operator(level)
		if !ok {
			break
		}
		var right node
		right, err = p.binary(level + 1)
		left = node{kind: 'o', text: op, args: []node{left, right}}
	}
	return left, err
}

func (p *parser) unary() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, refuse("it is nested too deeply")
	}
	defer func() { p.depth-- }()
	if p.take("-") {
		n, err := p.unary()
		return node{kind: 'o', text: "-", args: []node{{kind: 'n'}, n}}, err
	}
	base, err := p.primary()
	if err != nil || !p.take("^") {
		return base, err
	}
	power, err := p.unary() // from the right
	return node{kind: 'o', text: "^", args: []node{base, power}}, err
}

func (p *parser) primary() (node, error) {
	p.space()
	if p.rest == "" {
		return node{}, refuse("it ends too early")
	}
	switch c := p.rest[0]; {
	case c == '(':
		p.rest = p.rest[1:]
		n, err := p.binary(0)
		if err == nil && !p.take(")") {
			err = refuse("a parenthesis is not closed")
		}
		return n, err
	case c == '[':
		p.rest = p.rest[1:]
		args, err := p.list("]")
		return node{kind: 'l', args: args}, err
	case c == '"' || c == '\'':
		quoted, rest, ok := strings.Cut(p.rest[1:], string(c))
		if !ok {
			return node{}, refuse("a quotation is not closed")
		}
		p.rest = rest
		return node{kind: 't', text: quoted}, nil
	case c == '.' || '0' <= c && c <= '9':
		return p.number()
	case isWord(c):
		return p.word()
	}
	return node{}, refuse("%q is not expected", p.rest)
}

func (p *parser) number() (node, error) {
	end := 0
	for end < len(p.rest) && strings.IndexByte("0123456789.eE+-", p.rest[end]) >= 0 {
		if c := p.rest[end]; (c == '+' || c == '-') && (end == 0 || p.rest[end-1]|0x20 != 'e') {
			break
		}
		end++
	}
	x, err := strconv.ParseFloat(p.rest[:end], 64)
	if err != nil {
		return node{}, refuse("%s is not a number", p.rest[:end])
	}
	p.rest = p.rest[end:]
	return node{kind: 'n', num: x}, nil
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// word is a call, the id of a metric (which begins with a small letter), or the name of a mode: REPEAT, DESC.
func (p *parser) word() (node, error) {
	end := 0
	for end < len(p.rest) && isWord(p.rest[end]) {
		end++
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	if p.take("(") {
		name := strings.ToUpper(word)
		if slices.Contains(absent, name) {
			return node{}, fmt.Errorf("%w: the function %s", ErrAbsent, name)
		}
		if _, ok := functions[name]; !ok {
			return node{}, refuse("there is no function %s", word)
		}
		args, err := p.list(")")
		return node{kind: 'c', text: name, args: args}, err
	}
	if 'a' <= word[0] && word[0] <= 'z' {
		return node{kind: 'i', text: word}, nil
	}
	return node{kind: 't', text: word}, nil
}

// list reads expressions up to the closing mark.
func (p *parser) list(end string) ([]node, error) {
	var out []node
	if p.take(end) {
		return out, nil
	}
	for {
		n, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.take(end) {
			return out, nil
		}
		if !p.take(",") {
			return nil, refuse("%q is missing", end)
		}
	}
}
