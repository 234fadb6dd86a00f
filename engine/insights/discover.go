package insights

import "slices"

// Discover lists the fields of an event that a query can name, the system's first, then those found in its message, of which there are at most
// 200.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
func Discover(g *Group, e *Event) []Field {
	s := newScope(&program{}, true)
	var names []string
	for _, m := range []map[string]bool{formatted, keysOf(system)} {
		names = append(names, slices.Sorted(keys(m))...)
	}
	slots := make([]int, len(names))
	for i, n := range names {
		slots[i] = s.event(n)
	}
	s.p.paths = nil // those are found below
	r := s.p.row()
	r.reset(e, g, 0)
	var list []Field
	for i, n := range names {
		if v := r.field(slots[i]); v.Kind == Time {
			list = append(list, Field{n, number(v.N).String()})
		} else if v.Kind != Null {
			list = append(list, Field{n, v.String()})
		}
	}
	if g.Entity != nil {
		of := g.Entity(e)
		for _, name := range slices.Sorted(keys(of)) {
			list = append(list, Field{"@entity." + name, of[name]})
		}
	}
	if doc := r.document(); doc != nil {
		found := 0
		r.flatten(doc, "", 0, func(name string, v Value) bool {
			list = append(list, Field{name, v.String()})
			found++
			return found < maxFields
		})
	}
	return list
}

func keysOf[V any](m map[string]V) map[string]bool {
	out := map[string]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

// flatten hands out the values in a document under their names with points between them, until yield says no.
func (r *row) flatten(doc []byte, prefix string, depth int, yield func(name string, v Value) bool) (more bool) {
	more = true
	r.each(doc, func(key []byte, v Value) bool {
		name := prefix + string(key)
		if prefix == "" && len(key) > 0 && key[0] == '@' {
			name = "@" + name
		}
		switch {
		case v.Kind == Doc && depth < maxNesting:
			more = r.flatten(v.Text, name+".", depth+1, yield)
		case v.Kind != Doc && v.Kind != Null:
			more = yield(name, v)
		}
		return more
	})
	return more
}
