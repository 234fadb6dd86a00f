package rt_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"unyo/api/rt"
)

type (
	putToyInput  struct{ Name *string }
	putToyOutput struct{ Size *int32 }
)

var toys = &rt.Model{
	Service: "toys",
	Operations: []rt.Operation{
		{Name: "GetToy", In: (*putToyInput)(nil), Out: (*putToyOutput)(nil)},
		{Name: "PutToy", In: (*putToyInput)(nil), Out: (*putToyOutput)(nil)},
	},
	Authz: &rt.Authz{
		Prefix:    "toys",
		Actions:   []rt.Action{{Name: "GetToy"}, {Name: "PutToy"}},
		Resources: []rt.ResourceARN{{Name: "toy", Pattern: "arn:${Partition}:toys:${Region}:${Account}:toy/${Name}"}},
	},
}

var errBroken = errors.New("broken")

// toyBox states PutToy and misspells GetToy.
type toyBox struct{}

func (toyBox) PutToy(_ context.Context, in *putToyInput) (*putToyOutput, error) {
	if in.Name == nil {
		return nil, errBroken
	}
	return &putToyOutput{Size: new(int32(len(*in.Name)))}, nil
}

func (toyBox) GetToy(context.Context, *putToyOutput) (*putToyInput, error) { return nil, nil }

func table() *rt.Table {
	t := rt.NewTable(toys, toyBox{})
	rt.Stated(t, "PutToy", toyBox{}.PutToy)
	return t
}

func TestTable(t *testing.T) {
	tb := table()
	if got := tb.Names(); !reflect.DeepEqual(got, []string{"PutToy"}) {
		t.Errorf("stated: %v", got)
	}
	if _, ok := tb.Handler("GetToy"); ok {
		t.Error("GetToy has no behaviour, yet a handler")
	}
	if bad := tb.Misspelt(); len(bad) != 1 {
		t.Errorf("misspelt: %v", bad)
	}
	put, ok := tb.Handler("PutToy")
	if !ok {
		t.Fatal("PutToy has no handler")
	}
	out, err := put(t.Context(), &putToyInput{Name: new("ball")})
	if err != nil || *out.(*putToyOutput).Size != 4 {
		t.Errorf("PutToy: %v %v", out, err)
	}
	// A failed call must answer a nil interface: a typed nil would pass for an output.
	if out, err := put(t.Context(), &putToyInput{}); out != nil || !errors.Is(err, errBroken) {
		t.Errorf("a failed PutToy: %v %v", out, err)
	}
}

func TestFind(t *testing.T) {
	for _, name := range []string{"GetToy", "PutToy"} {
		op := toys.Operation(name)
		if op == nil || op.Name != name {
			t.Fatalf("%s: %v", name, op)
		}
		if a := toys.Authz.Action(name); a == nil || a.Name != name {
			t.Errorf("action %s: %v", name, a)
		}
		if in, ok := op.New().(*putToyInput); !ok || in == nil {
			t.Errorf("%s takes %T", name, op.New())
		}
		if out, ok := op.NewOut().(*putToyOutput); !ok || out == nil {
			t.Errorf("%s answers %T", name, op.NewOut())
		}
	}
	if toys.Operation("") != nil || toys.Operation("HidToy") != nil || toys.Operation("ZapToy") != nil {
		t.Error("an operation that is not there was found")
	}
	if toys.Authz.Action("HidToy") != nil || toys.Authz.Resource("doll") != nil {
		t.Error("an action or resource that is not there was found")
	}
	if r := toys.Authz.Resource("toy"); r == nil || r.Name != "toy" {
		t.Errorf("resource: %v", r)
	}
}

// peer answers a call by a table, as the gateway does.
type peer struct{ *rt.Table }

func (p peer) Invoke(ctx context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	h, _ := p.Handler(op.Name)
	return h(ctx, in)
}

func TestCall(t *testing.T) {
	out, err := rt.Call[putToyOutput](t.Context(), peer{table()}, toys, "PutToy", &putToyInput{Name: new("kite")})
	if err != nil || *out.Size != 4 {
		t.Errorf("%v %v", out, err)
	}
	if out, err := rt.Call[putToyOutput](t.Context(), peer{table()}, toys, "PutToy", &putToyInput{}); out != nil || !errors.Is(err, errBroken) {
		t.Errorf("a failed call: %v %v", out, err)
	}
}

func TestMessage(t *testing.T) {
	if got := *rt.Message("%d toys", 3); got != "3 toys" {
		t.Error(got)
	}
	text := "100% of what %s was told" // AWS's own texts hold percent signs
	if got := *rt.Message(text); got != text {
		t.Error(got)
	}
}

func TestVal(t *testing.T) {
	if rt.Val(new(int64(7))) != 7 || rt.Val[string](nil) != "" {
		t.Error("Val is not what the pointer says")
	}
}

// TestPermitOutside: where no chain has decided anything, nothing more is permitted.
func TestPermitOutside(t *testing.T) {
	n := rt.Need{Action: "s3:DeleteObject", Resources: []string{"arn:aws:s3:::b/k"}}
	if rt.Permit(t.Context(), n) == nil {
		t.Error("permitted without a chain")
	}
	var asked []rt.Need
	ctx := rt.WithPermit(t.Context(), func(_ context.Context, n rt.Need) error { asked = append(asked, n); return nil })
	if err := rt.Permit(ctx, n); err != nil || len(asked) != 1 || asked[0].Action != n.Action {
		t.Errorf("%v, %v", asked, err)
	}
}
