package insights

import (
	"bytes"

	"unyo/engine/shaped"
)

// trace follows a finder through the cells of a template, and knows whether it would go the same way in every line. Fields have no byte that JSON is
// built of, so one in a text changes nothing, nor does one of digits in a number. One in a key does if the key could be that of a wanted field.
type trace struct {
	t      *shaped.Template
	base   int // the cell that the finder's text begins at
	spans  []span
	found  []found
	unsure bool
}

// span is cells that were read as one text or number.
type span struct{ from, to int }

// fields are those that the query names, in all lines of the template; sure=false: the lines have to be looked at.
func (a *apart) fields(g *Group) (list []found, sure bool) {
	if g.Transform != nil { // what that makes of a line depends on all of it
		return nil, false
	}
	r := a.scratch
	r.reset(&Event{Message: a.template.Cells}, g, 0)
	doc := r.document()
	switch {
	case a.p.formats != nil && g.Lambda:
		return nil, false
	case a.p.formats != nil && doc == nil:
		return a.formatted()
	case doc == nil || len(a.p.paths) == 0:
		return nil, true
	}
	x := &trace{t: &a.template, base: len(a.template.Cells) - len(doc)}
	f := finder{b: doc, at: 1, left: len(a.p.paths), row: r, trace: x}
	f.object(a.p.paths, 0)
	return x.found, !x.unsure && x.covers(f.at)
}

// covers reports whether all fields up to where the finder has come are in what it has read as one.
func (x *trace) covers(at int) bool {
	i := 0
	for _, cell := range x.t.Fields(x.base, x.base+at) {
		for i < len(x.spans) && x.spans[i].to <= cell {
			i++
		}
		if i == len(x.spans) || x.spans[i].from > cell {
			return false
		}
	}
	return true
}

// text is told of each text in quotes.
func (x *trace) text(from, to int) { x.spans = append(x.spans, span{x.base + from, x.base + to}) }

// scalar is told of each number or word.
func (x *trace) scalar(from, to int) {
	x.text(from, to)
	for _, cell := range x.t.Fields(x.base+from, x.base+to) {
		if _, kinds := x.t.Field(cell); kinds != shaped.Digit {
			x.unsure = true
		}
	}
}

// key is told of each key that is compared with those that are wanted.
func (x *trace) key(from, to int, wants []path) {
	for _, cell := range x.t.Fields(x.base+from, x.base+to) {
		before := x.t.Cells[x.base+from : cell]
		_, kinds := x.t.Field(cell)
		for i := range wants {
			name := wants[i].name
			if len(name) > len(before) && name[:len(before)] == string(before) && kinds&shaped.KindOf[name[len(before)]] != 0 {
				x.unsure = true
			}
		}
		x.unsure = x.unsure || bytes.IndexByte(before, '\\') >= 0
		return
	}
}

// value is told of what goes to a slot.
func (x *trace) value(slot int, v Value, from, to int) {
	from, to = from+x.base, to+x.base
	quoted := x.t.Cells[from] == '"'
	if quoted {
		from, to = from+1, to-1
	}
	made := cut(x.t, from, to)
	if made.pieces == nil {
		made.constant = v.clone()
	} else {
		made.escaped = quoted && bytes.IndexByte(x.t.Cells[from:to], '\\') >= 0
	}
	x.found = append(x.found, found{slot, made})
}
