package functions

import (
	"slices"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/lambda.html: a lambda is computed for the elements of all rows at once.
func init() {
	p := page("lambda")
	array := page("array")
	maps := page("map")
	lambda := func(p page, text string, f func(e *elements) (*vector.Vector, error)) {
		p.kernel(text, func(_ []*types.Type, result *types.Type) Kernel {
			return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
				return inParts(n, in, result, func(n int, in []Arg) (*vector.Vector, error) {
					return f(&elements{c: c, n: n, in: in, result: result})
				})
			}
		}, withNulls)
	}
	lambda(p, "transform(array(T),function(T,U)) array(U)", transform)
	lambda(p, "filter(array(T),function(T,boolean)) array(T)", filterElements)
	lambda(p, "reduce(array(T),S,function(S,T,S),function(S,R)) R", reduce)
	lambda(array, "any_match(array(T),function(T,boolean)) boolean", func(e *elements) (*vector.Vector, error) { return match(e, true, false) })
	lambda(array, "all_match(array(T),function(T,boolean)) boolean", func(e *elements) (*vector.Vector, error) { return match(e, false, true) })
	lambda(array, "none_match(array(T),function(T,boolean)) boolean", func(e *elements) (*vector.Vector, error) { return match(e, true, true) })
	lambda(array, "array_sort(array(T),function(T,T,integer)) array(T)", sortBy)
	lambda(array, "zip_with(array(T),array(U),function(T,U,R)) array(R)", zipWith)
	lambda(maps, "map_filter(map(K,V),function(K,V,boolean)) map(K,V)", filterElements)
	lambda(maps, "transform_keys(map(K,V),function(K,V,W)) map(W,V)", func(e *elements) (*vector.Vector, error) { return transformMap(e, 0) })
	lambda(maps, "transform_values(map(K,V),function(K,V,W)) map(K,W)", func(e *elements) (*vector.Vector, error) { return transformMap(e, 1) })
	lambda(maps, "map_zip_with(map(K,A),map(K,B),function(K,A,B,R)) map(K,R)", mapZipWith)
}

// maxLaid is how many elements are computed at once.
const maxLaid = 1 << 20

// inParts computes some of n rows at a time when their lists are long: the elements of all rows are laid out beside each other.
func inParts(n int, in []Arg, result *types.Type, f func(n int, in []Arg) (*vector.Vector, error)) (*vector.Vector, error) {
	out, from, laid := result.New(), 0, 0
	for i := range n {
		for _, a := range in {
			if a.Vector != nil && !a.IsNull(i) && (a.Kind == vector.List || a.Kind == vector.Map) {
				v, j := a.At(i)
				begin, end := v.Span(j)
				laid += end - begin
			}
		}
		if laid < maxLaid && i < n-1 {
			continue
		}
		if from == 0 && i == n-1 {
			return f(n, in)
		}
		part, err := f(i+1-from, rowsOf(in, from, i+1))
		if err != nil {
			return nil, err
		}
		for j := range part.Len {
			out.Append(part, j)
		}
		from, laid = i+1, 0
	}
	return out, nil
}

// rowsOf is arguments at the rows from to to.
func rowsOf(in []Arg, from, to int) []Arg {
	rows := make([]uint32, to-from)
	for i := range rows {
		rows[i] = uint32(from + i)
	}
	out := make([]Arg, len(in))
	for i, a := range in {
		if a.Vector != nil {
			out[i].Vector = a.Pick(rows)
		}
		if a.Lambda != nil {
			out[i].Lambda = func(parents []uint32, args ...*vector.Vector) (*vector.Vector, error) {
				whole := make([]uint32, len(parents))
				for i, p := range parents {
					whole[i] = p + uint32(from)
				}
				return a.Lambda(whole, args...)
			}
		}
	}
	return out
}

// elements are the elements of the lists of all rows, and what to do with them.
type elements struct {
	c      *Context
	n      int
	in     []Arg
	result *types.Type

	parents []uint32
	values  []*vector.Vector // of the elements: an array's, or a map's keys and values
	bounds  []int            // row i's elements are bounds[i] to bounds[i+1]
	null    []bool
}

// lay lays out the elements of argument a.
func (e *elements) lay(a int) {
	v := e.in[a].Vector
	e.bounds, e.null = []int{0}, make([]bool, e.n)
	var rows []uint32
	e.parents = nil
	src := v
	if v.Dict != nil {
		src = v.Dict
	}
	for i := range e.n {
		d, j := v.At(i)
		if e.null[i] = d.IsNull(j); !e.null[i] {
			for from, to := d.Span(j); from < to; from++ {
				rows, e.parents = append(rows, uint32(from)), append(e.parents, uint32(i))
			}
		}
		e.bounds = append(e.bounds, len(rows))
	}
	e.values = nil
	for _, x := range src.Elems {
		e.values = append(e.values, x.Pick(rows))
	}
	for len(e.values) == 0 || v.Kind == vector.Map && len(e.values) < 2 {
		e.values = append(e.values, vector.New(vector.Null))
	}
}

