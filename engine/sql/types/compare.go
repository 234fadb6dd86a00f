package types

import (
	"bytes"
	"cmp"

	"unyo/engine/vector"
)

// Compare orders value i of a and value j of b, which are of the type and not null. NaN is greater than all numbers and equal
// to itself, as ORDER BY and GROUP BY have it; nulls within arrays and rows come last.
func Compare(t *Type, a *vector.Vector, i int, b *vector.Vector, j int) int {
	a, i = a.At(i)
	b, j = b.At(j)
	switch t.Vector() {
	case vector.Bool:
		return boolInt(a.Bools[i]) - boolInt(b.Bools[j])
	case vector.Int:
		return cmp.Compare(a.Ints[i], b.Ints[j])
	case vector.Wide:
		if t.Zoned() { // the same instant is the same, in whatever zone
			return cmp.Compare(a.Wides[i].Hi, b.Wides[j].Hi)
		}
		return CompareWide(a.Wides[i], b.Wides[j])
	case vector.Float:
		return CompareFloat(a.Floats[i], b.Floats[j])
	case vector.Bytes:
		return bytes.Compare(a.Text(i), b.Text(j))
	case vector.List:
		return compareList(t, a, i, b, j)
	case vector.Map:
		return compareMap(t, a, i, b, j)
	case vector.Row:
		for n, f := range t.Fields {
			if c := compareNull(f.Type, a.Elems[n], i, b.Elems[n], j); c != 0 {
				return c
			}
		}
	}
	return 0
}

// CompareFloat orders numbers with NaN above all.
func CompareFloat(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return boolInt(x != x) - boolInt(y != y)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareNull(t *Type, a *vector.Vector, i int, b *vector.Vector, j int) int {
	if x, y := a.IsNull(i), b.IsNull(j); x || y {
		return boolInt(x) - boolInt(y)
	}
	return Compare(t, a, i, b, j)
}

func compareList(t *Type, a *vector.Vector, i int, b *vector.Vector, j int) int {
	x, xe := a.Span(i)
	y, ye := b.Span(j)
	for ; x < xe && y < ye; x, y = x+1, y+1 {
		if c := compareNull(t.Elem(), a.Elems[0], x, b.Elems[0], y); c != 0 {
			return c
		}
	}
	return cmp.Compare(xe-x, ye-y)
}

// compareMap tells equal maps from others; the order of others means nothing but is always the same.
func compareMap(t *Type, a *vector.Vector, i int, b *vector.Vector, j int) int {
	x, xe := a.Span(i)
	y, ye := b.Span(j)
	if c := cmp.Compare(xe-x, ye-y); c != 0 {
		return c
	}
	for ; x < xe; x++ {
		k := Find(t.Key(), b, j, a.Elems[0], x)
		if k < 0 {
			return 1
		}
		if c := compareNull(t.Value(), a.Elems[1], x, b.Elems[1], k); c != 0 {
			return c
		}
	}
	return 0
}

// Find is the place among the elements of m, whose value i is a map, of the entry with a key: value k of keys. -1 when there is none.
func Find(key *Type, m *vector.Vector, i int, keys *vector.Vector, k int) int {
	from, to := m.Span(i)
	for ; from < to; from++ {
		if Compare(key, m.Elems[0], from, keys, k) == 0 {
			return from
		}
	}
	return -1
}
