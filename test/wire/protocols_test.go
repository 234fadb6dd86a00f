package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"testing"

	"unyo/api/rt"
	"unyo/test/wire/sdk"
	"unyo/wire"
)

// TestEveryListedProtocol serves each operation in each protocol its model lists, also those that no snapshot
// speaks: CloudWatch in json and query, SQS in query. Requests are written by the test's own hand, answers
// read by it.
func TestEveryListedProtocol(t *testing.T) {
	for _, e := range catalog {
		for _, protocol := range e.model.Protocols {
			if isREST(protocol) {
				continue // the snapshots and the clients do
			}
			passed := 0
			for i := range e.model.Operations {
				op := &e.model.Operations[i]
				if err := both(e.model, protocol, op); err != nil {
					t.Errorf("%s %s %s: %v", protocol, e.model.Service, op.Name, err)
				} else {
					passed++
				}
			}
			fmt.Printf("protocol  %-14s %4d of %4d %s\n", e.model.Service, passed, len(e.model.Operations), protocol)
		}
	}
}

func both(m *rt.Model, protocol rt.Protocol, op *rt.Operation) error {
	if err := request(m, protocol, op); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if err := response(m, protocol, op); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	return nil
}

// request writes a filled input by hand and compares what is decoded.
func request(m *rt.Model, protocol rt.Protocol, op *rt.Operation) error {
	in := op.New()
	sdk.Fill(in)
	v := reflect.ValueOf(in).Elem()
	r := &wire.Request{Protocol: protocol, Model: m, Op: op}
	switch protocol {
	case rt.JSON:
		body, err := json.Marshal(numbers(objectOf(v, false)))
		if err != nil {
			return err
		}
		r.Raw = body
	case rt.RPCv2:
		return nil // the SDK's client writes these
	default:
		form := url.Values{}
		for k, s := range formOf(v, protocol == rt.EC2) {
			form.Set(k, s)
		}
		var err error
		if r.Form, err = wire.ParseForm([]byte(form.Encode()), nil); err != nil {
			return err
		}
	}
	got := op.New()
	if err := wire.Decode(r, got); err != nil {
		return err
	}
	want := any(objectOf(v, false))
	if protocol != rt.JSON { // a form has no way to say an empty structure
		want = pruned(want)
	}
	return cmp(any(objectOf(reflect.ValueOf(got).Elem(), false)), want, nil)
}

// pruned is a tree without empty objects.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			e = pruned(e)
			if o, ok := e.(map[string]any); !ok || len(o) > 0 {
				out[k] = e
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = pruned(v[i])
		}
		return out
	}
	return v
}

// numbers turns the tree's «#1.5» into numbers again.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = numbers(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = numbers(v[i])
		}
		return out
	case string:
		if len(v) > 1 && v[0] == '#' {
			return json.Number(v[1:])
		}
	}
	return v
}

// response encodes a filled output and compares what the test reads of it.
func response(m *rt.Model, protocol rt.Protocol, op *rt.Operation) error {
	out := op.NewOut()
	sdk.Fill(out)
	v := reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Func {
			return nil // event streams have tests of their own
		}
	}
	w := httptest.NewRecorder()
	if err := wire.Encode(w, &wire.Response{Protocol: protocol, Model: m, Op: op, Out: out, RequestID: "id-1"}); err != nil {
		return err
	}
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return err
	}
	switch protocol {
	case rt.JSON:
		tree, err := parseJSON(body)
		return cmp(tree, any(objectOf(v, false)), err)
	case rt.RPCv2:
		tree, err := parseCBOR(body)
		return cmp(tree, any(objectOf(v, true)), err)
	}
	return envelope(m, protocol, op, v, body)
}

// envelope compares an XML answer with what it should be, wrapper and request id included.
func envelope(m *rt.Model, protocol rt.Protocol, op *rt.Operation, v reflect.Value, body []byte) error {
	got, err := parseXML(body)
	if err != nil {
		return err
	}
	want := nodeOf(op.Name+"Response", v)
	if protocol == rt.EC2 {
		want.children = append(want.children, node{name: "requestId", text: "id-1"})
	} else {
		if op.OutWrapper != "" {
			want = node{name: op.Name + "Response", children: []node{nodeOf(op.OutWrapper, v)}}
		}
		want.children = append(want.children, node{name: "ResponseMetadata", children: []node{{name: "RequestId", text: "id-1"}}})
	}
	if got.String() != want.String() {
		return fmt.Errorf("got\n%s\nwant\n%s", got, want)
	}
	return nil
}

// TestEveryShapeHasAPlan: every member's Go type is one that the codec plans; PlanOf panics otherwise.
func TestEveryShapeHasAPlan(t *testing.T) {
	planned := 0
	for _, e := range catalog {
		for i := range e.model.Operations {
			op := &e.model.Operations[i]
			planned += len(wire.PlanOf(reflect.TypeOf(op.In)).Members) + len(wire.PlanOf(reflect.TypeOf(op.Out)).Members)
		}
		for _, name := range slices.Sorted(maps.Keys(sdk.ErrorTypes[e.model.Service])) {
			planned += len(wire.PlanOf(reflect.TypeOf(sdk.ErrorTypes[e.model.Service][name]())).Members)
		}
	}
	if planned < 10_000 {
		t.Errorf("only %d members of inputs, outputs and errors", planned)
	}
}
