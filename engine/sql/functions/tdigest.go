package functions

import (
	"encoding/binary"
	"math"
	"slices"

	"unyo/engine/sql/types"
)

// tdigest is values in piles that are small at both ends: https://trino.io/docs/current/functions/tdigest.html, after
// https://arxiv.org/abs/1902.04023. What was added last lies behind the piles, without an order, until there is much of it.
type tdigest struct {
	piles       []pile
	ordered     int // how many of piles are in order and packed
	low, high   float64
	compression float64
}

type pile struct{ mean, weight float64 }

const (
	defaultCompression = 100
	mostLoose          = 1024
)

func (d *tdigest) add(x, weight float64) {
	if len(d.piles) == 0 {
		d.low, d.high = x, x
	}
	d.low, d.high = min(d.low, x), max(d.high, x)
	d.piles = append(d.piles, pile{x, weight})
	if len(d.piles)-d.ordered > mostLoose {
		d.pack()
	}
}

func (d *tdigest) total() (n float64) {
	for _, h := range d.piles {
		n += h.weight
	}
	return n
}

// pack joins neighbours as far as the place where they lie allows.
func (d *tdigest) pack() {
	if d.ordered == len(d.piles) {
		return
	}
	slices.SortStableFunc(d.piles, func(a, b pile) int { return types.CompareFloat(a.mean, b.mean) })
	total := d.total()
	// The end of the pile that begins at a share q of the weight: one further on a scale that is steep at both ends.
	end := func(q float64) float64 {
		k := d.compression/(2*math.Pi)*math.Asin(2*q-1) + 1
		if k >= d.compression/4 {
			return total
		}
		return total * (math.Sin(k*2*math.Pi/d.compression) + 1) / 2
	}
	out, before := d.piles[:0], 0.0
	last, most := d.piles[0], end(0)
	for _, h := range d.piles[1:] {
		if before+last.weight+h.weight <= most {
			last.weight += h.weight
			last.mean += (h.mean - last.mean) * h.weight / last.weight
			continue
		}
		before += last.weight
		out, last, most = append(out, last), h, end(min(1, before/total))
	}
	d.piles = append(out, last)
	d.ordered = len(d.piles)
}

func (d *tdigest) merge(o *tdigest) {
	if len(o.piles) == 0 {
		return
	}
	if len(d.piles) == 0 {
		d.low, d.high, d.compression = o.low, o.high, o.compression
	}
	d.low, d.high, d.compression = min(d.low, o.low), max(d.high, o.high), max(d.compression, o.compression)
	d.piles = append(d.piles, o.piles...)
	if len(d.piles)-d.ordered > mostLoose {
		d.pack()
	}
}

// at is the value below which a share of the weight lies: within piles of more than one, it lies between their means.
func (d *tdigest) at(share float64) float64 {
	h, total := d.piles, d.total()
	n := len(h)
	index := share * total
	switch {
	case n == 1:
		return h[0].mean
	case index < 1:
		return d.low
	case h[0].weight > 1 && index < h[0].weight/2:
		return d.low + (index-1)/(h[0].weight/2-1)*(h[0].mean-d.low)
	case index > total-1:
		return d.high
	case h[n-1].weight > 1 && total-index <= h[n-1].weight/2:
		return d.high - (total-index-1)/(h[n-1].weight/2-1)*(d.high-h[n-1].mean)
	}
	before := h[0].weight / 2
	for i := range n - 1 {
		step := (h[i].weight + h[i+1].weight) / 2
		if before+step <= index {
			before += step
			continue
		}
		left, right := 0.0, 0.0
		if h[i].weight == 1 {
			if left = 0.5; index-before < 0.5 {
				return h[i].mean
			}
		}
		if h[i+1].weight == 1 {
			if right = 0.5; before+step-index <= 0.5 {
				return h[i+1].mean
			}
		}
		a, b := index-before-left, before+step-index-right
		return h[i].mean + (h[i+1].mean-h[i].mean)*a/(a+b)
	}
	return d.high
}

