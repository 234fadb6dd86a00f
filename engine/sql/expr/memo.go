package expr

import (
	"unyo/engine/sql/functions"
	"unyo/engine/vector"
)

// Memo is what calls have computed over the dictionaries that they have last met.
type Memo map[*Call]*remembered

type remembered struct {
	dict   *vector.Vector
	rows   int            // that it has brought
	out    *vector.Vector // over the dictionary, once it is worth it
	failed bool           // perhaps at a value that no row has
}

// mostRemembered is how many bytes a dictionary, and what is computed of it, may have: nobody counts them.
const mostRemembered = 4 << 20

// remembered is what a call has come to over the dictionary of its one argument that is no constant; nil if that is not known, and is not worth to be
// computed for the rows that the dictionary has brought so far.
func (env *Env) remembered(c *Call, args []functions.Arg, at int) *vector.Vector {
	if env.Memo == nil {
		return nil
	}
	for i, a := range c.Args {
		if _, fixed := a.(*Const); !fixed && i != at {
			return nil
		}
	}
	d := args[at].Dict
	m := env.Memo[c]
	if m == nil || m.dict != d {
		m = &remembered{dict: d, failed: d.Size() > mostRemembered}
		env.Memo[c] = m
	}
	m.rows += env.N
	switch {
	case m.failed || m.out != nil && m.out.Len == d.Len:
		return m.out
	case d.Len > m.rows:
		return nil
	}
	over := resized(args, d.Len)
	over[at].Vector = d
	out, err := c.F.Kernel(env.Ctx, d.Len, over)
	if err != nil {
		m.failed, m.out = true, nil
		return nil
	}
	if out = out.Flat(); out.Size() > mostRemembered {
		m.failed, m.out = true, nil
		return nil
	}
	m.out = out
	return out
}
