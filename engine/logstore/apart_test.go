package logstore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"unyo/engine/shaped"
)

// checkApart opens a block and makes each of its lines of shapes and columns: they are those that come out when it is put together. It tells whether it was
// handed out apart, and the lines.
func checkApart(t *testing.T, packed []byte, size int, streams []uint64) (apart bool, lines [][]byte) {
	t.Helper()
	var m memory
	if m.open(packed, size, version) != nil || m.parse(streams) != nil {
		return false, nil
	}
	b := m.block()
	if b == nil {
		return false, nil
	}
	shapes, next := b.Shapes(), make([]int, b.Columns())
	for _, id := range b.Lines() {
		var line []byte
		from := uint32(0)
		for _, f := range shapes[id].Fields {
			line = append(line, shapes[id].Text[from:f.At]...)
			from = f.At
			at := len(line)
			line = b.Append(line, f.Column, next[f.Column])
			next[f.Column]++
			if at == len(line) {
				t.Fatal("a field is empty")
			}
			for _, c := range line[at:] {
				if shaped.KindOf[c]&f.Kinds == 0 {
					t.Fatalf("%q is a field of kinds %d", line[at:], f.Kinds)
				}
			}
		}
		lines = append(lines, append(line, shapes[id].Text[from:]...))
	}
	for i := range lines {
		whole, err := b.Message(i)
		if err != nil { // its size is not that of its lines
			return true, nil
		}
		if !bytes.Equal(whole, lines[i]) {
			t.Fatalf("line %d is %q apart, %q whole", i, lines[i], whole)
		}
	}
	return true, lines
}

// What the shapes tell of texts is so in every line.
func TestTold(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var m maker
	var template shaped.Template
	said := map[shaped.Verdict]int{}
	for range 300 {
		var list []Entry
		for i := range 200 {
			list = append(list, Entry{Timestamp: int64(i), Message: []string{
				fmt.Sprintf("GET /a/%d %d x%04x", r.IntN(3000), r.IntN(3), r.IntN(1<<16)),
				fmt.Sprintf(`{"n":%d,"id":"%08x","w":"k%dZ"}`, r.IntN(1<<r.IntN(20)), r.Uint32(), r.IntN(1e6)),
			}[i%2]})
		}
		rows, buf := logOf(list)
		m.shapes.reset()
		packed, raw := m.block(rows, buf, func(id uint64) uint32 { return uint32(id) })
		var mem memory
		if err := mem.open(append(bytes.Clone(packed), make([]byte, 8)...)[:len(packed)], raw, version); err != nil {
			t.Fatal(err)
		}
		if err := mem.parse([]uint64{0, 1, 2}); err != nil {
			t.Fatal(err)
		}
		b := mem.block()
		for range 50 {
			from := list[r.IntN(len(list))].Message
			at := r.IntN(len(from))
			text := []byte(from[at:min(len(from), at+1+r.IntN(6))])
			if r.IntN(4) == 0 {
				text[r.IntN(len(text))] = "0aZ {"[r.IntN(5)]
			}
			for id := range b.Shapes() {
				template.Set(&b.Shapes()[id])
				_, v := template.Index(0, text)
				said[v]++
				for i, of := range b.Lines() {
					if has := bytes.Contains([]byte(list[i].Message), text); int(of) == id && v != shaped.Maybe && has != (v == shaped.Yes) {
						t.Fatalf("%q in %q: %d", text, list[i].Message, v)
					}
				}
			}
		}
	}
	if said[shaped.Yes] < 1000 || said[shaped.No] < 1000 || said[shaped.Maybe] < 1000 {
		t.Errorf("said %v", said)
	}
}
