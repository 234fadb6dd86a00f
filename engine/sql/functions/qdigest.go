package functions

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// qdigest is buckets in order: so much weight lies above the bucket before, and not above this one's value. Their weight is bounded by the accuracy,
// and so is how far a rank can be wrong. https://trino.io/docs/current/functions/qdigest.html
type qdigest struct {
	buckets  []bucket
	ordered  int // how many buckets are in order
	low      int64
	accuracy float64
}

// bucket holds a value as an integer of the same order.
type bucket struct {
	value  int64
	weight float64
}

const defaultAccuracy = 0.01

// ordinal is a double as an integer of the same order; number is it again.
func ordinal(f float64) int64 {
	n := int64(math.Float64bits(f))
	if n < 0 {
		n ^= math.MaxInt64
	}
	return n
}

func ofOrdinal(n int64) float64 {
	if n < 0 {
		n ^= math.MaxInt64
	}
	return math.Float64frombits(uint64(n))
}

func (d *qdigest) add(value int64, weight float64) {
	if len(d.buckets) == 0 || value < d.low {
		d.low = value
	}
	d.buckets = append(d.buckets, bucket{value, weight})
	if len(d.buckets) > 2*d.ordered+mostLoose {
		d.pack()
	}
}

// pack joins neighbours as far as the accuracy allows; equal values always.
func (d *qdigest) pack() {
	slices.SortStableFunc(d.buckets, func(a, b bucket) int { return cmp.Compare(a.value, b.value) })
	total := 0.0
	for _, b := range d.buckets {
		total += b.weight
	}
	out := d.buckets[:0]
	for i, b := range d.buckets {
		if n := len(out); n > 0 && (out[n-1].value == b.value || len(d.buckets) > mostLoose && i < len(d.buckets)-1 && out[n-1].weight+b.weight <= total*d.accuracy/2) {
			b.weight += out[n-1].weight
			out[n-1] = b
		} else {
			out = append(out, b)
		}
	}
	d.buckets, d.ordered = out, len(out)
}

func (d *qdigest) merge(o *qdigest) {
	if len(o.buckets) == 0 {
		return
	}
	if len(d.buckets) == 0 || o.low < d.low {
		d.low = o.low
	}
	d.accuracy = max(d.accuracy, o.accuracy)
	d.buckets = append(d.buckets, o.buckets...)
	if len(d.buckets) > 2*d.ordered+mostLoose {
		d.pack()
	}
}

// at is the value of the bucket behind which more than a share of the weight lies.
func (d *qdigest) at(share float64) int64 {
	total, sum := 0.0, 0.0
	for _, b := range d.buckets {
		total += b.weight
	}
	for _, b := range d.buckets {
		if sum += b.weight; sum > share*total {
			return b.value
		}
	}
	return d.buckets[len(d.buckets)-1].value
}

// of is the share of the weight below a value; false outside.
func (d *qdigest) of(value int64) (float64, bool) {
	total, below := 0.0, 0.0
	for _, b := range d.buckets {
		if total += b.weight; b.value < value {
			below += b.weight
		}
	}
	return below / total, value >= d.low && value <= d.buckets[len(d.buckets)-1].value
}

func (d *qdigest) bytes() []byte {
	d.pack()
	out := binary.LittleEndian.AppendUint64(nil, math.Float64bits(d.accuracy))
	out = binary.LittleEndian.AppendUint64(out, uint64(d.low))
	for _, b := range d.buckets {
		out = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(out, uint64(b.value)), math.Float64bits(b.weight))
	}
	return out
}

func readQDigest(b []byte) *qdigest {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	d := &qdigest{accuracy: math.Float64frombits(word(0)), low: int64(word(1))}
	for i := 2; i*8 < len(b); i += 2 {
		d.buckets = append(d.buckets, bucket{int64(word(i)), math.Float64frombits(word(i + 1))})
	}
	d.ordered = len(d.buckets)
	return d
}

func isQDigest(b []byte) bool {
	if len(b) < 32 || len(b)%16 != 0 || len(b) > 1<<24 {
		return false
	}
	d := readQDigest(b)
	ok := d.accuracy > 0 && d.accuracy < 1 && d.low <= d.buckets[0].value
	for i, x := range d.buckets {
		ok = ok && x.weight > 0 && x.weight <= 1e18 && (i == 0 || x.value > d.buckets[i-1].value)
	}
	return ok
}

func init() {
	for _, t := range []string{"bigint", "double", "real"} {
		qdigests(page("qdigest"), t)
	}
}

func qdigests(p page, t string) {
	kind := "qdigest(" + t + ")"
	get := func(r *Row, i int) int64 { return ordinal(r.Float(i)) }
	if t == "bigint" {
		get = (*Row).Int
	}
	size := func(d *qdigest) int { return 16 * cap(d.buckets) }
	merge := func(d, o *qdigest, _ *Row) { d.merge(o) }
	put := func(d *qdigest, r *Row) {
		if len(d.buckets) > 0 {
			r.PutBytes(d.bytes())
		}
	}
	add := func(d *qdigest, r *Row) {
		weight := 1.0
		if d.accuracy == 0 {
			d.accuracy = defaultAccuracy
		}
		if r.Len() > 1 {
			weight = float64(r.Int(1))
		}
		if r.Len() > 2 {
			d.accuracy = r.Float(2)
		}
		switch {
		case !(weight > 0):
			r.Invalid("Weight must be > 0, was %v", weight)
		case !(d.accuracy > 0 && d.accuracy < 1):
			r.Invalid("Percentile accuracy must be exclusively between 0 and 1, was %v", d.accuracy)
		case t != "bigint" && r.Float(0) != r.Float(0):
			r.Invalid("NaN cannot be added to a quantile digest")
		default:
			d.add(get(r, 0), weight)
		}
	}
	for _, args := range []string{"", ",bigint", ",bigint,double"} {
		folding(p, "qdigest_agg("+t+args+") "+kind, add, merge, put, size)
	}
	folding(p, "merge("+kind+") "+kind, func(d *qdigest, r *Row) { d.merge(readQDigest(r.Bytes(0))) }, merge, put, size)
	p.rows("value_at_quantile("+kind+",double) "+t, func(r *Row) {
		if !share(r, r.Float(1)) {
			return
		}
		if n := readQDigest(r.Bytes(0)).at(r.Float(1)); t == "bigint" {
			r.PutInt(n)
		} else {
			r.PutFloat(ofOrdinal(n))
		}
	})
	p.rows("values_at_quantiles("+kind+",array(double)) array("+t+")", func(r *Row) {
		d := readQDigest(r.Bytes(0))
		shares(r, func(x float64) {
			if t == "bigint" {
				r.Out.Elems[0].AppendInt(d.at(x))
			} else {
				r.Out.Elems[0].AppendFloat(ofOrdinal(d.at(x)))
			}
		})
	})
	p.rows("quantile_at_value("+kind+","+t+") double", func(r *Row) {
		if x, ok := readQDigest(r.Bytes(0)).of(get(r, 1)); ok {
			r.PutFloat(x)
		}
	})
}
