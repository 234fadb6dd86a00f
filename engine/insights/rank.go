package insights

import (
	"container/heap"
	"slices"
)

// ranking keeps the first rows of an order: a heap with the last of them on top.
type ranking struct {
	keys  []orderKey
	limit int
	heap  []*ranked
	bytes int
}

type ranked struct {
	*kept
	keys []Value
}

func (x *ranking) Len() int           { return len(x.heap) }
func (x *ranking) Less(i, j int) bool { return x.compare(x.heap[i], x.heap[j]) > 0 }
func (x *ranking) Swap(i, j int)      { x.heap[i], x.heap[j] = x.heap[j], x.heap[i] }
func (x *ranking) Push(r any)         { x.heap = append(x.heap, r.(*ranked)) }
func (x *ranking) Pop() any {
	r := x.heap[len(x.heap)-1]
	x.heap = x.heap[:len(x.heap)-1]
	return r
}

func (x *ranking) compare(a, b *ranked) int {
	for i := range x.keys {
		if c := rank(&a.keys[i], &b.keys[i]); c != 0 {
			if x.keys[i].desc {
				return -c
			}
			return c
		}
	}
	if len(x.keys) > 0 { // what is alike is in the order of time
		return a.born.compare(&b.born)
	}
	return a.at.compare(&b.at)
}

// beats reports whether r comes before the last of a full list.
func (x *ranking) beats(r *row) bool {
	last := x.heap[0]
	for i, k := range x.keys {
		if c := rank(&r.vals[k.slot], &last.keys[i]); c != 0 {
			return (c < 0) != k.desc
		}
	}
	if len(x.keys) > 0 {
		return r.born.compare(&last.born) < 0
	}
	return r.at.compare(&last.at) < 0
}

func (x *ranking) add(r *row) {
	if len(x.heap) == x.limit && !x.beats(r) {
		return
	}
	k := &ranked{kept: r.save(), keys: make([]Value, len(x.keys))}
	for i, key := range x.keys {
		k.keys[i] = r.vals[key.slot].clone()
	}
	x.push(k)
}

func (x *ranking) push(k *ranked) {
	x.bytes += k.size()
	heap.Push(x, k)
	if len(x.heap) > x.limit {
		x.bytes -= heap.Pop(x).(*ranked).size()
	}
}

func (x *ranking) merge(o sink) {
	for _, k := range o.(*ranking).heap {
		x.push(k)
	}
}

func (x *ranking) size() int { return x.bytes }

// rows are in order, and from here on that is their order.
func (x *ranking) rows() []*kept {
	slices.SortFunc(x.heap, x.compare)
	list := make([]*kept, len(x.heap))
	for i, k := range x.heap {
		k.at = nth(i)
		list[i] = k.kept
	}
	return list
}
