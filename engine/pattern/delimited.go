package pattern

import (
	"bytes"
	"strconv"
	"strings"
)

// delimited matches messages of fields delimited by spaces.
type delimited struct {
	names    []string // of the fields; "" for unnamed
	ellipsis int      // index of the field in front of which any number may be; -1: none
	cond     node     // over the fields; nil: none
}

func (d *delimited) literals() []string {
	if d.cond == nil {
		return nil
	}
	return d.cond.certain()
}

// split cuts a message into fields. What is between square brackets or quotation marks is one field.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
func split(message []byte, visit func(field []byte) bool) {
	closes := true // no bracket has yet been found to be the last
	for {
		i := 0
		for i < len(message) && blank(message[i]) {
			i++
		}
		if i == len(message) {
			return
		}
		message = message[i:]
		field, rest := cutField(message, &closes)
		if !visit(field) {
			return
		}
		message = rest
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// cutField cuts the first field. Behind a bracket that is not closed there is none that is, so it is looked for once: closes says whether to.
func cutField(m []byte, closes *bool) (field, rest []byte) {
	var closing byte
	switch {
	case m[0] == '[' && *closes:
		closing = ']'
	case m[0] == '"':
		closing = '"'
	}
	if closing != 0 {
		if end := bytes.IndexByte(m[1:], closing); end >= 0 {
			return m[1 : 1+end], m[2+end:]
		}
		*closes = closing != ']' && *closes
	}
	end := 0
	for end < len(m) && !blank(m[end]) {
		end++
	}
	return m[:end], m[end:]
}

// place gives for each field of the pattern its index among the message's n; false when the numbers do not fit.
func (d *delimited) place(n int) (at func(i int) int, ok bool) {
	gap := n - len(d.names)
	if gap < 0 || gap > 0 && d.ellipsis < 0 {
		return nil, false
	}
	return func(i int) int {
		if d.ellipsis >= 0 && i >= d.ellipsis {
			return i + gap
		}
		return i
	}, true
}

func (d *delimited) match(message []byte) bool {
	var small [32][]byte
	list := small[:0]
	split(message, func(f []byte) bool {
		list = append(list, f)
		return d.ellipsis >= 0 || len(list) <= len(d.names)
	})
	at, ok := d.place(len(list))
	return ok && (d.cond == nil || d.cond.eval(func(i int, test func(scalar) bool) bool {
		return test(scalar{isNumber, string(list[at(i)])})
	}))
}

// fields names the message's fields as the pattern does, and by their number where it does not.
func (d *delimited) fields(message []byte) map[string]string {
	var list []string
	split(message, func(f []byte) bool {
		list = append(list, string(f))
		return true
	})
	at, ok := d.place(len(list))
	if !ok {
		return nil
	}
	names := make([]string, len(list))
	for i, name := range d.names {
		names[at(i)] = name
	}
	out := map[string]string{}
	for i, v := range list {
		if names[i] == "" {
			names[i] = strconv.Itoa(i + 1)
		}
		out["$"+names[i]] = v
	}
	return out
}

// compileDelimited reads [field, field = value && …, …]. A name in a condition that no field has is the field behind.
func compileDelimited(text string) (matcher, int, error) {
	inner, ok := strings.CutSuffix(text[1:], "]")
	if !ok {
		return nil, 0, syntax("the bracket is not closed")
	}
	p := &delimitedParser{d: &delimited{ellipsis: -1}, index: map[string]int{}}
	parts, err := cutList(inner)
	if err != nil {
		return nil, 0, err
	}
	for _, part := range parts {
		if err := p.declare(strings.TrimSpace(part)); err != nil {
			return nil, 0, err
		}
	}
	for _, c := range p.conditions {
		n, err := p.condition(c)
		if err != nil {
			return nil, 0, err
		}
		if p.d.cond == nil {
			p.d.cond = n
		} else {
			p.d.cond = and{p.d.cond, n}
		}
	}
	if p.regexes > maxRegexes {
		return nil, 0, syntax("at most %d regular expressions are allowed", maxRegexes)
	}
	return p.d, p.regexes, nil
}

// cutList cuts at the commas outside of quotation marks and regular expressions.
func cutList(s string) ([]string, error) {
	var list []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',':
			list, from = append(list, s[from:i]), i+1
		case '"':
			_, rest, err := cutQuoted(s[i:])
			if err != nil {
				return nil, err
			}
			i = len(s) - len(rest) - 1
		case '%':
			end := strings.IndexByte(s[i+1:], '%')
			if end < 0 {
				return nil, syntax("a regular expression is not closed by %%")
			}
			i += end + 1
		}
	}
	return append(list, s[from:]), nil
}

type delimitedParser struct {
	d          *delimited
	index      map[string]int // fields by name
	conditions []string
	regexes    int
	depth      int
}

// declare reads one item of the list: an ellipsis, a name, or a condition, whose first name is the field's.
func (p *delimitedParser) declare(part string) error {
	if part == "..." || part == "…" {
		if p.d.ellipsis >= 0 {
			return syntax("more than one ellipsis")
		}
		p.d.ellipsis = len(p.d.names)
		return nil
	}
	if part == "" { // a field without name
		p.d.names = append(p.d.names, "")
		return nil
	}
	first := ""
	for s := part; s != ""; {
		name, rest := cutName(strings.TrimLeft(s, " \t\r\n("))
		if name == "" {
			return syntax("%q where the name of a field should be", s)
		}
		if _, known := p.index[name]; !known {
			p.index[name] = len(p.d.names)
			p.d.names = append(p.d.names, name)
		} else if first == "" {
			return syntax("the field %s is named twice", name)
		}
		first = name
		rest = strings.TrimSpace(rest)
		if rest == "" && s == part { // nothing but a name
			return nil
		}
		_, rest, ok := cutOperator(rest)
		if !ok {
			return syntax("%q where an operator should be", rest)
		}
		_, rest, err := cutValue(strings.TrimSpace(rest))
		if err != nil {
			return err
		}
		rest = strings.TrimLeft(rest, " \t\r\n)")
		if rest != "" && !strings.HasPrefix(rest, "&&") && !strings.HasPrefix(rest, "||") {
			return syntax("%q where && or || should be", rest)
		}
		if rest != "" && strings.TrimSpace(rest[2:]) == "" {
			return syntax("a condition is missing behind %s", rest[:2])
		}
		s = rest[min(2, len(rest)):]
	}
	p.conditions = append(p.conditions, part)
	return nil
}

func cutName(s string) (name, rest string) {
	end := strings.IndexFunc(s, func(c rune) bool {
		return c >= 0x80 || c != '_' && c != '-' && c != '$' && !alphanumeric(byte(c))
	})
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

// condition reads an expression of comparisons.
func (p *delimitedParser) condition(text string) (node, error) {
	n, rest, err := parseOr(text, &p.depth, p.comparison)
	if err == nil && strings.TrimSpace(rest) != "" {
		err = syntax("%q behind a condition", rest)
	}
	return n, err
}

func (p *delimitedParser) comparison(s string) (node, string, error) {
	name, rest := cutName(s)
	i, ok := p.index[name]
	if !ok {
		return nil, "", syntax("%q where the name of a field should be", s)
	}
	c, rest, err := parseComparison(i, rest)
	if err != nil {
		return nil, "", err
	}
	if c.value.re != nil {
		p.regexes++
	}
	return c, rest, nil
}