// bytes are a digest's: its compression, its ends, and its piles.
func (d *tdigest) bytes() []byte {
	d.pack()
	out := make([]byte, 0, 24+16*len(d.piles))
	put := func(list ...float64) {
		for _, x := range list {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
		}
	}
	put(d.compression, d.low, d.high)
	for _, h := range d.piles {
		put(h.mean, h.weight)
	}
	return out
}

func readTDigest(b []byte) *tdigest {
	get := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) }
	d := &tdigest{compression: get(0), low: get(1), high: get(2)}
	for i := 3; i*8 < len(b); i += 2 {
		d.piles = append(d.piles, pile{get(i), get(i + 1)})
	}
	d.ordered = len(d.piles)
	return d
}

func isTDigest(b []byte) bool {
	if len(b) < 40 || len(b)%16 != 8 || len(b) > 1<<20 {
		return false
	}
	d := readTDigest(b)
	ok := d.compression >= 10 && d.compression <= 1000 && d.low <= d.high
	for i, h := range d.piles {
		ok = ok && h.weight > 0 && h.weight <= 1e18 && h.mean >= d.low && h.mean <= d.high && (i == 0 || h.mean >= d.piles[i-1].mean)
	}
	return ok
}

func init() {
	p := page("tdigest")
	size := func(d *tdigest) int { return 16 * cap(d.piles) }
	merge := func(d, o *tdigest, _ *Row) { d.merge(o) }
	put := func(d *tdigest, r *Row) {
		if len(d.piles) > 0 {
			r.PutBytes(d.bytes())
		}
	}
	add := func(d *tdigest, r *Row) {
		x, weight := r.Float(0), 1.0
		if d.compression == 0 {
			d.compression = defaultCompression
		}
		if r.Len() > 1 {
			weight = r.Float(1)
		}
		if r.Len() > 2 {
			d.compression = min(1000, r.Float(2))
		}
		switch {
		case math.IsNaN(x) || math.IsInf(x, 0):
			r.Invalid("Cannot add NaN or infinity to t-digest")
		case !(weight > 0 && weight <= 1e15):
			r.Invalid("weight must be > 0")
		case !(d.compression >= 10):
			r.Invalid("compression factor must be at least 10")
		default:
			d.add(x, weight)
		}
	}
	for _, args := range []string{"(double)", "(double,double)", "(double,double,double)"} {
		folding(p, "tdigest_agg"+args+" tdigest", add, merge, put, size)
	}
	folding(p, "merge(tdigest) tdigest", func(d *tdigest, r *Row) { d.merge(readTDigest(r.Bytes(0))) }, merge, put, size)
	p.rows("value_at_quantile(tdigest,double) double", func(r *Row) {
		if share(r, r.Float(1)) {
			r.PutFloat(readTDigest(r.Bytes(0)).at(r.Float(1)))
		}
	})
	p.rows("values_at_quantiles(tdigest,array(double)) array(double)", func(r *Row) {
		d := readTDigest(r.Bytes(0))
		shares(r, func(x float64) { r.Out.Elems[0].AppendFloat(d.at(x)) })
	})
}

// share tells whether x is one.
func share(r *Row, x float64) bool {
	ok := x >= 0 && x <= 1
	if !ok {
		r.Invalid("Quantile should be within bounds [0, 1], was: %v", x)
	}
	return ok
}

// shares answers an array of what put puts for each share of the second argument.
func shares(r *Row, put func(x float64)) {
	v, from, to := r.Span(1)
	for ; from < to; from++ {
		if v.Elems[0].IsNull(from) {
			r.Invalid("All quantiles should be non-null.")
			return
		}
		x := floatAt(v.Elems[0], from)
		if !share(r, x) {
			return
		}
		put(x)
	}
	r.Out.EndSpan()
}
