package main

import (
	"fmt"
	"slices"
	"strings"
)

// factsFile renders the constraints as one switch: nothing is built before it is asked for.
func (m *model) factsFile() string {
	var b strings.Builder
	b.WriteString("// shapeOf gives the constraints of a shape.\nfunc shapeOf(name string) rt.Shape {\nswitch name {\n")
	for _, name := range sorted(m.Shapes) {
		s := m.Shapes[name]
		if s.Type == "structure" || !m.constrained(name, nil) {
			continue
		}
		fmt.Fprintf(&b, "case %q:\nreturn rt.Shape{Name: %q", name, name)
		if s.Min != nil {
			fmt.Fprintf(&b, ", Min: new(float64(%v))", *s.Min)
		}
		if s.Max != nil {
			fmt.Fprintf(&b, ", Max: new(float64(%v))", *s.Max)
		}
		if s.Pattern != "" {
			fmt.Fprintf(&b, ", Pattern: %q", s.Pattern)
		}
		if len(s.Enum) > 0 {
			fmt.Fprintf(&b, ", Enum: %#v", s.Enum)
			if slices.IsSorted(s.Enum) {
				b.WriteString(", Sorted: true")
			}
		}
		if s.Type == "list" && m.constrained(s.Member.Shape, nil) {
			fmt.Fprintf(&b, ", Item: %q", s.Member.Shape)
		}
		if s.Type == "map" && m.constrained(s.Value.Shape, nil) {
			fmt.Fprintf(&b, ", Item: %q", s.Value.Shape)
		}
		if s.Type == "map" && m.constrained(s.Key.Shape, nil) {
			fmt.Fprintf(&b, ", Key: %q", s.Key.Shape)
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\nreturn rt.Shape{}\n}\n")
	return m.source(b.String(), "unyo/api/rt")
}

// enumsFile names the values of enums. EC2 has thousands (every instance type), which few would use: it has none.
func (m *model) enumsFile() string {
	var b strings.Builder
	if m.service.Name == "ec2" {
		return m.source("")
	}
	taken := m.packageNames()
	for _, name := range sorted(m.Shapes) {
		s := m.Shapes[name]
		if s.Type != "string" || len(s.Enum) == 0 {
			continue
		}
		fmt.Fprintf(&b, "// Values of %s.\nconst (\n", goName(name))
		for _, v := range s.Enum {
			c := constName(name, v)
			for taken[c] {
				c += "Value"
			}
			taken[c] = true
			fmt.Fprintf(&b, "%s = %q\n", c, v)
		}
		b.WriteString(")\n\n")
	}
	return m.source(b.String())
}

// packageNames are the Go names that the package declares beside its constants.
func (m *model) packageNames() map[string]bool {
	names := map[string]bool{}
	for n := range m.taken {
		names[n] = true
	}
	for _, n := range reserved {
		names[n] = true
	}
	for name, s := range m.Shapes {
		if s.Type == "structure" {
			names[m.typeName(name)] = true
		}
	}
	return names
}
