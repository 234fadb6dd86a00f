package columnar

import "unyo/engine/vector"

// spreadPlaces gives each place of a dictionary its own among those of a null.
func spreadPlaces(dst, src []uint32, defs []byte, most int, null uint32) []uint32 {
	dst = resized(dst, len(defs))
	at := 0
	for i, d := range defs {
		if int(d) == most {
			dst[i] = src[at]
			at++
		} else {
			dst[i] = null
		}
	}
	return dst
}

// withNull is a copy of a dictionary with a null behind.
func withNull(d *vector.Vector) *vector.Vector {
	c := *d
	c.Nulls = append(vector.Bitmap(nil), d.Nulls...)
	c.Offsets = append([]uint32(nil), d.Offsets...)
	c.Bools, c.Ints, c.Wides, c.Floats = c.Bools[:len(c.Bools):len(c.Bools)], c.Ints[:len(c.Ints):len(c.Ints)], c.Wides[:len(c.Wides):len(c.Wides)], c.Floats[:len(c.Floats):len(c.Floats)]
	c.AppendNull()
	return &c
}

// layOut gives each value of dense its place among nulls.
func layOut(out, dense *vector.Vector, defs []byte, most int) *vector.Vector {
	n := len(defs)
	out.Kind, out.Len = dense.Kind, n
	out.Nulls = resized(out.Nulls, (n+63)/64)
	clear(out.Nulls)
	at := 0
	for i, d := range defs {
		if int(d) != most {
			out.Nulls[i>>6] |= 1 << (i & 63)
		} else if at++; len(dense.Nulls) > 0 && dense.Nulls.Has(at-1) {
			out.Nulls.Set(i)
		}
	}
	switch dense.Kind {
	case vector.Bool:
		out.Bools = spread(out.Bools, dense.Bools, defs, most)
	case vector.Int:
		out.Ints = spread(out.Ints, dense.Ints, defs, most)
	case vector.Wide:
		out.Wides = spread(out.Wides, dense.Wides, defs, most)
	case vector.Float:
		out.Floats = spread(out.Floats, dense.Floats, defs, most)
	case vector.Bytes:
		out.Data, out.Offsets = dense.Data, resized(out.Offsets, n+1)
		at = 0
		for i, d := range defs {
			out.Offsets[i] = dense.Offsets[at]
			if int(d) == most {
				at++
			}
		}
		out.Offsets[n] = dense.Offsets[at]
	}
	return out
}

func spread[T any](dst, src []T, defs []byte, most int) []T {
	dst = resized(dst, len(defs))
	at := 0
	var none T
	for i, d := range defs {
		if int(d) == most {
			dst[i] = src[at]
			at++
		} else {
			dst[i] = none
		}
	}
	return dst
}

// layOutSpans gives each list or map that is there its place among nulls.
func layOutSpans(dense *vector.Vector, defs []byte) *vector.Vector {
	out := &vector.Vector{Kind: dense.Kind, Len: len(defs), Elems: dense.Elems, Offsets: make([]uint32, 0, len(defs)+1)}
	at := 0
	for i, d := range defs {
		out.Offsets = append(out.Offsets, dense.Offsets[at])
		if d == 0 {
			out.Nulls.Set(i)
		} else {
			at++
		}
	}
	out.Offsets = append(out.Offsets, dense.Offsets[at])
	return out
}
