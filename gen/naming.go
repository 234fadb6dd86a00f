package main

import (
	"slices"
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
var reserved = []string{"Client", "Bind", "Model"}

// errorMethods are what an error shape can do; a member must not carry such a name.
var errorMethods = []string{"Error", "ErrorCode", "ErrorMessage", "HTTPStatus"}

// typeName is the Go type of a structure shape that is not an operation's input or output.
func (m *model) typeName(shape string) string {
	n := goName(shape)
	if slices.Contains(reserved, n) || m.taken[n] {
		return n + "Shape"
	}
	return n
}

// takeNames notes the names of inputs, outputs and error constructors, which other shapes must avoid.
func (m *model) takeNames() {
	m.taken = map[string]bool{}
	for name := range m.Operations {
		m.taken[name+"Input"], m.taken[name+"Output"] = true, true
	}
	for _, e := range m.exceptions() {
		m.taken["New"+goName(e)] = true
	}
}

// fieldNames gives each member of s the name of its Go field.
func (m *model) fieldNames(s *shape, avoid ...string) map[string]string {
	used := map[string]bool{}
	for _, a := range avoid {
		used[a] = true
	}
	names := map[string]string{}
	for _, member := range sorted(s.Members) {
		field := goName(member)
		for used[field] {
			field += "Member"
		}
		used[field] = true
		names[member] = field
	}
	return names
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

// constName is the Go constant of one value of an enum: StandardIa for STANDARD_IA, S3ObjectCreatedAny for s3:ObjectCreated:*.
func constName(shape, value string) string {
	var b strings.Builder
	b.WriteString(goName(shape))
	start, lower := true, false
	for _, r := range value {
		switch {
		case r == '*':
			b.WriteString("Any")
			start = true
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			start = true
		case start:
			b.WriteRune(unicode.ToUpper(r))
			start, lower = false, unicode.IsLower(r)
		case unicode.IsUpper(r) && lower: // a hump of camelCase
			b.WriteRune(r)
			lower = false
		default:
			b.WriteRune(unicode.ToLower(r))
			lower = unicode.IsLower(r)
		}
	}
	return b.String()
}
