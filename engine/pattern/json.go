package pattern

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// members matches messages that are JSON objects.
type members struct {
	selectors []selector
	cond      node
}

// selector is a path from the root: $.users[0].id
type selector struct {
	text  string
	steps []step
}

// step goes to a member, an element, or with any to all of them.
type step struct {
	name    string
	index   int
	element bool
	any     bool
}

// state is a condition on what a value is: IS NULL, IS TRUE, IS FALSE, NOT EXISTS.
type state struct {
	name int
	want string
}

func (n state) eval(get lookup) bool {
	if n.want == "NOT EXISTS" {
		return !get(n.name, func(scalar) bool { return true })
	}
	return get(n.name, func(s scalar) bool {
		switch n.want {
		case "IS NULL":
			return s.kind == isNull
		case "IS TRUE":
			return s.kind == isBoolean && s.text == "true"
		}
		return s.kind == isBoolean && s.text == "false"
	})
}

func (n state) certain() []string { return nil }

// literals is empty: any character of a JSON text may be written as an escape.
func (m *members) literals() []string { return nil }

func (m *members) match(message []byte) bool {
	root, ok := object(message)
	return ok && m.cond.eval(func(i int, test func(scalar) bool) bool {
		return find(root, m.selectors[i].steps, func(v []byte) bool { return test(scalarOf(v)) })
	})
}

func (m *members) fields(message []byte) map[string]string {
	out := map[string]string{}
	root, ok := object(message)
	if !ok {
		return out
	}
	for _, s := range m.selectors {
		find(root, s.steps, func(v []byte) bool {
			if x := scalarOf(v); x.kind != isCompound {
				out[s.text] = x.text
			}
			return true
		})
	}
	return out
}

// compileJSON reads { condition }.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
func compileJSON(text string) (matcher, int, error) {
	inner, ok := strings.CutSuffix(text[1:], "}")
	if !ok {
		return nil, 0, syntax("the brace is not closed")
	}
	p := &jsonParser{m: &members{}}
	depth := 0
	n, rest, err := parseOr(inner, &depth, p.condition)
	if err == nil && strings.TrimSpace(rest) != "" {
		err = syntax("%q behind a condition", rest)
	}
	if err == nil && p.regexes > maxRegexes {
		err = syntax("at most %d regular expressions are allowed", maxRegexes)
	}
	if err != nil {
		return nil, 0, err
	}
	p.m.cond = n
	return p.m, p.regexes, nil
}

type jsonParser struct {
	m       *members
	regexes int
}

func (p *jsonParser) condition(s string) (node, string, error) {
	sel, rest, err := cutSelector(s)
	if err != nil {
		return nil, "", err
	}
	i := len(p.m.selectors)
	p.m.selectors = append(p.m.selectors, sel)
	if word, after := cutWord(rest); word != "" {
		second, after := cutWord(after)
		switch both := strings.ToUpper(word + " " + second); both {
		case "IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS":
			return state{i, both}, after, nil
		}
		return nil, "", syntax("%q where an operator should be", rest)
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

func cutWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	end := 0
	for end < len(s) && alphanumeric(s[end]) {
		end++
	}
	return s[:end], s[end:]
}

// cutSelector takes $.name[0]['other name'][*].* off s.
func cutSelector(s string) (sel selector, rest string, err error) {
	bad := func() (selector, string, error) { return sel, "", syntax("%q where a selector should be", s) }
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return bad()
	}
	for rest != "" {
		var st step
		switch {
		case strings.HasPrefix(rest, ".["): // $.['a name']
			rest = rest[1:]
			continue
		case strings.HasPrefix(rest, ".*"):
			st.any, rest = true, rest[2:]
		case rest[0] == '.':
			end := strings.IndexFunc(rest[1:], func(c rune) bool { return c >= 0x80 || c != '_' && c != '-' && !alphanumeric(byte(c)) })
			if end < 0 {
				end = len(rest) - 1
			}
			if end == 0 {
				return bad()
			}
			st.name, rest = rest[1:1+end], rest[1+end:]
		case rest[0] == '[':
			if st, rest, ok = cutElement(rest); !ok {
				return bad()
			}
		default:
			if len(sel.steps) == 0 {
				return bad()
			}
			sel.text = s[:len(s)-len(rest)]
			return sel, rest, nil
		}
		sel.steps = append(sel.steps, st)
	}
	return bad()
}

