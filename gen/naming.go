package main

import (
	"strings"
	"unicode"
)

// goName makes an exported Go name of a model name.
func goName(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case i == 0 && unicode.IsLetter(r):
			b.WriteRune(unicode.ToUpper(r))
		case i == 0:
			b.WriteString("X")
			if unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// reserved are names that the generated package itself uses.
var reserved = map[string]bool{"Client": true, "Bind": true, "Model": true}

// typeName is the Go type of a structure shape that is not an operation's input or output.
func (m *model) typeName(shape string) string {
	n := goName(shape)
	if reserved[n] || m.taken[n] {
		return n + "Shape"
	}
	return n
}

// takeNames notes the names of inputs, outputs and error constructors, which other shapes must avoid.
func (m *model) takeNames() {
	m.taken = map[string]bool{}
	for _, name := range sorted(m.Operations) {
		m.taken[name+"Input"], m.taken[name+"Output"] = true, true
	}
	for _, e := range m.exceptions() {
		m.taken["New"+goName(e)] = true
	}
}

// exceptions lists the shapes that are errors.
func (m *model) exceptions() []string {
	seen := map[string]bool{}
	for _, op := range m.Operations {
		for _, e := range op.Errors {
			seen[e.Shape] = true
		}
	}
	for name, s := range m.Shapes {
		if s.Exception {
			seen[name] = true
		}
	}
	return sorted(seen)
}
