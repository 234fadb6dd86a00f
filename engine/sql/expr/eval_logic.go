package expr

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Filter is the rows at which all conditions are true, in order; nil when that is every row.
func Filter(env *Env, conds []Expr) ([]uint32, error) {
	var rows []uint32
	for _, c := range conds {
		at := env
		if rows != nil {
			if len(rows) == 0 {
				return rows, nil
			}
			at = env.pick(rows)
		}
		v, err := Eval(at, c)
		if err != nil {
			return nil, err
		}
		rows = keep(v, rows)
	}
	return rows, nil
}

// keep is those of rows (nil for all) at which v is true.
func keep(v *vector.Vector, rows []uint32) []uint32 {
	if v.Dict != nil && v.Index == nil {
		if truth(v, 0) == yes {
			return rows
		}
		return []uint32{}
	}
	yes := truths(v)
	out, n := make([]uint32, len(yes)), 0
	for i, is := range yes { // without a branch that nobody can foresee
		row := uint32(i)
		if rows != nil {
			row = rows[i]
		}
		out[n] = row
		one := 0
		if is {
			one = 1
		}
		n += one
	}
	if rows == nil && n == len(yes) {
		return nil
	}
	return out[:n]
}

// truths tells at which rows v is true.
func truths(v *vector.Vector) []bool {
	if v.Dict == nil && len(v.Nulls) == 0 && v.Kind == vector.Bool {
		return v.Bools[:v.Len]
	}
	out := make([]bool, v.Len)
	if d := v.Dict; d != nil && (d.Len <= v.Len || len(d.Nulls) == 0 && d.Kind == vector.Bool) {
		dict := truths(d)
		for i, at := range v.Index {
			out[i] = dict[at]
		}
		return out
	}
	for i := range out {
		out[i] = truth(v, i) == yes
	}
	return out
}

type tri uint8

const (
	no tri = iota
	yes
	unknown
)

func truth(v *vector.Vector, i int) tri {
	v, i = v.At(i)
	switch {
	case v.Kind == vector.Null || v.Nulls.Has(i):
		return unknown
	case v.Bools[i]:
		return yes
	}
	return no
}

func triVector(list []tri) *vector.Vector {
	out := &vector.Vector{Kind: vector.Bool, Len: len(list), Bools: make([]bool, len(list))}
	for i, t := range list {
		if t == unknown {
			out.Nulls.Set(i)
		}
		out.Bools[i] = t == yes
	}
	return out
}

// junction is OR when any, else AND: what decides it (true of OR, false of AND) ends it.
func (env *Env) junction(list []Expr, any bool) (*vector.Vector, error) {
	decides := no
	if any {
		decides = yes
	}
	state := make([]tri, env.N)
	for i := range state {
		state[i] = 1 - decides
	}
	at := env
	var rows []uint32
	for _, e := range list {
		v, err := Eval(at, e)
		if err != nil {
			return nil, err
		}
		open := make([]uint32, 0, at.N)
		for i := range at.N {
			row := uint32(i)
			if rows != nil {
				row = rows[i]
			}
			switch t := truth(v, i); {
			case t == decides:
				state[row] = decides
				continue
			case t == unknown:
				state[row] = unknown
			}
			open = append(open, row)
		}
		if len(open) == 0 {
			break
		}
		if len(open) < env.N {
			rows, at = open, env.pick(open)
		}
	}
	return triVector(state), nil
}

func (env *Env) not(x Expr) (*vector.Vector, error) {
	v, err := Eval(env, x)
	if err != nil {
		return nil, err
	}
	f := v.Flat()
	if f.Kind == vector.Null {
		return f, nil
	}
	out := &vector.Vector{Kind: vector.Bool, Len: f.Len, Nulls: f.Nulls, Bools: make([]bool, f.Len)}
	for i, b := range f.Bools {
		out.Bools[i] = !b
	}
	return out, nil
}

// choose computes each branch for the rows that come to it.
func (env *Env) choose(c *Case) (*vector.Vector, error) {
	branch := make([]uint32, env.N) // of each row; the last is ELSE
	var rest []uint32
	at := env
	for n, cond := range c.Conds {
		v, err := Eval(at, cond)
		if err != nil {
			return nil, err
		}
		var next []uint32
		for i := range at.N {
			row := uint32(i)
			if rest != nil {
				row = rest[i]
			}
			if truth(v, i) == yes {
				branch[row] = uint32(n)
			} else {
				branch[row] = uint32(len(c.Conds))
				next = append(next, row)
			}
		}
		if rest = next; len(rest) == 0 {
			break
		}
		at = env.pick(rest)
	}
	otherwise := c.Else
	if otherwise == nil {
		otherwise = NullOf(c.T)
	}
	return env.merge(append(append([]Expr{}, c.Thens...), otherwise), branch, c.T)
}

