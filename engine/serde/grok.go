package serde

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// openGrok reads lines by a Grok pattern: what a pattern finds under a name goes to the column of that name. A line that does
// not match is a row of nulls.
// https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html
func openGrok(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	g, text, err := parseGrok(t.property("input.format", ""), t.property("input.grokCustomPatterns", ""))
	if err != nil {
		return nil, err
	}
	tree, err := parseJava("input.format", text)
	if err != nil {
		return nil, err
	}
	groups := make([]int, len(columns))
	for i, c := range columns {
		groups[i] = g.group(tree, t.Columns[c].Name)
	}
	r, err := newRegexRows(t, text, columns, groups, false)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, r)
}

// parseGrok reads a format and the patterns of its own.
func parseGrok(text, custom string) (*grok, string, error) {
	g := &grok{custom: map[string]string{}}
	for _, line := range strings.Split(custom, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, pattern, ok := strings.Cut(line, " ")
		if !ok {
			return nil, "", badProperty("input.grokCustomPatterns", "%q is no name and pattern", line)
		}
		g.custom[name] = strings.TrimSpace(pattern)
	}
	if text == "" {
		return nil, "", badProperty("input.format", "there is none")
	}
	text, err := g.expand(text, 0)
	if err != nil {
		return nil, "", err
	}
	return g, strings.ReplaceAll(text, "(?>", "(?:"), nil
}

// ExpandGrok gives a format as an expression, and by the number of its groups f0, f1 and so on the fields that they go to. Patterns of its own come
// before those of the same name.
func ExpandGrok(text string, own map[string]string) (expression string, fields []string, err error) {
	g := &grok{custom: own}
	expression, err = g.expand(text, 0)
	return expression, g.fields, err
}

// Grok is a format by itself, without a table.
type Grok struct {
	Fields  columnar.Schema // as they come, each once, in lower case
	pattern *regexp.Regexp
}

// grokTypes are the types that a format can name.
// https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-grok
var grokTypes = map[string]columnar.Kind{
	"byte": columnar.Tinyint, "boolean": columnar.Boolean, "double": columnar.Double, "float": columnar.Float, "short": columnar.Smallint, "int": columnar.Int,
	"long": columnar.Bigint, "string": columnar.String,
}

// NewGrok reads a format and the patterns of its own.
func NewGrok(text, custom string) (*Grok, error) {
	g, text, err := parseGrok(text, custom)
	if err != nil {
		return nil, err
	}
	tree, err := parseJava("input.format", text)
	if err != nil {
		return nil, err
	}
	out := &Grok{}
	seen := map[string]bool{}
	for i, name := range g.fields {
		if name = strings.ToLower(name); seen[name] {
			continue
		}
		seen[name] = true
		kind, ok := grokTypes[g.types[i]]
		if !ok && g.types[i] != "" {
			return nil, badProperty("input.format", "%s is no type", g.types[i])
		}
		if !ok {
			kind = columnar.String
		}
		out.Fields = append(out.Fields, columnar.Field{Name: name, Type: &columnar.Type{Kind: kind}})
	}
	out.pattern, err = regexp.Compile(`\A(?:` + tree.String() + `)`)
	return out, err
}

// Match tells whether a line begins as the format says.
func (g *Grok) Match(line string) bool { return g.pattern.MatchString(line) }

// grok turns Grok into patterns.
type grok struct {
	custom map[string]string
	fields []string // by number of a named group: its field
	types  []string // and the type that it is given, if any
}

var grokReference = regexp.MustCompile(`%\{([A-Za-z0-9_]+)(?::([A-Za-z0-9_.@\[\]-]+))?(?::([A-Za-z]+))?\}`)

// expand replaces references by the patterns that they name. What is found under a field's name is a group.
func (g *grok) expand(text string, depth int) (string, error) {
	if depth > 20 || len(text) > 64<<10 {
		return "", badProperty("input.format", "patterns nest too deeply")
	}
	var out strings.Builder
	for {
		m := grokReference.FindStringSubmatchIndex(text)
		if m == nil {
			out.WriteString(text)
			return out.String(), nil
		}
		out.WriteString(text[:m[0]])
		name := text[m[2]:m[3]]
		pattern, ok := g.custom[name]
		if !ok {
			if pattern, ok = grokPatterns[name]; !ok {
				return "", badProperty("input.format", "No definition for key '%s' found", name)
			}
		}
		open := "(?:"
		if m[4] >= 0 {
			open = "(?P<f" + strconv.Itoa(len(g.fields)) + ">"
			typ := ""
			if m[6] >= 0 {
				typ = text[m[6]:m[7]]
			}
			g.fields, g.types = append(g.fields, text[m[4]:m[5]]), append(g.types, typ)
		}
		pattern, err := g.expand(pattern, depth+1)
		if err != nil {
			return "", err
		}
		if out.WriteString(open + pattern + ")"); out.Len() > 64<<10 {
			return "", badProperty("input.format", "patterns are too long together")
		}
		text = text[m[1]:]
	}
}

// group is the number of the first group of a field; 0 if there is none. Groups that the table's author named count too.
func (g *grok) group(re *syntax.Regexp, column string) int {
	if re.Op == syntax.OpCapture {
		name := re.Name
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "f")); err == nil && strings.HasPrefix(name, "f") && n < len(g.fields) {
			name = g.fields[n]
		}
		if strings.EqualFold(name, column) && name != "" {
			return re.Cap
		}
	}
	for _, sub := range re.Sub {
		if n := g.group(sub, column); n > 0 {
			return n
		}
	}
	return 0
}
