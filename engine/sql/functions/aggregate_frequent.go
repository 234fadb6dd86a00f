package functions

import (
	"container/heap"
	"math"
	"slices"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// frequent is the stream summary of Metwally, Agrawal and El Abbadi ("Efficient Computation of Frequent and Top-k Elements in Data Streams"):
// at most capacity values are counted; a new one takes the place, and the count, of that which was counted least.
// https://trino.io/docs/current/functions/aggregate.html#approximate-aggregate-functions
type frequent struct {
	at                map[string]*counter
	least             counters
	buckets, capacity int
	came              int64
	held              int
}

type counter struct {
	key   string
	value *vector.Vector
	n     int64
	came  int64
	place int // in the heap
}

// counters is a heap, with what was counted least, and of that what came last, on top.
type counters []*counter

func (h counters) Len() int { return len(h) }
func (h counters) Less(i, j int) bool {
	return h[i].n < h[j].n || h[i].n == h[j].n && h[i].came > h[j].came
}
func (h counters) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}
func (h *counters) Push(x any) {
	x.(*counter).place = len(*h)
	*h = append(*h, x.(*counter))
}
func (h *counters) Pop() any {
	x := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return x
}

func (s *frequent) add(t *types.Type, v *vector.Vector, i int, n int64) {
	key := string(types.AppendKey(nil, t, v, i))
	if s.at == nil {
		s.at = map[string]*counter{}
	}
	if c := s.at[key]; c != nil {
		c.n += n
		heap.Fix(&s.least, c.place)
		return
	}
	s.came++
	c := &counter{key: key, value: t.New(), n: n, came: s.came}
	c.value.Append(v, i)
	if len(s.least) >= s.capacity {
		old := heap.Pop(&s.least).(*counter)
		delete(s.at, old.key)
		s.held -= 2*len(old.key) + 200
		c.n += old.n
	}
	s.at[key] = c
	heap.Push(&s.least, c)
	s.held += 2*len(key) + 200
}

// sorted is what was counted, the most first.
func (s *frequent) sorted() []*counter {
	list := slices.Clone(s.least)
	slices.SortFunc(list, func(a, b *counter) int {
		if a.n != b.n {
			return int(math.Copysign(1, float64(b.n-a.n)))
		}
		return int(a.came - b.came)
	})
	return list
}

func init() {
	p := page("aggregate")
	folding(p, "approx_most_frequent(bigint,T,bigint) map(T,bigint)", func(s *frequent, r *Row) {
		if s.capacity == 0 {
			if r.Int(0) < 1 || r.Int(2) < 1 || r.Int(0) > maxElems || r.Int(2) > maxElems {
				r.Invalid("approx_most_frequent bucket count and capacity must be between 1 and %d, input bucket count: %d, capacity: %d", maxElems, r.Int(0), r.Int(2))
				return
			}
			s.buckets, s.capacity = int(r.Int(0)), int(r.Int(2))
		}
		v, i := r.At(1)
		s.add(r.Types[1], v, i, 1)
	}, func(s, o *frequent, r *Row) {
		if s.capacity == 0 {
			s.buckets, s.capacity = o.buckets, o.capacity
		}
		for _, c := range o.sorted() {
			s.add(r.Types[1], c.value, 0, c.n)
		}
	}, func(s *frequent, r *Row) {
		if s.capacity == 0 {
			return
		}
		for i, c := range s.sorted() {
			if i == s.buckets {
				break
			}
			r.Out.Elems[0].Append(c.value, 0)
			r.Out.Elems[1].AppendInt(c.n)
		}
		r.Out.EndSpan()
	}, func(s *frequent) int { return s.held })
	histograms(p)
}

// centroids is the histogram of Ben-Haim and Tom-Tov ("A streaming parallel decision tree algorithm"): values with weights, of which those next to
// each other are made one whose joining costs least, until there are no more than buckets.
type centroids struct {
	buckets int
	list    []centroid
}

type centroid struct{ value, weight float64 }

// slack is how many values wait before buckets are made of them.
const slack = 100

func (s *centroids) add(value, weight float64) {
	s.list = append(s.list, centroid{value, weight})
	if len(s.list) >= s.buckets+slack {
		s.compact()
	}
}

func (s *centroids) compact() {
	slices.SortStableFunc(s.list, func(a, b centroid) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	out := s.list[:0]
	for _, c := range s.list {
		if n := len(out); n > 0 && out[n-1].value == c.value {
			out[n-1].weight += c.weight
		} else {
			out = append(out, c)
		}
	}
	for len(out) > s.buckets {
		best, cost := 0, math.Inf(1)
		for i := range len(out) - 1 {
			a, b := out[i], out[i+1]
			sum := a.weight + b.weight
			if c := (a.value - b.value) * (a.value - b.value) * a.weight * b.weight / (sum * sum); c < cost {
				best, cost = i, c
			}
		}
		a, b := out[best], out[best+1]
		sum := a.weight + b.weight
		out[best] = centroid{(a.value*a.weight + b.value*b.weight) / sum, sum}
		out = slices.Delete(out, best+1, best+2)
	}
	s.list = out
}

// maxBuckets bounds what a histogram sorts again and again.
const maxBuckets = 10_000

func histograms(p page) {
	for _, text := range []string{"numeric_histogram(bigint,double) map(double,double)", "numeric_histogram(bigint,double,double) map(double,double)"} {
		folding(p, text, func(s *centroids, r *Row) {
			if s.buckets == 0 {
				if r.Int(0) < 2 || r.Int(0) > maxBuckets {
					r.Invalid("numeric_histogram bucket count must be between 2 and %d, input bucket count: %d", maxBuckets, r.Int(0))
					return
				}
				s.buckets = int(r.Int(0))
			}
			weight := 1.0
			if r.Len() > 2 {
				weight = r.Float(2)
			}
			if f := r.Float(1); !math.IsNaN(f) && !math.IsInf(f, 0) && weight > 0 {
				s.add(f, weight)
			} else {
				r.Invalid("numeric_histogram value must be finite and its weight positive")
			}
		}, func(s, o *centroids, _ *Row) {
			if s.buckets = max(s.buckets, o.buckets); s.buckets > 0 {
				for _, c := range o.list {
					s.add(c.value, c.weight)
				}
			}
		}, func(s *centroids, r *Row) {
			if s.buckets == 0 {
				return
			}
			s.compact()
			for _, c := range s.list {
				r.Out.Elems[0].AppendFloat(c.value)
				r.Out.Elems[1].AppendFloat(c.weight)
			}
			r.Out.EndSpan()
		}, func(s *centroids) int { return 16 * cap(s.list) })
	}
}