// merge computes expression branch[i] for row i.
func (env *Env) merge(list []Expr, branch []uint32, t *types.Type) (*vector.Vector, error) {
	constants := true
	for _, e := range list {
		_, ok := e.(*Const)
		constants = constants && ok
	}
	if constants && env.N > 0 { // a dictionary of the branches
		dict := t.New()
		for _, e := range list {
			dict.Append(e.(*Const).Value, 0)
		}
		return &vector.Vector{Kind: dict.Kind, Len: env.N, Dict: dict, Index: branch}, nil
	}
	rows := make([][]uint32, len(list))
	for i, b := range branch {
		rows[b] = append(rows[b], uint32(i))
	}
	parts := make([]*vector.Vector, len(list))
	for b, r := range rows {
		if len(r) == 0 {
			continue
		}
		at := env
		if len(r) < env.N {
			at = env.pick(r)
		}
		v, err := Eval(at, list[b])
		if err != nil {
			return nil, err
		}
		if len(r) == env.N {
			return v, nil
		}
		parts[b] = v
	}
	out := t.New()
	out.Grow(env.N)
	next := make([]int, len(list))
	for _, b := range branch {
		out.Append(parts[b], next[b])
		next[b]++
	}
	return out, nil
}

func (env *Env) coalesce(c *Coalesce) (*vector.Vector, error) {
	first, err := Eval(env, c.List[0])
	if err != nil || !first.HasNulls() {
		return first, err
	}
	parts := []*vector.Vector{first}
	where := make([][2]uint32, env.N) // the part, and the place in it
	var rest []uint32
	for i := range env.N {
		where[i][1] = uint32(i)
		if first.IsNull(i) {
			rest = append(rest, uint32(i))
		}
	}
	for _, e := range c.List[1:] {
		if len(rest) == 0 {
			break
		}
		v, err := Eval(env.pick(rest), e)
		if err != nil {
			return nil, err
		}
		var next []uint32
		for i, row := range rest {
			where[row] = [2]uint32{uint32(len(parts)), uint32(i)}
			if v.IsNull(i) {
				next = append(next, row)
			}
		}
		parts, rest = append(parts, v), next
	}
	out := c.T.New()
	out.Grow(env.N)
	for _, w := range where {
		out.Append(parts[w[0]], int(w[1]))
	}
	return out, nil
}

// set is the constants of IN.
type set struct {
	ints  map[int64]bool
	texts map[string]bool
	null  bool
}

// NewIn is X IN constants of X's type.
func NewIn(x Expr, list []*Const) *In {
	s := &set{ints: map[int64]bool{}, texts: map[string]bool{}}
	for _, c := range list {
		switch {
		case c.Value.IsNull(0):
			s.null = true
		case c.T.Vector() == vector.Float && c.Value.Floats[0] != c.Value.Floats[0]: // NaN equals nothing
		default:
			s.add(c.T, c.Value)
		}
	}
	return &In{x, list, s}
}

func (s *set) add(t *types.Type, v *vector.Vector) {
	switch t.Vector() {
	case vector.Int:
		s.ints[v.Ints[0]] = true
	case vector.Bytes:
		s.texts[string(v.Text(0))] = true
	default:
		s.texts[string(types.AppendKey(nil, t, v, 0))] = true
	}
}

func (s *set) has(t *types.Type, v *vector.Vector, i int) bool {
	switch v.Kind {
	case vector.Int:
		return s.ints[v.Ints[i]]
	case vector.Bytes:
		return s.texts[string(v.Text(i))]
	}
	return s.texts[string(types.AppendKey(nil, t, v, i))]
}

func (env *Env) in(e *In) (*vector.Vector, error) {
	v, err := Eval(env, e.X)
	if err != nil {
		return nil, err
	}
	over, dict := v, v.Dict != nil && (v.Index == nil || v.Dict.Len <= env.N)
	if dict {
		over = v.Dict
	} else {
		over = v.Flat()
	}
	t := e.X.Type()
	state := make([]tri, over.Len)
	for i := range state {
		switch {
		case over.IsNull(i):
			state[i] = unknown
		case e.set.has(t, over, i):
			state[i] = yes
		case e.set.null:
			state[i] = unknown
		}
	}
	out := triVector(state)
	if dict {
		return &vector.Vector{Kind: vector.Bool, Len: env.N, Dict: out, Index: v.Index}, nil
	}
	return out, nil
}
