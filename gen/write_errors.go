package main

import (
	"fmt"
	"strings"
)

// errorsFile renders the modelled errors. Each has a message, also where the model leaves it out.
func (m *model) errorsFile() string {
	var b strings.Builder
	for _, name := range m.exceptions() {
		s := m.Shapes[name]
		t := m.typeName(name)
		message := ""
		for _, k := range sorted(s.Members) {
			if strings.EqualFold(k, "message") {
				message = k
			}
		}
		copied := *s
		if message == "" {
			copied.Members = map[string]*ref{"message": {Shape: m.someString()}}
			for k, v := range s.Members {
				copied.Members[k] = v
			}
			message = "message"
		}
		code, status := errorCode(name, s)
		fmt.Fprintf(&b, "// %s is the modelled error %s, HTTP status %d.\n", t, code, status)
		m.structure(&b, t, &copied, errorMethods...)
		field := goName(message)
		fmt.Fprintf(&b, "// New%s makes the error with a message.\n", t)
		fmt.Fprintf(&b, "func New%s(format string, args ...any) *%s { return &%s{%s: rt.Message(format, args...)} }\n\n", t, t, t, field)
		fmt.Fprintf(&b, "func (e *%s) Error() string { return %q + rt.Val(e.%s) }\n", t, code+": ", field)
		fmt.Fprintf(&b, "func (e *%s) ErrorCode() string { return %q }\n", t, code)
		fmt.Fprintf(&b, "func (e *%s) ErrorMessage() string { return rt.Val(e.%s) }\n", t, field)
		fmt.Fprintf(&b, "func (e *%s) HTTPStatus() int { return %d }\n\n", t, status)
	}
	return m.source(b.String(), "time", "unyo/api/rt")
}

// someString names a string shape without constraints, for the message that a model leaves out.
func (m *model) someString() string {
	for _, name := range sorted(m.Shapes) {
		if s := m.Shapes[name]; s.Type == "string" && !m.constrained(name, nil) && !s.Sensitive {
			return name
		}
	}
	m.Shapes["__message"] = &shape{Type: "string"}
	return "__message"
}

// errorCode is the code in query and XML, and the HTTP status.
func errorCode(name string, s *shape) (code string, status int) {
	code, status = name, s.Error.HTTPStatusCode
	if s.Error.Code != "" {
		code = s.Error.Code
	}
	if status == 0 {
		status = 400
		if s.Fault || s.Error.Fault {
			status = 500
		}
	}
	return code, status
}