// cutElement takes [0], [*], ['name'] or ["name"] off s.
func cutElement(s string) (st step, rest string, ok bool) {
	if len(s) > 1 && (s[1] == '\'' || s[1] == '"') {
		st.name, rest, ok = strings.Cut(s[2:], string(s[1])+"]")
		return st, rest, ok
	}
	inner, rest, ok := strings.Cut(s[1:], "]")
	if inner == "*" {
		return step{element: true, any: true}, rest, ok
	}
	n, err := strconv.ParseUint(inner, 10, 31)
	return step{element: true, index: int(n)}, rest, ok && err == nil
}

// object returns the JSON object that message is.
func object(message []byte) ([]byte, bool) {
	i := space(message, 0)
	if i == len(message) || message[i] != '{' || !json.Valid(message) {
		return nil, false
	}
	return message[i:], true
}

// find visits the values at the end of path until test says yes. v begins with a valid JSON value.
func find(v []byte, path []step, test func([]byte) bool) bool {
	if len(path) == 0 {
		return test(v)
	}
	st := path[0]
	opening := byte('{')
	if st.element {
		opening = '['
	}
	if v[0] != opening && !(st.any && v[0] == '[') {
		return false
	}
	var last []byte // of several members with one name the last counts
	found := false
	each(v, func(i int, name, value []byte) bool {
		switch {
		case st.any:
			found = find(value, path[1:], test)
			return !found
		case st.element:
			if i == st.index {
				last = value
				return false
			}
		case sameName(name, st.name):
			last = value
		}
		return true
	})
	return found || last != nil && find(last, path[1:], test)
}

// each visits the members of an object, or the elements of an array, for which name is nil.
func each(v []byte, f func(i int, name, value []byte) bool) {
	object := v[0] == '{'
	at := space(v, 1)
	for i := 0; v[at] != '}' && v[at] != ']'; i++ {
		var name []byte
		if object {
			end := skip(v, at)
			name = v[at:end]
			at = space(v, space(v, end)+1) // behind the colon
		}
		end := skip(v, at)
		if !f(i, name, v[at:end]) {
			return
		}
		if at = space(v, end); v[at] == ',' {
			at = space(v, at+1)
		}
	}
}

func space(v []byte, i int) int {
	for i < len(v) && (v[i] == ' ' || v[i] == '\t' || v[i] == '\n' || v[i] == '\r') {
		i++
	}
	return i
}

// skip returns the end of the value at i.
func skip(v []byte, i int) int {
	depth := 0
	for ; i < len(v); i++ {
		switch v[i] {
		case '"':
			for i++; v[i] != '"'; i++ {
				if v[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number or word
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

func sameName(quoted []byte, name string) bool {
	if string(quoted[1:len(quoted)-1]) == name {
		return true
	}
	return bytes.IndexByte(quoted, '\\') >= 0 && unquote(quoted) == name
}

func unquote(quoted []byte) string {
	if plain(quoted[1 : len(quoted)-1]) {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return ""
	}
	return s
}

// plain reports whether a JSON string stands for itself.
func plain(text []byte) bool {
	for _, c := range text {
		if c == '\\' || c >= 0x80 {
			return false
		}
	}
	return true
}

func scalarOf(v []byte) scalar {
	v = v[:skip(v, 0)]
	switch v[0] {
	case '{', '[':
		return scalar{isCompound, ""}
	case '"':
		return scalar{isText, unquote(v)}
	case 'n':
		return scalar{isNull, "null"}
	case 't', 'f':
		return scalar{isBoolean, string(v)}
	}
	return scalar{isNumber, string(v)}
}
