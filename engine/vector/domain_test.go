package vector

import "testing"

func TestDomain(t *testing.T) {
	n := func(i int64) *Scalar { return &Scalar{Kind: Int, Int: i} }
	some := &Domain{Ranges: []Range{Point(*n(3)), {Low: n(10), LowOpen: true, High: n(20)}}}
	for _, c := range []struct {
		d         *Domain
		low, high *Scalar
		want      bool
	}{
		{nil, n(1), n(2), true},
		{&Domain{}, n(1), n(2), false},
		{&Domain{Ranges: []Range{{}}}, n(1), n(2), true},
		{some, n(3), n(3), true}, {some, n(4), n(10), false}, {some, n(4), n(11), true},
		{some, n(20), n(30), true}, {some, n(21), nil, false}, {some, nil, n(2), false}, {some, nil, nil, true},
	} {
		if got := c.d.Overlaps(Bounds{Low: c.low, High: c.high}); got != c.want {
			t.Errorf("%v overlaps %v..%v: %v", c.d, c.low, c.high, got)
		}
	}
	if some.Overlaps(Bounds{OnlyNulls: true}) || !(&Domain{Null: true}).Overlaps(Bounds{OnlyNulls: true}) || (&Domain{Null: true}).Overlaps(Bounds{NoNulls: true}) {
		t.Error("nulls")
	}
	live := &Domain{Ranges: []Range{{}}, Null: true, Live: new(Live)}
	if !live.Overlaps(Bounds{Low: n(9), High: n(9)}) || !live.Overlaps(Bounds{OnlyNulls: true}) {
		t.Error("live, of all")
	}
	live.Live.Narrow(&Domain{Ranges: []Range{{Low: n(10)}}})
	if live.Overlaps(Bounds{Low: n(9), High: n(9)}) || live.Overlaps(Bounds{OnlyNulls: true}) || !live.Overlaps(Bounds{Low: n(9), High: n(10)}) {
		t.Error("live, of less")
	}
	v := New(Int)
	v.AppendInt(3)
	v.AppendInt(10)
	v.AppendNull()
	if !some.Has(v, 0) || some.Has(v, 1) || some.Has(v, 2) {
		t.Error("values")
	}
}
