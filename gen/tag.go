package main

import (
	"fmt"
	"slices"
	"strings"
)

// elem is the Go type of a shape inside a list or map.
func (m *model) elem(name string) string {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		switch {
		case s.Document:
			return "any"
		case s.EventStream:
			return "rt.Events[" + m.typeName(name) + "]"
		}
		return m.typeName(name)
	case "list":
		return "[]" + m.elem(s.Member.Shape)
	case "map":
		return "map[string]" + m.elem(s.Value.Shape)
	case "string", "character":
		return "string"
	case "boolean":
		return "bool"
	case "integer", "short":
		return "int32"
	case "long", "biginteger":
		return "int64"
	case "float":
		return "float32"
	case "double", "bigdecimal":
		return "float64"
	case "timestamp":
		return "time.Time"
	case "blob":
		return "[]byte"
	}
	panic("unknown type " + s.Type + " of " + name)
}

// fieldType is the Go type of a member.
func (m *model) fieldType(r *ref) string {
	s := m.Shapes[r.Shape]
	if s.Type == "blob" && (s.Streaming || r.Streaming) {
		return "io.Reader"
	}
	t := m.elem(r.Shape)
	switch s.Type {
	case "list", "map", "blob":
		return t
	}
	if t == "any" || strings.HasPrefix(t, "rt.Events") {
		return t
	}
	return "*" + t
}

// tags writes the struct tags of member name of the structure in.
func (m *model) tags(in *shape, name string, r *ref) string {
	s := m.Shapes[r.Shape]
	options := name
	if slices.Contains(in.Required, name) {
		options += ",required"
	}
	if r.IdempotencyToken {
		options += ",idempotent"
	}
	if m.sensitive(r.Shape, nil) {
		options += ",sensitive"
	}
	if r.HostLabel {
		options += ",host"
	}
	tags := []string{fmt.Sprintf("aws:%q", options)}
	if m.constrained(r.Shape, nil) {
		tags = append(tags, fmt.Sprintf("is:%q", r.Shape))
	}
	if m.has("rest-json") && r.Location == "" && r.LocationName != "" && r.LocationName != name {
		tags = append(tags, fmt.Sprintf("json:%q", r.LocationName))
	}
	if h := m.httpTag(in, name, r, s); h != "" {
		tags = append(tags, fmt.Sprintf("http:%q", h))
	}
	if m.has("query") || m.has("ec2") || m.has("rest-xml") {
		x := m.xmlTag(name, r, s)
		tags = append(tags, fmt.Sprintf("xml:%q", x))
		wire, _, _ := strings.Cut(x, ",")
		if e := m.ec2Name(name, r); m.has("ec2") && e != upperFirst(wire) {
			tags = append(tags, fmt.Sprintf("ec2:%q", e))
		}
	}
	if f := r.TimestampFormat; f != "" {
		tags = append(tags, fmt.Sprintf("time:%q", f))
	} else if s.TimestampFormat != "" {
		tags = append(tags, fmt.Sprintf("time:%q", s.TimestampFormat))
	}
	if r.EventPayload {
		tags = append(tags, `event:"payload"`)
	} else if r.EventHeader {
		tags = append(tags, `event:"header"`)
	}
	return "`" + strings.Join(tags, " ") + "`"
}

func (m *model) httpTag(in *shape, name string, r *ref, s *shape) string {
	wire := r.LocationName
	if wire == "" {
		wire = name
	}
	switch r.Location {
	case "uri":
		return "uri=" + wire
	case "querystring":
		if s.Type == "map" {
			return "query=*"
		}
		return "query=" + wire
	case "header":
		return "header=" + wire
	case "headers":
		return "headers=" + wire
	case "statusCode":
		return "status"
	}
	if in.Payload == name {
		return "payload"
	}
	return ""
}

// xmlTag gives the element's name and form. A flattened list is named by its member's own name where it has one.
func (m *model) xmlTag(name string, r *ref, s *shape) string {
	wire := r.LocationName
	if wire == "" {
		wire = s.LocationName
	}
	if wire == "" || r.Location != "" {
		wire = name
	}
	flat := r.Flattened || s.Flattened
	var options []string
	if s.Type == "list" && s.Member.LocationName != "" {
		if flat {
			wire = s.Member.LocationName
		} else if s.Member.LocationName != "member" {
			options = append(options, "item="+s.Member.LocationName)
		}
	}
	if flat {
		options = append([]string{"flat"}, options...)
	}
	if r.XMLAttribute {
		options = append(options, "attr")
		if _, local, ok := strings.Cut(wire, ":"); ok { // xsi:type
			wire = local
			options = append(options, "prefix=xsi")
		}
	}
	if s.Type == "map" {
		if n := s.Key.LocationName; n != "" && n != "key" {
			options = append(options, "key="+n)
		}
		if n := s.Value.LocationName; n != "" && n != "value" {
			options = append(options, "value="+n)
		}
	}
	ns := r.XMLNamespace
	if ns == nil {
		ns = s.XMLNamespace
	}
	if ns != nil {
		options = append(options, "ns="+ns.URI)
		if ns.Prefix != "" {
			options = append(options, "prefix="+ns.Prefix)
		}
	}
	return strings.Join(append([]string{wire}, options...), ",")
}

func (m *model) ec2Name(name string, r *ref) string {
	switch {
	case r.QueryName != "":
		return r.QueryName
	case r.LocationName != "":
		return upperFirst(r.LocationName)
	}
	return upperFirst(name)
}

// sensitive reports whether a shape, or one below it in lists and maps, must never be logged or shown.
// Structures answer for their own members.
func (m *model) sensitive(name string, above []string) bool {
	s := m.Shapes[name]
	if s.Sensitive || slices.Contains(above, name) {
		return s.Sensitive
	}
	above = append(above, name)
	for _, inner := range []*ref{s.Member, s.Key, s.Value} {
		if inner != nil && m.sensitive(inner.Shape, above) {
			return true
		}
	}
	return false
}

// constrained reports whether a shape, or one below it in lists and maps, has constraints. Structures
// answer for their own members.
func (m *model) constrained(name string, above []string) bool {
	s := m.Shapes[name]
	if slices.Contains(above, name) {
		return false
	}
	above = append(above, name)
	switch s.Type {
	case "structure":
		return false
	case "list":
		return s.Min != nil || s.Max != nil || m.constrained(s.Member.Shape, above)
	case "map":
		return s.Min != nil || s.Max != nil || m.constrained(s.Value.Shape, above) || m.constrained(s.Key.Shape, above)
	}
	return s.Min != nil || s.Max != nil || s.Pattern != "" || len(s.Enum) > 0
}
