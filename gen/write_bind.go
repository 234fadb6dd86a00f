package main

import (
	"fmt"
	"strings"
)

// bindFile renders one type assertion per operation: the linker sees which methods are asked for.
func (m *model) bindFile() string {
	var b strings.Builder
	b.WriteString("// Bind finds which operations svc has a method for; the others are answered NotImplemented.\nfunc Bind(svc any) *rt.Table {\nt := rt.NewTable(Model, svc)\n")
	for _, name := range sorted(m.Operations) {
		fmt.Fprintf(&b, "if s, ok := svc.(interface{ %s(context.Context, *%sInput) (*%sOutput, error) }); ok {\nrt.Stated(t, %q, s.%s)\n}\n", name, name, name, name, name)
	}
	b.WriteString("return t\n}\n")
	return m.source(b.String(), "context", "unyo/api/rt")
}

func (m *model) clientFile() string {
	var b strings.Builder
	b.WriteString("// Client asks this service on behalf of another, through the same chain as a customer.\ntype Client struct{ rt.Invoker }\n\n")
	for _, name := range sorted(m.Operations) {
		fmt.Fprintf(&b, "// %s asks for %s:%s.\nfunc (c Client) %s(ctx context.Context, in *%sInput) (*%sOutput, error) {\nreturn rt.Call[%sOutput](ctx, c.Invoker, Model, %q, in)\n}\n\n", name, m.service.Name, name, name, name, name, name, name)
	}
	return m.source(b.String(), "context", "unyo/api/rt")
}
