package pattern

import "strings"

// kind is what a value of a message is. Fields delimited by spaces are numbers: they count as such if they look so.
type kind uint8

const (
	isText kind = iota
	isNumber
	isBoolean
	isNull
	isCompound // object or array
)

// scalar is a value of a message.
type scalar struct {
	kind kind
	text string
}

// lookup reports whether test holds for a value that the pattern's i-th name stands for. A name may stand for none or several.
type lookup func(i int, test func(scalar) bool) bool

// node is a condition.
type node interface {
	eval(get lookup) bool
	// certain are texts that must be in the message for the condition to hold.
	certain() []string
}

type (
	and     struct{ a, b node }
	or      struct{ a, b node }
	compare struct {
		name  int
		op    operator
		value value
	}
)

func (n and) eval(get lookup) bool { return n.a.eval(get) && n.b.eval(get) }
func (n or) eval(get lookup) bool  { return n.a.eval(get) || n.b.eval(get) }
func (n compare) eval(get lookup) bool {
	return get(n.name, func(s scalar) bool {
		return s.kind != isNull && s.kind != isCompound && n.value.holds(n.op, s.text, s.kind == isNumber)
	})
}

func (n and) certain() []string { return append(n.a.certain(), n.b.certain()...) }
func (n or) certain() []string  { return nil }
func (n compare) certain() []string {
	if n.op != "=" || n.value.re != nil || n.value.numeric || n.value.text == "" {
		return nil
	}
	return []string{n.value.text}
}

// parseComparison reads operator and value behind the name with the number i.
func parseComparison(i int, s string) (c compare, rest string, err error) {
	c.name = i
	var ok bool
	if c.op, rest, ok = cutOperator(strings.TrimSpace(s)); !ok {
		return c, "", syntax("%q where an operator should be", rest)
	}
	if c.value, rest, err = cutValue(strings.TrimSpace(rest)); err != nil {
		return c, "", err
	}
	if c.op.ordered() && !c.value.numeric {
		return c, "", syntax("%s compares numbers only", c.op)
	}
	return c, rest, nil
}

// parseOr reads a || b, where a and b are chains of &&, and parentheses. leaf reads one comparison.
func parseOr(s string, depth *int, leaf func(string) (node, string, error)) (node, string, error) {
	return parseChain(s, "||", func(s string) (node, string, error) {
		return parseChain(s, "&&", func(s string) (node, string, error) {
			return parsePrimary(s, depth, leaf)
		}, func(a, b node) node { return and{a, b} })
	}, func(a, b node) node { return or{a, b} })
}

func parseChain(s, sign string, next func(string) (node, string, error), join func(a, b node) node) (node, string, error) {
	n, rest, err := next(s)
	for err == nil {
		more, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), sign)
		if !ok {
			return n, rest, nil
		}
		var b node
		if b, rest, err = next(more); err == nil {
			n = join(n, b)
		}
	}
	return nil, "", err
}

func parsePrimary(s string, depth *int, leaf func(string) (node, string, error)) (node, string, error) {
	s = strings.TrimLeft(s, " \t\r\n")
	inner, ok := strings.CutPrefix(s, "(")
	if !ok {
		return leaf(s)
	}
	if *depth++; *depth > maxDepth {
		return nil, "", syntax("more than %d parentheses within each other", maxDepth)
	}
	n, rest, err := parseOr(inner, depth, leaf)
	if err != nil {
		return nil, "", err
	}
	*depth--
	if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), ")"); !ok {
		return nil, "", syntax("a parenthesis is not closed")
	}
	return n, rest, nil
}