// truth is what a lambda that gives booleans says of an element: false and false when it says null.
func truth(v *vector.Vector, i int) (is, known bool) {
	v, i = v.At(i)
	if v.IsNull(i) {
		return false, false
	}
	return v.Bools[i], true
}

func transform(e *elements) (*vector.Vector, error) {
	e.lay(0)
	v, err := e.in[1].Lambda(e.parents, e.values...)
	if err != nil {
		return nil, err
	}
	return e.lists(v), nil
}

// lists is new elements in the old lists.
func (e *elements) lists(values ...*vector.Vector) *vector.Vector {
	out := &vector.Vector{Kind: e.result.Vector(), Len: e.n, Offsets: []uint32{0}}
	for i, v := range values {
		f := v.Flat()
		if f.Kind == vector.Null && e.result.Fields[i].Type.Vector() != vector.Null {
			f = vector.Nothing(e.result.Fields[i].Type.Vector(), f.Len).Flat()
		}
		out.Elems = append(out.Elems, f)
	}
	for i := range e.n {
		if e.null[i] {
			out.Nulls.Set(i)
		}
		out.Offsets = append(out.Offsets, uint32(e.bounds[i+1]))
	}
	return out
}

func filterElements(e *elements) (*vector.Vector, error) {
	e.lay(0)
	v, err := e.in[1].Lambda(e.parents, e.values...)
	if err != nil {
		return nil, err
	}
	var rows []uint32
	bounds := []int{0}
	for i := range e.n {
		for k := e.bounds[i]; k < e.bounds[i+1]; k++ {
			if is, _ := truth(v, k); is {
				rows = append(rows, uint32(k))
			}
		}
		bounds = append(bounds, len(rows))
	}
	e.bounds = bounds
	for i := range e.values {
		e.values[i] = e.values[i].Pick(rows)
	}
	return e.lists(e.values...), nil
}

// reduce steps through the lists of all rows together: element k of each in step k.
func reduce(e *elements) (*vector.Vector, error) {
	e.lay(0)
	state := e.in[1].Vector
	most := 0
	for i := range e.n {
		most = max(most, e.bounds[i+1]-e.bounds[i])
	}
	for k := range most {
		if err := e.c.Err(); err != nil {
			return nil, err
		}
		var rows, at []uint32
		for i := range e.n {
			if e.bounds[i]+k < e.bounds[i+1] {
				rows, at = append(rows, uint32(i)), append(at, uint32(e.bounds[i]+k))
			}
		}
		v, err := e.in[2].Lambda(rows, state.Pick(rows), e.values[0].Pick(at))
		if err != nil {
			return nil, err
		}
		if len(rows) == e.n {
			state = v
			continue
		}
		next, j := vector.New(v.Kind), 0
		for i := range e.n {
			if j < len(rows) && rows[j] == uint32(i) {
				next.Append(v, j)
				j++
			} else {
				next.Append(state, i)
			}
		}
		state = next
	}
	all := make([]uint32, e.n)
	for i := range all {
		all[i] = uint32(i)
	}
	v, err := e.in[3].Lambda(all, state)
	if err != nil {
		return nil, err
	}
	return e.masked(v), nil
}

// masked is v, null where the list was.
func (e *elements) masked(v *vector.Vector) *vector.Vector {
	if !slices.Contains(e.null, true) {
		return v
	}
	out := vector.New(v.Kind)
	for i := range e.n {
		if e.null[i] {
			out.AppendNull()
		} else {
			out.Append(v, i)
		}
	}
	return out
}

// match looks for an element of which the lambda says decides; negated turns the answer when it is found around.
func match(e *elements, decides, negated bool) (*vector.Vector, error) {
	e.lay(0)
	v, err := e.in[1].Lambda(e.parents, e.values...)
	if err != nil {
		return nil, err
	}
	out := vector.New(vector.Bool)
	for i := range e.n {
		found, unknown := false, e.null[i]
		for k := e.bounds[i]; k < e.bounds[i+1]; k++ {
			is, known := truth(v, k)
			found = found || known && is == decides
			unknown = unknown || !known
		}
		switch {
		case found:
			out.AppendBool(!negated)
		case unknown:
			out.AppendNull()
		default:
			out.AppendBool(negated)
		}
	}
	return out, nil
}

