package insights

import (
	"bytes"

	"unyo/engine/shaped"
)

// extract sets the names of a parse to what its expression finds; where it finds nothing they are missing.
func (x *planner) extract(cmd *Extract) *Error {
	from, err := x.expr(cmd.From)
	if err != nil {
		return err
	}
	slots := make([]int, len(cmd.Names))
	for i, n := range cmd.Names {
		slot := x.make(n)
		slots[i] = slot
		x.cols = join(x.cols, []column{{n, func(r *row) Value { return r.field(slot) }}})
	}
	if cmd.Glob != nil {
		glob := make([][]byte, len(cmd.Glob))
		for i, g := range cmd.Glob {
			glob[i] = []byte(g)
		}
		asked := x.asks(cmd.From, func(t *shaped.Template) ([]int, shaped.Verdict) { return globOver(t, glob) })
		x.each(func(r *row) {
			if a := r.told(asked); a != nil {
				r.setFound(slots, a)
				return
			}
			v := from(r)
			matchGlob(r, v.bytes(&r.a), v.Kind != Null, glob, slots)
		})
		return nil
	}
	re := cmd.Regex
	quick := straighten(re.Regexp)
	var groups []int
	for i, n := range re.SubexpNames() {
		if n != "" {
			groups = append(groups, i)
		}
	}
	asked := -1
	if quick != nil {
		asked = x.asks(cmd.From, func(t *shaped.Template) ([]int, shaped.Verdict) {
			at, v := quick.over(t)
			var named []int
			for _, g := range groups {
				if v == shaped.Yes {
					named = append(named, at[2*g], at[2*g+1])
				}
			}
			return named, v
		})
	}
	x.each(func(r *row) {
		if a := r.told(asked); a != nil {
			r.setFound(slots, a)
			return
		}
		for _, s := range slots {
			r.set(s, Value{})
		}
		v := from(r)
		if v.Kind == Null {
			return
		}
		text := v.bytes(&r.a)
		if v.Kind != Str && v.Kind != Doc {
			text = r.keep(text)
		}
		var at []int
		if quick != nil {
			if at = quick.find(r.groups, text); at != nil {
				r.groups = at
			}
		} else {
			at = r.first(re, text)
		}
		if at == nil {
			return
		}
		for i, g := range groups {
			if at[2*g] >= 0 {
				r.set(slots[i], str(text[at[2*g]:at[2*g+1]]))
			}
		}
	})
	return nil
}

// setFound sets the names to what a shape has for them.
func (r *row) setFound(slots []int, a *answer) {
	for i, s := range slots {
		if a.Verdict == shaped.Yes {
			r.set(s, r.made(&a.found[i]))
		} else {
			r.set(s, Value{})
		}
	}
}

// matchGlob finds the texts around the stars one behind the other, each as early as it can. What lies before the first does not matter; a star at
// the end takes all that is left.
func matchGlob(r *row, text []byte, there bool, glob [][]byte, slots []int) {
	for _, s := range slots {
		r.set(s, Value{})
	}
	if !there {
		return
	}
	at := bytes.Index(text, glob[0])
	if at < 0 {
		return
	}
	if at += len(glob[0]); len(glob[0]) == 0 {
		at = 0
	}
	var few [16]int
	ends := append(few[:0], at)
	for i := 1; i < len(glob); i++ {
		n := len(text) - at
		if len(glob[i]) > 0 || i < len(glob)-1 {
			if n = bytes.Index(text[at:], glob[i]); n < 0 {
				return
			}
		}
		ends = append(ends, at+n, at+n+len(glob[i]))
		at += n + len(glob[i])
	}
	for i, s := range slots {
		r.set(s, str(text[ends[2*i]:ends[2*i+1]]))
	}
}

// unnest makes a row of each element of a list. Anything else is like a list of it alone.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html
func (x *planner) unnest(cmd *Unnest) *Error {
	of, err := x.expr(cmd.Of)
	if err != nil {
		return err
	}
	slot := x.make(cmd.Name)
	x.cols = join(x.cols, []column{{cmd.Name, func(r *row) Value { return r.field(slot) }}})
	x.step(func(next step) step {
		return func(r *row) {
			v := of(r)
			if v.Kind != Doc || v.Text[0] != '[' {
				r.set(slot, v)
				next(r)
				return
			}
			at, born, n := r.at, r.born, 0
			r.each(v.Text, func(_ []byte, e Value) bool {
				r.at.sub, r.born.sub = at.sub*1000+n, born.sub*1000+n
				n++
				r.step()
				r.set(slot, e)
				next(r)
				return true
			})
			r.at, r.born = at, born
		}
	})
	return nil
}
