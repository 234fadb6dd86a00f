package transform

import (
	"fmt"
	"slices"
)

// A value is nil, a bool, a string, a number, a []any or an *object.

// number is one as it stands in JSON.
type number string

// object keeps its keys in the order in which they came.
type object struct {
	keys   []string
	vals   []any
	places map[string]int // where keys are, if there are many
}

// few is how many keys are found by looking at each.
const few = 16

func (o *object) index(key string) int {
	if len(o.keys) > few {
		if o.places == nil {
			o.places = make(map[string]int, 2*len(o.keys))
			for i, k := range o.keys {
				o.places[k] = i
			}
		}
		if i, ok := o.places[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range o.keys {
		if k == key {
			return i
		}
	}
	return -1
}

func (o *object) get(key string) (any, bool) {
	if i := o.index(key); i >= 0 {
		return o.vals[i], true
	}
	return nil, false
}

// grow makes room for n more keys.
func (o *object) grow(n int) { o.keys, o.vals = slices.Grow(o.keys, n), slices.Grow(o.vals, n) }

func (o *object) set(key string, v any) {
	if i := o.index(key); i >= 0 {
		o.vals[i] = v
		return
	}
	if o.places != nil {
		o.places[key] = len(o.keys)
	}
	o.keys, o.vals = append(o.keys, key), append(o.vals, v)
}

// add sets a key that is not there yet, or one that may be overwritten.
func (o *object) add(key string, v any, overwrite bool) {
	if o.index(key) < 0 || overwrite {
		o.set(key, v)
	}
}

func (o *object) remove(key string) {
	if i := o.index(key); i >= 0 {
		o.keys = append(o.keys[:i], o.keys[i+1:]...)
		o.vals = append(o.vals[:i], o.vals[i+1:]...)
		o.places = nil
	}
}

// holder is the object in which the last key of p would stand.
func (o *object) holder(p path) (*object, bool) {
	for _, key := range p[:len(p)-1] {
		v, _ := o.get(key)
		next, ok := v.(*object)
		if !ok {
			return nil, false
		}
		o = next
	}
	return o, true
}

func (o *object) at(p path) (any, bool) {
	h, ok := o.holder(p)
	if !ok {
		return nil, false
	}
	return h.get(p[len(p)-1])
}

// within is the object at p, made with all that lead to it.
func (o *object) within(p path) (*object, error) {
	for i, key := range p {
		v, there := o.get(key)
		next, ok := v.(*object)
		switch {
		case !there:
			next = &object{}
			o.set(key, next)
		case !ok:
			return nil, fmt.Errorf("%s is there and no object", p[:i+1])
		}
		o = next
	}
	return o, nil
}

// put sets what stands at p, unless it is there and must stay.
func (o *object) put(p path, v any, overwrite bool) error {
	h, err := o.within(p[:len(p)-1])
	if err != nil {
		return err
	}
	h.add(p[len(p)-1], v, overwrite)
	return nil
}

// clone copies a value, so that it may stand at two places.
func clone(v any) any {
	switch v := v.(type) {
	case *object:
		c := &object{keys: append([]string(nil), v.keys...)}
		for _, x := range v.vals {
			c.vals = append(c.vals, clone(x))
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = clone(x)
		}
		return c
	}
	return v
}
