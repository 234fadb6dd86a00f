package syntax

import (
	"slices"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// maxDepth bounds how deep expressions, queries and relations may lie in each other.
const maxDepth = 300

// parser stands at a token. Its functions panic with a *fault.Error, which Parse hands out.
type parser struct {
	src    string
	tokens []token
	i      int
	depth  int
	params int
	hive   bool // in DDL, where backticks quote
}

// Parse reads one statement. A semicolon at its end is allowed.
func Parse(src string) (s Statement, err error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	p := &parser{src: src, tokens: tokens}
	s = p.statement()
	p.symbol(";")
	p.end()
	return s, nil
}

// ParseExpr reads an expression that stands alone.
func ParseExpr(src string) (x Expr, err error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	p := &parser{src: src, tokens: tokens}
	x = p.expr()
	p.end()
	return x, nil
}

// ParseType reads a type as Trino names it.
func ParseType(src string) (t *types.Type, err error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	p := &parser{src: src, tokens: tokens}
	t = p.typeName()
	p.end()
	return t, nil
}

func recovered(err *error) {
	if r := recover(); r != nil {
		e, ok := r.(*fault.Error)
		if !ok {
			panic(r)
		}
		*err = e
	}
}

func (p *parser) end() {
	if p.tok().kind != end {
		p.expecting("<EOF>")
	}
}

func (p *parser) tok() token { return p.tokens[p.i] }

func (p *parser) ahead(n int) token { return p.tokens[min(p.i+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tok()
	if t.kind != end {
		p.i++
	}
	return t
}

func (p *parser) fail(at Pos, name, format string, args ...any) {
	panic(fault.At(at, name, format, args...))
}

// expecting fails in Trino's words: what stands here, and what could.
func (p *parser) expecting(what ...string) {
	t := p.tok()
	found := "<EOF>"
	if t.kind != end {
		found = p.src[t.from:t.to]
	}
	for i, w := range what {
		if !strings.HasPrefix(w, "<") {
			what[i] = "'" + w + "'"
		}
	}
	slices.Sort(what)
	p.fail(t.at, fault.Syntax, "mismatched input '%s'. Expecting: %s", found, strings.Join(what, ", "))
}

// deeper counts a level; call what it returns to leave it.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.tok().at, fault.TooDeep, "statement is too large (nested more than %d levels deep)", maxDepth)
	}
	return func() { p.depth-- }
}

// sees tells whether these words stand here, one after another.
func (p *parser) sees(words ...string) bool {
	for n, w := range words {
		if t := p.ahead(n); t.kind != word || t.text != w {
			return false
		}
	}
	return true
}

// any tells whether one of these words stands here.
func (p *parser) any(words ...string) bool {
	return p.tok().kind == word && slices.Contains(words, p.tok().text)
}

// word takes these words if they stand here.
func (p *parser) word(words ...string) bool {
	if !p.sees(words...) {
		return false
	}
	p.i += len(words)
	return true
}

// must takes these words, which have to stand here.
func (p *parser) must(words ...string) {
	for _, w := range words {
		if !p.word(w) {
			p.expecting(w)
		}
	}
}

func (p *parser) seesSymbol(s string) bool { return p.tok().kind == symbol && p.tok().text == s }

func (p *parser) symbol(s string) bool {
	ok := p.seesSymbol(s)
	if ok {
		p.i++
	}
	return ok
}

func (p *parser) mustSymbol(s string) {
	if !p.symbol(s) {
		p.expecting(s)
	}
}

// text takes a text in quotes.
func (p *parser) text() string {
	if p.tok().kind != text && !(p.hive && p.tok().kind == quoted) {
		p.expecting("<string>")
	}
	return p.take().text
}

// reserved are the words that are no names; https://trino.io/docs/current/language/reserved.html
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH
		CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
		EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT
		JSON_QUERY JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP
		SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH`) {
		m[w] = true
	}
	return m
}()

// seesName tells whether a name stands here.
func (p *parser) seesName() bool {
	t := p.tok()
	switch t.kind {
	case quoted:
		return true
	case ticked:
		if !p.hive {
			p.fail(t.at, fault.Syntax, "backquoted identifiers are not supported; use double quotes to quote identifiers")
		}
		return true
	case word:
		return !reserved[t.text] || p.hive
	}
	return false
}

// name takes a name, as written.
func (p *parser) name() string {
	if !p.seesName() {
		p.expecting("<identifier>")
	}
	t := p.take()
	if t.kind == word {
		return p.src[t.from:t.to]
	}
	if t.text == "" {
		p.fail(t.at, fault.Syntax, "Zero-length delimited identifier not allowed")
	}
	return t.text
}

// lower takes a name that is kept in lower case.
func (p *parser) lower() string { return strings.ToLower(p.name()) }

// qualified takes a name of parts. A whole name within one pair of backticks is Hive's way too: `db.table`.
func (p *parser) qualified() Name {
	n := Name{Pos: p.tok().at}
	for {
		if t := p.tok(); t.kind == ticked && p.hive && len(n.Parts) == 0 && strings.Count(t.text, ".") == 1 {
			n.Parts = strings.Split(strings.ToLower(p.name()), ".")
		} else {
			n.Parts = append(n.Parts, p.lower())
		}
		if len(n.Parts) > 3 || !p.symbol(".") {
			return n
		}
	}
}

// list takes items between commas.
func list[T any](p *parser, item func() T) []T {
	out := []T{item()}
	for p.symbol(",") {
		out = append(out, item())
	}
	return out
}

// inParens takes items between commas in parentheses.
func inParens[T any](p *parser, item func() T) []T {
	p.mustSymbol("(")
	out := list(p, item)
	p.mustSymbol(")")
	return out
}