// sortBy sorts by a lambda that compares two elements, each list for itself.
func sortBy(e *elements) (*vector.Vector, error) {
	e.lay(0)
	var rows []uint32
	var failed error
	for i := range e.n {
		order := make([]uint32, 0, e.bounds[i+1]-e.bounds[i])
		for k := e.bounds[i]; k < e.bounds[i+1]; k++ {
			order = append(order, uint32(k))
		}
		slices.SortStableFunc(order, func(a, b uint32) int {
			if failed != nil {
				return 0
			}
			v, err := e.in[1].Lambda([]uint32{uint32(i)}, e.values[0].Pick([]uint32{a}), e.values[0].Pick([]uint32{b}))
			if err != nil {
				failed = err
				return 0
			}
			v, at := v.At(0)
			if v.IsNull(at) {
				failed = errArgument("Lambda comparator must return either -1, 0, or 1")
				return 0
			}
			return int(v.Ints[at])
		})
		rows = append(rows, order...)
	}
	if failed != nil {
		return nil, failed
	}
	return e.lists(e.values[0].Pick(rows)), nil
}

// zipWith fills the shorter list with nulls.
func zipWith(e *elements) (*vector.Vector, error) {
	other := &elements{c: e.c, n: e.n, in: e.in}
	e.lay(0)
	other.lay(1)
	a, b := vector.New(e.values[0].Kind), vector.New(other.values[0].Kind)
	bounds := []int{0}
	var parents []uint32
	for i := range e.n {
		e.null[i] = e.null[i] || other.null[i]
		if !e.null[i] {
			n, m := e.bounds[i+1]-e.bounds[i], other.bounds[i+1]-other.bounds[i]
			for k := range max(n, m) {
				appendOr(a, e.values[0], e.bounds[i]+k, k < n)
				appendOr(b, other.values[0], other.bounds[i]+k, k < m)
				parents = append(parents, uint32(i))
			}
		}
		bounds = append(bounds, a.Len)
	}
	e.bounds = bounds
	v, err := e.in[2].Lambda(parents, a, b)
	if err != nil {
		return nil, err
	}
	return e.lists(v), nil
}

func appendOr(out, v *vector.Vector, i int, have bool) {
	if have {
		out.Append(v, i)
	} else {
		out.AppendNull()
	}
}

func transformMap(e *elements, side int) (*vector.Vector, error) {
	e.lay(0)
	v, err := e.in[1].Lambda(e.parents, e.values...)
	if err != nil {
		return nil, err
	}
	if side == 0 {
		for i := range e.n {
			seen := map[string]int{}
			for k := e.bounds[i]; k < e.bounds[i+1]; k++ {
				if v.IsNull(k) {
					return nil, errArgument("map key cannot be null")
				}
				if !fresh(seen, e.result.Key(), v, k) {
					return nil, errArgument("Duplicate map keys (%s) are not allowed", types.Format(e.result.Key(), v, k))
				}
			}
		}
	}
	e.values[side] = v
	return e.lists(e.values...), nil
}

// mapZipWith goes through the keys of both maps.
func mapZipWith(e *elements) (*vector.Vector, error) {
	e.lay(0)
	other := &elements{c: e.c, n: e.n, in: e.in}
	other.lay(1)
	t := e.result.Key()
	keys, a, b := t.New(), vector.New(e.values[1].Kind), vector.New(other.values[1].Kind)
	bounds := []int{0}
	var parents []uint32
	for i := range e.n {
		e.null[i] = e.null[i] || other.null[i]
		if !e.null[i] {
			at := map[string]int{}
			for k := other.bounds[i]; k < other.bounds[i+1]; k++ {
				at[string(types.AppendKey(nil, t, other.values[0], k))] = k
			}
			for k := e.bounds[i]; k < e.bounds[i+1]; k++ {
				key := string(types.AppendKey(nil, t, e.values[0], k))
				j, both := at[key]
				delete(at, key)
				keys.Append(e.values[0], k)
				a.Append(e.values[1], k)
				appendOr(b, other.values[1], j, both)
			}
			for k := other.bounds[i]; k < other.bounds[i+1]; k++ {
				if _, left := at[string(types.AppendKey(nil, t, other.values[0], k))]; left {
					keys.Append(other.values[0], k)
					a.AppendNull()
					b.Append(other.values[1], k)
				}
			}
		}
		for len(parents) < keys.Len {
			parents = append(parents, uint32(i))
		}
		bounds = append(bounds, keys.Len)
	}
	e.bounds = bounds
	v, err := e.in[2].Lambda(parents, keys, a, b)
	if err != nil {
		return nil, err
	}
	return e.lists(keys, v), nil
}
