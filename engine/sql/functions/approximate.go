package functions

import (
	"math"
	"math/bits"
	"slices"

	"github.com/zeebo/xxh3"

	"unyo/engine/sql/types"
)

// HyperLogLog with 2^bits registers of a byte: https://trino.io/docs/current/functions/hyperloglog.html. The standard error is
// 1.04/sqrt(registers); Trino's default of 2.3 % takes 2048.
const defaultBits = 11

// sketch is the registers; empty before the first value.
type sketch struct{ registers []byte }

func (s *sketch) add(hash uint64, width int) {
	if s.registers == nil {
		s.registers = make([]byte, 1<<width)
	}
	at := hash >> (64 - width)
	rank := byte(bits.LeadingZeros64(hash<<width|1<<(width-1)) + 1)
	s.registers[at] = max(s.registers[at], rank)
}

func (s *sketch) merge(o []byte) bool {
	if len(o) == 0 {
		return true
	}
	if s.registers == nil {
		s.registers = make([]byte, len(o))
	}
	if len(o) != len(s.registers) {
		return false
	}
	for i, x := range o {
		s.registers[i] = max(s.registers[i], x)
	}
	return true
}

// cardinality estimates how many different values there were.
func cardinality(registers []byte) int64 {
	if len(registers) == 0 {
		return 0
	}
	m := float64(len(registers))
	sum, zero := 0.0, 0.0
	for _, x := range registers {
		sum += math.Pow(2, -float64(x))
		if x == 0 {
			zero++
		}
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if estimate <= 2.5*m && zero > 0 {
		estimate = m * math.Log(m/zero)
	}
	return int64(math.Round(estimate))
}

// toSketch takes a sketch from its bytes, if they are those of one.
func toSketch(from, to *types.Type) func(r *Row) {
	if from.Kind != types.Varbinary {
		return nil
	}
	good := map[types.Kind]func([]byte) bool{types.HyperLogLog: isSketch, types.TDigest: isTDigest, types.QDigest: isQDigest, types.SetDigest: isSetDigest}[to.Kind]
	return func(r *Row) {
		if b := r.Bytes(0); good(b) {
			r.PutBytes(b)
		} else {
			r.Fail(errCast("Cannot cast varbinary to %s: these are not its bytes", to))
		}
	}
}

func isSketch(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	for _, x := range b {
		if x > 64 {
			return false
		}
	}
	return len(b) >= 16 && len(b) <= 1<<16 && len(b)&(len(b)-1) == 0
}

func sizeSketch(s *sketch) int { return len(s.registers) }

// widthFor is how many bits a standard error takes.
func widthFor(r *Row, e float64) int {
	if !(e >= 0.0040625 && e <= 0.26) {
		r.Invalid("Standard error must be in [0.0040625, 0.26000]: %v", e)
		return defaultBits
	}
	return int(math.Ceil(math.Log2(math.Pow(1.04/e, 2))))
}

func hashOf(r *Row, i int) uint64 {
	v, at := r.At(i)
	return xxh3.Hash(types.AppendKey(nil, r.Types[i], v, at))
}

func init() {
	p, h := page("aggregate"), page("hyperloglog")
	add := func(s *sketch, r *Row) {
		width := defaultBits
		if r.Len() > 1 {
			width = widthFor(r, r.Float(1))
		}
		s.add(hashOf(r, 0), width)
	}
	merge := func(s, o *sketch, r *Row) {
		if !s.merge(o.registers) {
			r.Invalid("sketches of different sizes cannot be merged")
		}
	}
	count := func(s *sketch, r *Row) { r.PutInt(cardinality(s.registers)) }
	whole := func(s *sketch, r *Row) {
		if s.registers != nil {
			r.PutBytes(s.registers)
		}
	}
	for _, args := range []string{"(T)", "(T,double)"} {
		folding(p, "approx_distinct"+args+" bigint", add, merge, count, sizeSketch)
		folding(h, "approx_set"+args+" hyperloglog", add, merge, whole, sizeSketch)
	}
	folding(h, "merge(hyperloglog) hyperloglog", func(s *sketch, r *Row) { merge(s, &sketch{r.Bytes(0)}, r) }, merge, whole, sizeSketch)
	h.rows("cardinality(hyperloglog) bigint", func(r *Row) { r.PutInt(cardinality(r.Bytes(0))) })
	h.rows("empty_approx_set() hyperloglog", func(r *Row) { r.PutBytes(nil) })
	for _, t := range []string{"bigint", "double", "real"} {
		percentiles(p, t)
	}
}

// sample is values with weights, all of them: what is asked of it is exact.
type sample struct {
	values  []float64
	weights []float64 // nil when all are 1
	asked   []float64 // which percentages
	many    bool
}

func sizeSample(s *sample) int { return 8 * (cap(s.values) + cap(s.weights)) }

func (s *sample) add(x, weight float64) {
	if weight != 1 && s.weights == nil {
		s.weights = make([]float64, len(s.values))
		for i := range s.weights {
			s.weights[i] = 1
		}
	}
	s.values = append(s.values, x)
	if s.weights != nil {
		s.weights = append(s.weights, weight)
	}
}

func (s *sample) merge(o *sample) {
	for i, x := range o.values {
		w := 1.0
		if o.weights != nil {
			w = o.weights[i]
		}
		s.add(x, w)
	}
	if s.asked == nil {
		s.asked, s.many = o.asked, o.many
	}
}

// at is the value below which a part of the weight lies.
func (s *sample) at(order []int, total, part float64) float64 {
	sum := 0.0
	for _, i := range order {
		w := 1.0
		if s.weights != nil {
			w = s.weights[i]
		}
		if sum += w; sum >= part*total {
			return s.values[i]
		}
	}
	return s.values[order[len(order)-1]]
}

func percentiles(p page, t string) {
	number := func(r *Row) float64 {
		if t == "bigint" {
			return float64(r.Int(0))
		}
		return r.Float(0)
	}
	ask := func(s *sample, r *Row, at int) {
		if s.asked != nil {
			return
		}
		check := func(x float64) {
			if !(x >= 0 && x <= 1) {
				r.Invalid("Percentile must be between 0 and 1")
			}
			s.asked = append(s.asked, x)
		}
		if r.Types[at].Kind != types.Array {
			check(r.Float(at))
			return
		}
		s.asked, s.many = []float64{}, true
		v, from, to := r.Span(at)
		for ; from < to; from++ {
			if v.Elems[0].IsNull(from) {
				r.Invalid("Percentile cannot be null")
				return
			}
			check(floatAt(v.Elems[0], from))
		}
	}
	put := func(s *sample, r *Row) {
		if len(s.values) == 0 {
			return
		}
		order, total := make([]int, len(s.values)), 0.0
		for i := range order {
			order[i] = i
			if total++; s.weights != nil {
				total += s.weights[i] - 1
			}
		}
		slices.SortFunc(order, func(i, j int) int { return types.CompareFloat(s.values[i], s.values[j]) })
		out := r.Out
		if s.many {
			out = r.Out.Elems[0]
		}
		for _, part := range s.asked {
			if x := s.at(order, total, part); t == "bigint" {
				out.AppendInt(int64(x))
			} else {
				out.AppendFloat(x)
			}
		}
		if s.many {
			r.Out.EndSpan()
		}
	}
	merge := func(s, o *sample, _ *Row) { s.merge(o) }
	for _, shape := range [][2]string{{"double", t}, {"array(double)", "array(" + t + ")"}} {
		folding(p, "approx_percentile("+t+","+shape[0]+") "+shape[1], func(s *sample, r *Row) {
			ask(s, r, 1)
			s.add(number(r), 1)
		}, merge, put, sizeSample)
		folding(p, "approx_percentile("+t+",double,"+shape[0]+") "+shape[1], func(s *sample, r *Row) {
			ask(s, r, 2)
			if w := r.Float(1); w <= 0 {
				r.Invalid("percentile weight must be > 0")
			} else {
				s.add(number(r), w)
			}
		}, merge, put, sizeSample)
	}
}
