package insights

import (
	"encoding/binary"

	"unyo/engine/shaped"
)

// apart is one worker's way through a block whose lines are taken apart: what a shape answers is found out once, and of the columns only those are read
// that an answer lies in. What no shape can tell is looked for in whole lines.
type apart struct {
	p        *program
	known    map[string]*reading // by what is in the shape
	size     int                 // bytes of the keys
	key      []byte
	template shaped.Template
	scratch  *row

	lines    shaped.Block
	shapes   []shaped.Shape
	ids      []uint32
	readings []*reading // by shape
	wanted   []bool     // by column
	columns  []uint32   // the wanted ones of each shape
	starts   []int      // where in columns those of a shape begin
	next     []int      // by column, which of its fields comes next
	at       int        // the line
	id       uint32     // its shape
}

// reading is what a shape tells.
type reading struct {
	found   []found // JSON fields, in the order in which they stand
	sure    bool    // those are all; otherwise the line has to be looked at
	answers []answer
	uses    []int // fields of the shape that an answer lies in
}

// found is a field that goes to a slot.
type found struct {
	slot int
	recipe
}

// question is what a command asks of a whole message; at are the cells that what it sought begins and ends at.
type question func(t *shaped.Template) (at []int, v shaped.Verdict)

// answer is a shape's.
type answer struct {
	shaped.Verdict
	found []recipe
}

// recipe makes a value of a shape's text and a line's fields.
type recipe struct {
	constant Value  // when there are no pieces
	pieces   []part // one behind the other
	escaped  bool   // as a JSON text is
}

// part is a text, and the field behind it, or -1.
type part struct {
	text  []byte
	field int
}

// maxCells is how long a shape may be that is asked.
const maxCells = 16 << 10

// maxKnown bounds what a worker remembers of shapes: bytes of their texts.
const maxKnown = 4 << 20

func newApart(p *program) *apart {
	return &apart{p: p, known: map[string]*reading{}, scratch: p.row()}
}

// begin takes up a block.
func (a *apart) begin(lines shaped.Block, g *Group) {
	a.lines, a.shapes, a.ids, a.at = lines, lines.Shapes(), lines.Lines(), -1
	a.readings, a.columns, a.starts = a.readings[:0], a.columns[:0], a.starts[:0]
	a.wanted, a.next = cleared(a.wanted, lines.Columns()), cleared(a.next, lines.Columns())
	for i := range a.shapes {
		r := a.reading(&a.shapes[i], g)
		a.readings = append(a.readings, r)
		for _, n := range r.uses {
			a.wanted[a.shapes[i].Fields[n].Column] = true
		}
	}
	for i := range a.shapes {
		a.starts = append(a.starts, len(a.columns))
		for _, f := range a.shapes[i].Fields {
			if a.wanted[f.Column] {
				a.columns = append(a.columns, f.Column)
			}
		}
	}
	a.starts = append(a.starts, len(a.columns))
}

func cleared[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// step goes on to the next line.
func (a *apart) step() {
	a.at++
	a.id = a.ids[a.at]
	for _, c := range a.columns[a.starts[a.id]:a.starts[a.id+1]] {
		a.next[c]++
	}
}

// reading is what a shape tells; most have been seen before.
func (a *apart) reading(s *shaped.Shape, g *Group) *reading {
	a.key = append(a.key[:0], 0)
	if g.Lambda {
		a.key[0] = 1
	}
	if g.Transform != nil {
		a.key[0] |= 2
	}
	a.key = binary.AppendUvarint(a.key, uint64(len(s.Fields)))
	for _, f := range s.Fields {
		a.key = append(binary.AppendUvarint(a.key, uint64(f.At)), f.Kinds)
	}
	a.key = append(a.key, s.Text...)
	r := a.known[string(a.key)]
	if r == nil {
		if a.size += len(a.key); a.size > maxKnown {
			clear(a.known)
			a.size = len(a.key)
		}
		r = a.read(s, g)
		a.known[string(a.key)] = r
	}
	return r
}

// read asks a shape everything that the query wants to know.
func (a *apart) read(s *shaped.Shape, g *Group) *reading {
	t := &a.template
	t.Set(s)
	r := &reading{}
	if len(t.Cells) > maxCells {
		for range a.p.questions {
			r.answers = append(r.answers, answer{Verdict: shaped.Maybe})
		}
		return r
	}
	r.found, r.sure = a.fields(g)
	for _, ask := range a.p.questions {
		at, v := ask(t)
		x := answer{Verdict: v}
		if v == shaped.Yes {
			for i := 0; i+1 < len(at); i += 2 {
				x.found = append(x.found, cut(t, at[i], at[i+1]))
			}
		}
		r.answers = append(r.answers, x)
	}
	for i := range r.found {
		r.use(&r.found[i].recipe)
	}
	for i := range r.answers {
		for j := range r.answers[i].found {
			r.use(&r.answers[i].found[j])
		}
	}
	return r
}

func (r *reading) use(x *recipe) {
	for _, p := range x.pieces {
		if p.field >= 0 {
			r.uses = append(r.uses, p.field)
		}
	}
}

// cut is a recipe for the text of some cells.
func cut(t *shaped.Template, from, to int) (x recipe) {
	for n, cell := range t.Fields(from, to) {
		x.pieces = append(x.pieces, part{clone(t.Cells[from:cell]), n})
		from = cell + 1
	}
	rest := clone(t.Cells[from:to])
	if x.pieces == nil {
		x.constant = str(rest)
	} else if len(rest) > 0 {
		x.pieces = append(x.pieces, part{rest, -1})
	}
	return x
}

func clone(b []byte) []byte { return append([]byte{}, b...) }

// made is what a recipe gives for the row's line.
func (r *row) made(x *recipe) Value {
	if x.pieces == nil {
		return x.constant
	}
	a, from := r.apart, len(r.mem)
	for i := range x.pieces {
		p := &x.pieces[i]
		r.mem = append(r.mem, p.text...)
		if p.field >= 0 {
			c := a.shapes[a.id].Fields[p.field].Column
			r.mem = a.lines.Append(r.mem, c, a.next[c]-1)
		}
	}
	if x.escaped {
		text := r.mem[from:len(r.mem):len(r.mem)]
		from = len(r.mem)
		r.mem = unescape(r.mem, text)
	}
	return str(r.mem[from:len(r.mem):len(r.mem)])
}

// told is what the shape of the row's line answers; nil: the line has to be looked at. A question below zero is none.
func (r *row) told(question int) *answer {
	if r.apart == nil || question < 0 {
		return nil
	}
	x := &r.apart.readings[r.apart.id].answers[question]
	if x.Verdict == shaped.Maybe {
		return nil
	}
	return x
}

// asks has a question answered by shapes if it is of an event's message as it is.
func (s *scope) asks(of Expr, q question) int {
	if !isMessage(of) || !s.own("@message") {
		return -1
	}
	s.p.questions = append(s.p.questions, q)
	return len(s.p.questions) - 1
}
