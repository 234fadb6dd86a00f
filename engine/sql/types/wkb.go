package types

import (
	"encoding/binary"
	"math"
	"strconv"
)

// A geometry is held as its well-known bytes. https://www.ogc.org/standard/sfa/
const (
	wkbPoint = 1 + iota
	wkbLine
	wkbPolygon
	wkbPoints
	wkbLines
	wkbPolygons
	wkbCollection
)

var wktNames = [...]string{"", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}

// maxGeometryDepth bounds collections within collections.
const maxGeometryDepth = 32

// IsWKB tells whether bytes are those of a geometry in two dimensions or three.
func IsWKB(b []byte) bool {
	w := wkb{rest: b}
	w.geometry(0, true)
	return !w.bad && len(w.rest) == 0
}

// AppendWKT writes a geometry as a text.
func AppendWKT(dst, b []byte) []byte {
	w := wkb{rest: b, out: dst}
	w.geometry(0, true)
	return w.out
}

// wkb reads a geometry's bytes and writes its text.
type wkb struct {
	rest []byte
	big  bool
	dims int
	out  []byte
	bad  bool
}

func (w *wkb) take(n int) []byte {
	if w.bad = w.bad || len(w.rest) < n; w.bad {
		return make([]byte, n)
	}
	b := w.rest[:n]
	w.rest = w.rest[n:]
	return b
}

func (w *wkb) count() int {
	b := w.take(4)
	n := binary.LittleEndian.Uint32(b)
	if w.big {
		n = binary.BigEndian.Uint32(b)
	}
	w.bad = w.bad || int64(n)*4 > int64(len(w.rest))
	return int(n)
}

func (w *wkb) text(s string) { w.out = append(w.out, s...) }

// point writes a point's numbers; false of one that is nowhere.
func (w *wkb) point() bool {
	there := true
	for i := range w.dims {
		b := w.take(8)
		n := binary.LittleEndian.Uint64(b)
		if w.big {
			n = binary.BigEndian.Uint64(b)
		}
		f := math.Float64frombits(n)
		if i == 0 {
			there = f == f
		}
		if there {
			if i > 0 {
				w.text(" ")
			}
			w.out = strconv.AppendFloat(w.out, f, 'f', -1, 64)
		}
	}
	return there
}

// list writes so many of what item writes, in parentheses, or EMPTY.
func (w *wkb) list(item func()) {
	n := w.count()
	if n == 0 {
		w.text("EMPTY")
		return
	}
	w.text("(")
	for i := 0; i < n && !w.bad; i++ {
		if i > 0 {
			w.text(", ")
		}
		item()
	}
	w.text(")")
}

// geometry reads one; within a MULTI… its name is not written again.
func (w *wkb) geometry(depth int, named bool) {
	w.big = w.take(1)[0] == 0
	b := w.take(4)
	kind := binary.LittleEndian.Uint32(b)
	if w.big {
		kind = binary.BigEndian.Uint32(b)
	}
	w.dims = 2 + int(kind/1000)
	kind %= 1000
	if w.bad = w.bad || w.dims > 3 || kind < wkbPoint || kind > wkbCollection || depth > maxGeometryDepth; w.bad {
		return
	}
	if named {
		w.text(wktNames[kind] + " ")
		if w.dims == 3 {
			w.text("Z ")
		}
	}
	points := func() { w.list(func() { w.point() }) }
	switch kind {
	case wkbPoint:
		w.text("(")
		if w.point() {
			w.text(")")
		} else {
			w.out = append(w.out[:len(w.out)-1], "EMPTY"...)
		}
	case wkbLine:
		points()
	case wkbPolygon:
		w.list(points)
	default:
		w.list(func() { w.geometry(depth+1, kind == wkbCollection) })
	}
}
