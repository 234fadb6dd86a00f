package glue

import (
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
)

// An expression picks partitions: "SQL syntax similar to the SQL WHERE filter clause", with = <> < > <= >=, AND, OR, NOT, IN,
// BETWEEN, LIKE and IS NULL over partition keys, whose types say how values compare. It is true, false or, for a value that
// is null or is none of its type, unknown; only what is true is picked.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
type expression struct{ root node }

func (e expression) holds(values []string) bool { return e.root == nil || e.root(values) == yes }

// truth is that of SQL.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func (t truth) not() truth { return yes - t }

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// node is a condition on the values of a partition.
type node func(values []string) truth

// deepest bounds how far parentheses and NOT may nest.
const deepest = 100

type parser struct {
	tokens []token
	keys   []api.Column
	depth  int
}

// parseExpression reads an expression over the partition keys of a table; an empty one picks all.
func parseExpression(text string, keys []api.Column) (expression, error) {
	tokens, err := tokenize(text)
	if err != nil || len(tokens) == 0 {
		return expression{}, err
	}
	p := &parser{tokens: tokens, keys: keys}
	root, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = p.unexpected()
	}
	return expression{root}, err
}

func (p *parser) unexpected() error {
	if len(p.tokens) == 0 {
		return invalid("Unsupported expression: it ends too early.")
	}
	return invalid("Unsupported expression: unexpected %s.", p.tokens[0].text)
}

// take takes the next token if it is one of these words or signs.
func (p *parser) take(words ...string) (string, bool) {
	if len(p.tokens) == 0 || p.tokens[0].kind == quoted {
		return "", false
	}
	for _, w := range words {
		if strings.EqualFold(p.tokens[0].text, w) {
			p.tokens = p.tokens[1:]
			return w, true
		}
	}
	return "", false
}

func (p *parser) must(word string) error {
	if _, ok := p.take(word); !ok {
		return p.unexpected()
	}
	return nil
}

func (p *parser) or() (node, error) {
	left, err := p.and()
	for err == nil {
		if _, ok := p.take("or"); !ok {
			break
		}
		a, b := left, node(nil)
		b, err = p.and()
		left = func(v []string) truth { return max(a(v), b(v)) }
	}
	return left, err
}

func (p *parser) and() (node, error) {
	left, err := p.not()
	for err == nil {
		if _, ok := p.take("and"); !ok {
			break
		}
		a, b := left, node(nil)
		b, err = p.not()
		left = func(v []string) truth { return min(a(v), b(v)) }
	}
	return left, err
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > deepest {
		return nil, invalid("Unsupported expression: it nests too deeply.")
	}
	defer func() { p.depth-- }()
	if _, ok := p.take("not"); ok {
		n, err := p.not()
		return func(v []string) truth { return n(v).not() }, err
	}
	if _, ok := p.take("("); ok {
		n, err := p.or()
		if err == nil {
			err = p.must(")")
		}
		return n, err
	}
	return p.condition()
}

// condition is a key and what is said of it, or a value compared with a key.
func (p *parser) condition() (node, error) {
	if len(p.tokens) > 0 && !p.tokens[0].isName() {
		return p.mirrored()
	}
	key, err := p.key()
	if err != nil {
		return nil, err
	}
	if _, ok := p.take("is"); ok {
		_, negated := p.take("not")
		return key.isNull(negated), p.must("null")
	}
	if op, ok := p.take("=", "<>", "!=", "<=", ">=", "<", ">"); ok {
		v, err := p.literal(key)
		return key.compare(op, v), err
	}
	_, negated := p.take("not")
	n, err := p.listed(key)
	if err == nil && negated {
		return func(v []string) truth { return n(v).not() }, nil
	}
	return n, err
}

// mirrored is a condition whose value stands first: 2024 <= year.
func (p *parser) mirrored() (node, error) {
	literal := p.tokens
	if _, signed := p.take("-", "+"); signed && len(p.tokens) == 0 {
		return nil, p.unexpected()
	}
	p.tokens = p.tokens[1:]
	n := len(literal) - len(p.tokens)
	op, ok := p.take("=", "<>", "!=", "<=", ">=", "<", ">")
	if !ok {
		return nil, p.unexpected()
	}
	key, err := p.key()
	if err != nil {
		return nil, err
	}
	rest := p.tokens
	p.tokens = literal[:n:n]
	v, err := p.literal(key)
	p.tokens = rest
	return key.compare(map[string]string{"=": "=", "<>": "<>", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}[op], v), err
}

// listed is IN, BETWEEN or LIKE.
func (p *parser) listed(key keyed) (node, error) {
	switch word, _ := p.take("in", "between", "like"); word {
	case "in":
		if err := p.must("("); err != nil {
			return nil, err
		}
		var any []node
		for {
			v, err := p.literal(key)
			if err != nil {
				return nil, err
			}
			any = append(any, key.compare("=", v))
			if _, ok := p.take(","); !ok {
				break
			}
		}
		return func(v []string) truth {
			t := no
			for _, n := range any {
				t = max(t, n(v))
			}
			return t
		}, p.must(")")
	case "between":
		lo, err := p.literal(key)
		if err != nil {
			return nil, err
		}
		if err := p.must("and"); err != nil {
			return nil, err
		}
		hi, err := p.literal(key)
		from, to := key.compare(">=", lo), key.compare("<=", hi)
		return func(v []string) truth { return min(from(v), to(v)) }, err
	case "like":
		if len(p.tokens) == 0 || p.tokens[0].kind != quoted {
			return nil, p.unexpected()
		}
		pattern := []rune(p.tokens[0].text)
		p.tokens = p.tokens[1:]
		return key.like(pattern), nil
	}
	return nil, p.unexpected()
}

// key takes the name of a partition key.
func (p *parser) key() (keyed, error) {
	if len(p.tokens) == 0 || !p.tokens[0].isName() {
		return keyed{}, p.unexpected()
	}
	name := p.tokens[0].text
	p.tokens = p.tokens[1:]
	for i, c := range p.keys {
		if strings.EqualFold(*c.Name, name) {
			return keyOf(i, rt.Val(c.Type))
		}
	}
	return keyed{}, invalid("Unsupported expression: %s is not a partition key.", name)
}

// literal takes a value to compare a key with: a number, a text, or a text behind DATE or TIMESTAMP.
func (p *parser) literal(key keyed) (value, error) {
	if word, ok := p.take("date", "timestamp"); ok && (len(p.tokens) == 0 || p.tokens[0].kind != quoted) {
		return value{}, invalid("Unsupported expression: %s needs a text behind it.", word)
	}
	sign, _ := p.take("-", "+")
	if len(p.tokens) == 0 || p.tokens[0].kind != quoted && p.tokens[0].kind != number || sign != "" && p.tokens[0].kind == quoted {
		return value{}, p.unexpected()
	}
	text := strings.TrimPrefix(sign, "+") + p.tokens[0].text
	p.tokens = p.tokens[1:]
	v, ok := key.parse(text)
	if !ok {
		return v, invalid("Unsupported expression: %s is not a %s.", text, key.typ)
	}
	return v, nil
}
