package insights

import "slices"

// dedup keeps, of rows with the same values, the first of the order so far. A row in which one of the values is missing stays.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html
func (x *planner) dedup(cmd *Dedup) *Error {
	var of []eval
	for _, i := range cmd.Keys {
		f, err := x.expr(i.Expr)
		if err != nil {
			return err
		}
		of = append(of, f)
	}
	keys := x.order
	x.gather(func() sink {
		return &unique{of: of, ranking: ranking{keys: keys, limit: 1}, best: map[string]*ranked{}}
	})
	return nil
}

// unique keeps the first row of each key.
type unique struct {
	ranking
	of   []eval
	best map[string]*ranked
	none []*ranked // a value is missing
	key  []byte
}

func (x *unique) add(r *row) {
	x.key = x.key[:0]
	whole := true
	for _, f := range x.of {
		v := f(r)
		whole = whole && v.Kind != Null
		x.key = appendKey(x.key, &v)
	}
	if whole {
		if b := x.best[string(x.key)]; b != nil {
			x.heap = append(x.heap[:0], b)
			if !x.beats(r) {
				return
			}
		}
	}
	k := &ranked{kept: r.save(), keys: make([]Value, len(x.keys))}
	for i, key := range x.keys {
		k.keys[i] = r.vals[key.slot].clone()
	}
	if !whole {
		x.none = append(x.none, k)
		x.bytes += k.size()
		return
	}
	x.put(string(x.key), k)
}

func (x *unique) put(key string, k *ranked) {
	if b := x.best[key]; b != nil {
		x.bytes -= b.size()
	} else {
		x.bytes += len(key) + 32
	}
	x.best[key] = k
	x.bytes += k.size()
}

func (x *unique) merge(o sink) {
	y := o.(*unique)
	x.none = append(x.none, y.none...)
	for _, k := range y.none {
		x.bytes += k.size()
	}
	for key, k := range y.best {
		if b := x.best[key]; b == nil || x.compare(k, b) < 0 {
			x.put(key, k)
		}
	}
}

func (x *unique) rows() []*kept {
	x.heap = slices.Clone(x.none)
	for _, k := range x.best {
		x.heap = append(x.heap, k)
	}
	return x.ranking.rows()
}
