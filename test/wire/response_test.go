package wire

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/test/wire/sdk"
	"unyo/wire"
)

// TestResponseSnapshots reads every response the SDK records into the generated output, holds that against
// the bytes, encodes it, and holds the result against the snapshot: the same status, headers and tree.
func TestResponseSnapshots(t *testing.T) {
	scores := map[string]score{}
	for _, e := range catalog {
		files := snapshots(t, e.module, "response_snapshot", "response")
		s := score{all: len(files)}
		for op, file := range files {
			if err := checkResponse(e.model, op, readSnapshot(t, file, false)); err != nil {
				explain(t, "response", e.module, op, err)
			} else {
				s.passed++
			}
		}
		if s.all > 0 {
			scores[e.module] = s
		}
	}
	report(t, "response", scores)
}

func checkResponse(m *rt.Model, operation string, snap message) error {
	op := m.Operation(operation)
	if op == nil {
		return errUnknownOperation
	}
	status, err := strconv.Atoi(snap.first)
	if err != nil {
		return err
	}
	out := op.NewOut()
	protocol := m.Protocols[0]
	r := &wire.Request{Protocol: protocol, Model: m, Op: op, Raw: snap.body,
		HTTP: &http.Request{Header: snap.header, ContentLength: int64(len(snap.body))}}
	if err := wire.Decode(r, out); err != nil {
		return err
	}
	setStatus(reflect.ValueOf(out).Elem(), status)
	snap.body = withoutStatus(reflect.ValueOf(out).Elem(), snap.body)
	if err := compareResponse(protocol, reflect.ValueOf(out).Elem(), snap); err != nil {
		return fmt.Errorf("decoded: %w", err)
	}
	w := httptest.NewRecorder()
	if err := wire.Encode(w, &wire.Response{Protocol: protocol, Model: m, Op: op, Out: out, RequestID: "id"}); err != nil {
		return err
	}
	got := w.Result()
	if got.StatusCode != status && got.StatusCode != op.Status {
		return fmt.Errorf("status %d, want %d", got.StatusCode, status)
	}
	return compareEncoded(protocol, got, snap)
}

// setStatus sets the member that carries the HTTP status.
func setStatus(out reflect.Value, status int) {
	for i := range out.NumField() {
		if out.Type().Field(i).Tag.Get("http") == "status" {
			out.Field(i).Set(reflect.ValueOf(new(int32(status))))
		}
	}
}

// withoutStatus takes the member that carries the HTTP status out of the snapshot's body: the SDK wrote its
// fixtures with the request serialiser, which knows no status, and puts it there.
func withoutStatus(out reflect.Value, body []byte) []byte {
	for i := range out.NumField() {
		f := out.Type().Field(i)
		if f.Tag.Get("http") == "status" {
			pair := `"` + wireName(f.Tag.Get("aws"), "") + `":200`
			s := strings.Replace(string(body), pair+",", "", 1)
			s = strings.Replace(s, ","+pair, "", 1)
			return []byte(strings.Replace(s, pair, "", 1))
		}
	}
	return body
}

// compareResponse holds what was decoded against the snapshot.
func compareResponse(protocol rt.Protocol, out reflect.Value, snap message) error {
	switch protocol {
	case rt.JSON:
		want, err := parseJSON(snap.body)
		return cmp(objectOf(out, false), want, err)
	case rt.RPCv2:
		want, err := parseCBOR(snap.body)
		return cmp(objectOf(out, true), want, err)
	}
	return compareRESTBody(protocol, out, snap.body, "")
}

// compareEncoded holds what was encoded against the snapshot.
func compareEncoded(protocol rt.Protocol, got *http.Response, snap message) error {
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	for k, v := range snap.header {
		if k == "X-Amz-Target" || k == "Accept" || k == "X-Amzn-Query-Mode" { // of the request
			continue
		}
		if k == "Content-Type" && (len(snap.body) == 0 || len(body) == 0 && string(snap.body) == "{}") {
			continue
		}
		if strings.Join(got.Header[k], ", ") != strings.Join(v, ", ") {
			return fmt.Errorf("header %s: got %q, want %q", k, got.Header[k], v)
		}
	}
	if protocol == rt.RPCv2 {
		tree, err := parseCBOR(body)
		if err != nil {
			return err
		}
		want, err := parseCBOR(snap.body)
		return cmp(tree, want, err)
	}
	if !strings.Contains(snap.header.Get("Content-Type"), "json") {
		if string(body) != string(snap.body) {
			return fmt.Errorf("got body %q, want %q", body, snap.body)
		}
		return nil
	}
	tree, err := parseJSON(body)
	if err != nil {
		return err
	}
	want, err := parseJSON(snap.body)
	return cmp(tree, want, err)
}

