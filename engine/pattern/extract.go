package pattern

import (
	"fmt"
	"slices"
	"strings"
)

// Extract gives what reads one field of messages that match: $.selector of a JSON pattern, whether the pattern names it or not, $name of one delimited
// by spaces, which must. The first value counts; null and what is no single value are none.
func (p *Pattern) Extract(field string) (func(message []byte) (string, bool), error) {
	switch m := p.matcher.(type) {
	case *members:
		sel, rest, err := cutSelector(field + " ")
		if err != nil || strings.TrimSpace(rest) != "" {
			return nil, fmt.Errorf("%w: %s selects no member", errSyntax, field)
		}
		return func(message []byte) (got string, ok bool) {
			root, is := object(message)
			if !is {
				return "", false
			}
			find(root, sel.steps, func(v []byte) bool {
				x := scalarOf(v)
				got, ok = x.text, x.kind != isCompound && x.kind != isNull
				return ok
			})
			return got, ok
		}, nil
	case *delimited:
		name, ok := strings.CutPrefix(field, "$")
		if !ok || name == "" || !slices.Contains(m.names, name) {
			return nil, fmt.Errorf("%w: it has no field %s", errSyntax, field)
		}
		return func(message []byte) (string, bool) {
			got, ok := m.fields(message)["$"+name]
			return got, ok
		}, nil
	}
	return nil, fmt.Errorf("%w: only JSON patterns and patterns delimited by spaces have fields", errSyntax)
}
