package serde

import (
	"regexp"
	"regexp/syntax"
	"slices"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// regexRows reads lines by a pattern: each column is a group. A line that does not match as a whole is a row of nulls, and so
// is a value that is not of its type.
// https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
type regexRows struct {
	pattern *regexp.Regexp
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
	r, err := newRegexRows(t, tree, columns, groups, true)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, r)
}

// newRegexRows compiles a pattern of which only the groups asked for are kept: matching costs by group. Group 0 is none.
func newRegexRows(t *Table, tree *syntax.Regexp, columns, groups []int, whole bool) (*regexRows, error) {
	r := &regexRows{}
	kept := slices.Clone(groups)
	slices.Sort(kept)
	kept = slices.Compact(kept)
	all := &syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{tree}}
	keepGroups(all, kept)
	text := all.String()
	if whole {
		text = `\A(?:` + text + `)\z`
	}
	var err error
	if r.pattern, err = regexp.Compile(text); err != nil {
		return nil, badProperty("input.regex", "%v", err)
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

// keepGroups makes of all other groups such that are not remembered.
func keepGroups(re *syntax.Regexp, keep []int) {
	for i, sub := range re.Sub {
		for sub.Op == syntax.OpCapture && !slices.Contains(keep, sub.Cap) {
			sub = sub.Sub[0]
		}
		re.Sub[i] = sub
		keepGroups(sub, keep)
	}
}

func (r *regexRows) parse(line []byte, out []*vector.Vector) (bool, error) {
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
	class := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case class && c == ']':
			class = false
		case class && (c == '[' || c == '&' && i+1 < len(text) && text[i+1] == '&'):
			return nil, badProperty(property, "classes within classes are not supported")
		case !class && c == '[':
			class = true
			if i+1 < len(text) && text[i+1] == '^' {
				i++
			}
			if i+1 < len(text) && text[i+1] == ']' {
				i++
			}
		case !class && i > 0 && c == '+' && (text[i-1] == '*' || text[i-1] == '+' || text[i-1] == '?' || text[i-1] == '}') && (i < 2 || text[i-2] != '\\'):
			return nil, badProperty(property, "possessive quantifiers are not supported")
		}
	}
	tree, err := syntax.Parse("(?s:"+text+")", syntax.Perl)
	if err != nil {
		return nil, badProperty(property, "%v (patterns that look around or refer back are not supported)", err)
	}
	return tree, nil
}
