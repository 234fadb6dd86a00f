package vector

import (
	"reflect"
	"testing"
)

// people is a row vector (name, scores): one of each form a value can have.
func people() *Vector {
	v := New(Row)
	name, scores := New(Bytes), New(List)
	scores.Elems = []*Vector{New(Int)}
	v.Elems = []*Vector{name, scores}
	add := func(n string, list ...int64) {
		name.AppendText([]byte(n))
		for _, s := range list {
			scores.Elems[0].AppendInt(s)
		}
		scores.EndSpan()
		v.Len++
	}
	add("ada", 1, 2, 3)
	v.AppendNull()
	add("", 4)
	return v
}

func TestAppendCopiesAnyShape(t *testing.T) {
	from := people()
	if err := from.Check(); err != nil {
		t.Fatal(err)
	}
	to := New(Row)
	for _, i := range []int{1, 2, 0} { // the null first: the shape must come of it too
		to.Append(from, i)
	}
	if err := to.Check(); err != nil {
		t.Fatal(err)
	}
	if !to.IsNull(0) || to.IsNull(1) || to.IsNull(2) {
		t.Errorf("nulls %v", to.Nulls)
	}
	if got := string(to.Elems[0].Text(2)); got != "ada" {
		t.Errorf("name %q", got)
	}
	from0, to0 := to.Elems[1].Span(2)
	if got := to.Elems[1].Elems[0].Ints[from0:to0]; !reflect.DeepEqual(got, []int64{1, 2, 3}) {
		t.Errorf("scores %v", got)
	}
}

func TestFormsAgree(t *testing.T) {
	dict := New(Int)
	dict.AppendInt(7)
	dict.AppendNull()
	dict.AppendInt(9)
	v := &Vector{Kind: Int, Len: 4, Dict: dict, Index: []uint32{2, 1, 0, 2}}
	if err := v.Check(); err != nil {
		t.Fatal(err)
	}
	picked, flat := v.Pick([]uint32{3, 1}), v.Flat()
	if !reflect.DeepEqual(flat.Ints, []int64{9, 0, 7, 9}) || !flat.IsNull(1) || flat.Nulls.Count() != 1 {
		t.Errorf("flat %v %v", flat.Ints, flat.Nulls)
	}
	if a := picked.Flat(); !reflect.DeepEqual(a.Ints, []int64{9, 0}) || !a.IsNull(1) {
		t.Errorf("picked %v", a.Ints)
	}
	if c := Constant(dict, 3).Flat(); !reflect.DeepEqual(c.Ints, []int64{7, 7, 7}) || c.HasNulls() {
		t.Errorf("constant %v", c.Ints)
	}
	if n := Nothing(Bytes, 2); !n.IsNull(1) || n.Check() != nil || !n.HasNulls() {
		t.Error("nothing is something")
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	dict := New(Int)
	dict.AppendInt(1)
	for name, v := range map[string]*Vector{
		"too few":      {Kind: Int, Len: 2, Ints: []int64{1}},
		"no offsets":   {Kind: Bytes, Len: 1, Data: []byte("x")},
		"beyond":       {Kind: Bytes, Len: 1, Data: []byte("x"), Offsets: []uint32{0, 2}},
		"backwards":    {Kind: Bytes, Len: 2, Data: []byte("xy"), Offsets: []uint32{0, 2, 1}},
		"no elements":  {Kind: List, Len: 1, Offsets: []uint32{0, 0}},
		"short member": {Kind: Row, Len: 2, Elems: []*Vector{dict}},
		"other kind":   {Kind: Float, Len: 1, Dict: dict},
		"no such":      {Kind: Int, Len: 1, Dict: dict, Index: []uint32{1}},
	} {
		if v.Check() == nil {
			t.Errorf("%s: nothing found", name)
		}
	}
}

func TestSlice(t *testing.T) {
	v := New(Bytes)
	for i := range 300 {
		if i%7 == 3 {
			v.AppendNull()
		} else {
			v.AppendText([]byte{byte(i), byte(i >> 8)})
		}
	}
	for from := 0; from < 300; from += 13 {
		for to := from; to <= 300; to += 17 {
			s := v.Slice(from, to)
			if err := s.Check(); err != nil || s.Len != to-from {
				t.Fatal(from, to, err)
			}
			for i := range s.Len {
				if s.IsNull(i) != v.IsNull(from+i) || string(s.Text(i)) != string(v.Text(from+i)) {
					t.Fatalf("%d..%d at %d", from, to, i)
				}
			}
			if want := (to-from) > 0 && s.Nulls.Count() > 0; s.HasNulls() != want {
				t.Fatal("nulls")
			}
		}
	}
	p := people().Slice(1, 3)
	if err := p.Check(); err != nil || !p.IsNull(0) || p.IsNull(1) {
		t.Error(p, err)
	}
}
