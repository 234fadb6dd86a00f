package serde

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// regexRows reads lines by a pattern: each column is a group. A line that does not match as a whole is a row of nulls, and so
// is a value that is not of its type.
// https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
type regexRows struct {
	pattern *regexp.Regexp
	steps   int   // instructions of its program
	groups  []int // by column asked for: its group among those that are kept
	convert []converter
}

func openRegex(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	text := t.property("input.regex", "")
	if text == "" {
		return nil, badProperty("input.regex", "This table does not have serde property \"input.regex\"!")
	}
	if t.flag("input.regex.case.insensitive", false) {
		text = "(?i)" + text
	}
	tree, err := parseJava("input.regex", text)
	if err != nil {
		return nil, err
	}
	if n := tree.MaxCap(); n < len(t.Columns) { // groups beyond the columns are no one's: AWS's own table of a load balancer's access logs has one
		return nil, badProperty("input.regex", "Number of matching groups doesn't match the number of columns: %d groups, %d columns", n, len(t.Columns))
	}
	groups := make([]int, len(columns))
	for i, c := range columns {
		groups[i] = c + 1
	}
	r, err := newRegexRows(t, text, columns, groups, true)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, r)
}

// newRegexRows compiles a pattern, which parseJava has read, of which only the groups asked for are kept: matching costs by group. Group 0 is none.
func newRegexRows(t *Table, text string, columns, groups []int, whole bool) (*regexRows, error) {
	r := &regexRows{}
	kept := slices.Clone(groups)
	slices.Sort(kept)
	kept = slices.Compact(kept)
	text = inJava(keepGroups(text, kept))
	if whole {
		text = `\A(?:` + text + `)\z`
	}
	var err error
	if r.pattern, err = regexp.Compile(text); err != nil {
		return nil, badProperty("input.regex", "%v", err)
	}
	if tree, err := syntax.Parse(text, syntax.Perl); err == nil {
		if prog, err := syntax.Compile(tree.Simplify()); err == nil {
			r.steps = len(prog.Inst)
		}
	}
	if kept = slices.DeleteFunc(kept, func(g int) bool { return g == 0 }); len(kept) != r.pattern.NumSubexp() {
		return nil, badProperty("input.regex", "a group cannot be kept")
	}
	d := dialect{}
	for i, c := range columns {
		at := 0
		if groups[i] > 0 {
			at = slices.Index(kept, groups[i]) + 1
		}
		r.groups = append(r.groups, at)
		typ := t.Columns[c].Type
		if typ.Kind >= columnar.Array {
			return nil, badProperty("input.regex", "column %s is of type %s, which no group gives", t.Columns[c].Name, typ)
		}
		r.convert = append(r.convert, d.converter(typ))
	}
	return r, nil
}

// keepGroups makes of all other groups such that are not remembered. It works on the text: a tree of syntax.Regexp becomes text again only slowly,
// for [^ ] is a million runes to it, and a pattern is compiled for each object.
func keepGroups(text string, keep []int) string {
	var out strings.Builder
	group := 0
	for p := (javaScan{text: text}); p.i < len(text); {
		begin := p.i
		if !p.opens() {
			p.step()
			out.WriteString(text[begin:p.i])
			continue
		}
		p.step()
		rest := text[p.i:]
		name := ""
		if strings.HasPrefix(rest, "?P<") || strings.HasPrefix(rest, "?<") {
			name = rest[:strings.IndexByte(rest, '>')+1]
		} else if strings.HasPrefix(rest, "?") { // it remembers nothing
			out.WriteByte('(')
			continue
		}
		if group++; slices.Contains(keep, group) {
			out.WriteString("(" + name)
		} else {
			out.WriteString("(?:")
		}
		p.i += len(name)
	}
	return out.String()
}

// mostSteps bounds one match, which takes as many steps for each byte as its program has instructions, and cannot be interrupted.
const mostSteps = 1 << 32

func (r *regexRows) parse(line []byte, out []*vector.Vector) (bool, error) {
	if len(line) > mostSteps/max(1, r.steps) {
		return false, &BadDataError{Why: fmt.Sprintf("a line of %d bytes is too long for a pattern of %d steps", len(line), r.steps)}
	}
	m := r.pattern.FindSubmatchIndex(line)
	for i, v := range out {
		at := 2 * r.groups[i]
		if m == nil || at == 0 || m[at] < 0 || !r.convert[i](v, line[m[at]:m[at+1]]) {
			v.AppendNull()
		}
	}
	return false, nil
}

// parseJava reads a pattern of Java's that means the same here. What needs a backtracking matcher (looking around, references
// back, possessive and atomic groups), and classes within classes, are refused.
func parseJava(property, text string) (*syntax.Regexp, error) {
	if len(text) > 64<<10 {
		return nil, badProperty(property, "a pattern of %d bytes", len(text))
	}
	for p := (javaScan{text: text}); p.i < len(text); p.step() {
		switch i, c := p.i, text[p.i]; {
		case p.class && (c == '[' || c == '&' && i+1 < len(text) && text[i+1] == '&'):
			return nil, badProperty(property, "classes within classes are not supported")
		case !p.class && i > 0 && c == '+' && strings.IndexByte("*+?}", text[i-1]) >= 0 && (i < 2 || text[i-2] != '\\'):
			return nil, badProperty(property, "possessive quantifiers are not supported")
		}
	}
	tree, err := syntax.Parse(inJava(text), syntax.Perl)
	if err != nil {
		return nil, badProperty(property, "%v (patterns that look around or refer back are not supported)", err)
	}
	return tree, nil
}

// inJava is a pattern as Hive compiles it: a point is any character.
func inJava(text string) string { return "(?s:" + text + ")" }

// javaScan steps through a pattern and knows whether it is within a class.
type javaScan struct {
	text  string
	i     int
	class bool
}

// opens tells whether a group begins here.
func (p *javaScan) opens() bool { return !p.class && p.text[p.i] == '(' }

// step passes over a character, an escape, a quotation, or the beginning of a class with a bracket that does not end it.
func (p *javaScan) step() {
	rest := p.text[p.i:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, `\Q`):
		_, after, _ := strings.Cut(rest, `\E`)
		p.i = len(p.text) - len(after)
	case c == '\\':
		p.i = min(p.i+2, len(p.text))
	case p.class && c == ']':
		p.class = false
		p.i++
	case !p.class && c == '[':
		p.class = true
		p.i++
		for _, first := range []string{"^", "]"} {
			if strings.HasPrefix(p.text[p.i:], first) {
				p.i++
			}
		}
	default:
		p.i++
	}
}
