package insights

import "bytes"

// formatted are the fields of a format that is not JSON, in all lines of the template. A token with a digit in it is none of the words by which format knows a
// line, nor the - of a field that is missing; where a line begins there must be none, for there the digits count.
func (a *apart) formatted() (list []found, sure bool) {
	t := &a.template
	m := t.Cells
	for range t.Fields(0, len("1.0 ")) {
		return nil, false
	}
	switch {
	case isFlow(m):
		return a.places(flowFields), true
	case isQuery(m):
		return a.places(queryFields), true
	}
	for _, kind := range functionLines {
		if bytes.HasPrefix(m, []byte(kind+functionMark)) {
			return nil, false
		}
	}
	return nil, bytes.Count(m, []byte("\t")) < 2
}

// places follows row.places.
func (a *apart) places(names []string) (list []found) {
	t, from := &a.template, 0
	for _, n := range names {
		to := from
		for to < len(t.Cells) && t.Cells[to] != ' ' {
			to++
		}
		if string(t.Cells[from:to]) != "-" {
			for _, p := range a.p.formats {
				if p.name == n {
					list = append(list, found{p.slot, cut(t, from, to)})
				}
			}
		}
		from = to + 1
	}
	return list
}