// TestErrorSnapshots does the same for errors.
func TestErrorSnapshots(t *testing.T) {
	scores := map[string]score{}
	for _, e := range catalog {
		files := snapshots(t, e.module, "response_snapshot", "error")
		s := score{all: len(files)}
		for name, file := range files {
			if err := checkError(e.model, name, readSnapshot(t, file, false)); err != nil {
				explain(t, "error", e.module, name, err)
			} else {
				s.passed++
			}
		}
		if s.all > 0 {
			scores[e.module] = s
		}
	}
	report(t, "error", scores)
}

func checkError(m *rt.Model, name string, snap message) error {
	make, ok := sdk.ErrorTypes[m.Service][name]
	if !ok {
		return fmt.Errorf("the model has no such error")
	}
	e := make()
	protocol := m.Protocols[0]
	switch m.Service + " " + name {
	case "cloudwatch ResourceNotFoundException", "cloudwatch LimitExceededException", "cloudwatch ConcurrentModificationException":
		// botocore leaves the member out, so its generated name begins small
		snap.body = bytes.ReplaceAll(snap.body, []byte("gMessage"), []byte("gmessage"))
	}
	r := &wire.Request{Protocol: protocol, Model: m, Op: &rt.Operation{}, Raw: snap.body, HTTP: &http.Request{Header: snap.header}}
	if err := wire.Decode(r, e); err != nil {
		return err
	}
	w := httptest.NewRecorder()
	wire.EncodeError(w, &wire.ErrorResponse{Protocol: protocol, Model: m, Err: e, RequestID: "id"})
	got := w.Result()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if !sameStatus(protocol, strconv.Itoa(got.StatusCode), snap.first) {
		return fmt.Errorf("status %d, want %s", got.StatusCode, snap.first)
	}
	for _, k := range []string{"Content-Type", "Retry-After"} {
		if got.Header.Get(k) != snap.header.Get(k) {
			return fmt.Errorf("header %s: got %q, want %q", k, got.Header.Get(k), snap.header.Get(k))
		}
	}
	parse := parseJSON
	if protocol == rt.RPCv2 {
		parse = parseCBOR
	}
	tree, err := parse(body)
	if err != nil {
		return err
	}
	object := tree.(map[string]any)
	if t, ok := object["__type"].(string); ok { // json 1.0 writes the namespace
		object["__type"] = t[strings.Index(t, "#")+1:]
	}
	if protocol == rt.RestJSON {
		object["__type"] = got.Header.Get("X-Amzn-ErrorType")
	}
	want, err := parse(snap.body)
	return cmp(lowerMessage(object), lowerMessage(want), err)
}

// sameStatus compares statuses. The SDK's fixtures carry the status of a Smithy trait that json services do
// not obey: KMS, Organizations, SQS and Glue document 400 for what the trait calls 404 or 409. There the
// class must agree.
func sameStatus(protocol rt.Protocol, got, want string) bool {
	if protocol == rt.JSON {
		return got[0] == want[0]
	}
	return got == want
}

// lowerMessage calls the message the same in both: botocore and the SDK disagree on its first letter, and
// every client reads either.
func lowerMessage(v any) any {
	if m, ok := v.(map[string]any); ok {
		if text, ok := m["Message"]; ok {
			delete(m, "Message")
			m["message"] = text
		}
	}
	return v
}

// TestEveryErrorHasAType pins that registry.go was run after the generator.
func TestEveryErrorHasAType(t *testing.T) {
	for _, e := range catalog {
		for _, s := range e.model.Errors {
			make, ok := sdk.ErrorTypes[e.model.Service][s.Name]
			if !ok {
				t.Errorf("%s: no type for %s; run sdk/registry.go", e.model.Service, s.Name)
			} else if awserr.Code(make()) == "" {
				t.Errorf("%s: %s has no code", e.model.Service, s.Name)
			}
		}
	}
}
