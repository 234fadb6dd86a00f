// Package sdk lets the real clients of the AWS SDK for Go talk to the codec inside one process: what a
// client sends is decoded and compared with what it was given; what the codec answers is compared with what
// the client makes of it. Every member of every shape is filled with a value of its own.
package sdk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/wire"
)

// Service is a generated service and its client's constructor, sts.New.
type Service struct {
	Model *rt.Model
	New   any
	// Requests is false where requests are not compared here: the snapshots do it.
	Requests bool
	// Known names operations and errors whose answers the client alters by design, and why.
	Known map[string]string
}

// transport stands where the network would be.
type transport struct {
	do func(*http.Request) (*http.Response, error)
}

// Do hands the request to the test.
func (t *transport) Do(r *http.Request) (*http.Response, error) { return t.do(r) }

// client builds the SDK's client around t. Signing, endpoints and retries are taken out: bytes alone matter.
func (s Service) client(t *transport) reflect.Value {
	construct := reflect.ValueOf(s.New)
	options := reflect.New(construct.Type().In(0)).Elem()
	options.FieldByName("Region").SetString("us-east-1")
	options.FieldByName("HTTPClient").Set(reflect.ValueOf(t))
	options.FieldByName("APIOptions").Set(reflect.ValueOf([]func(*middleware.Stack) error{func(s *middleware.Stack) error {
		s.Finalize.Clear()
		for _, id := range []string{"OperationInputValidation"} {
			_, _ = s.Initialize.Remove(id)
		}
		return nil
	}}))
	return construct.Call([]reflect.Value{options})[0]
}

// Run calls every operation of the client that the model has, and returns how many passed of how many.
func (s Service) Run(t *testing.T) (passed, all int) {
	t.Helper()
	wireEnd := &transport{}
	client := s.client(wireEnd)
	for i := range s.Model.Operations {
		op := &s.Model.Operations[i]
		method := client.MethodByName(op.Name)
		if !method.IsValid() || method.Type().NumIn() < 2 || streams(op) {
			continue
		}
		all++
		if err := s.call(wireEnd, method, op); err != nil {
			if why, ok := s.Known[op.Name]; ok {
				t.Logf("%s %s: %s", s.Model.Service, op.Name, why)
				continue
			}
			t.Errorf("%s %s: %v", s.Model.Service, op.Name, err)
			continue
		}
		passed++
	}
	return passed, all
}

// RunErrors answers an operation with every error the model has, and returns how many the client understood:
// code, message, status and request id.
func (s Service) RunErrors(t *testing.T) (passed, all int) {
	t.Helper()
	wireEnd := &transport{}
	client := s.client(wireEnd)
	method := s.anyMethod(client)
	names := slices.Sorted(maps.Keys(ErrorTypes[s.Model.Service]))
	for _, name := range append(names, "") { // "" is one that no model names
		all++
		var e awserr.Error = awserr.New(400, "RequestExpired", "Request has expired <&>.")
		if name != "" {
			e = ErrorTypes[s.Model.Service][name]()
			Fill(e)
		}
		err := s.callError(wireEnd, method, e)
		if why, ok := s.Known[name]; ok && err != nil {
			t.Logf("%s error %s: %s", s.Model.Service, name, why)
			continue
		}
		if err != nil {
			t.Errorf("%s error %s: %v", s.Model.Service, name, err)
			continue
		}
		passed++
	}
	return passed, all
}

func (s Service) anyMethod(client reflect.Value) reflect.Value {
	for i := range s.Model.Operations {
		op := &s.Model.Operations[i]
		if m := client.MethodByName(op.Name); m.IsValid() && !streams(op) && op.Method != http.MethodHead {
			return m
		}
	}
	return reflect.Value{}
}

func (s Service) callError(t *transport, method reflect.Value, e awserr.Error) error {
	t.do = func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		wire.EncodeError(w, &wire.ErrorResponse{Protocol: s.Model.Protocols[0], Model: s.Model, Err: e, RequestID: "id-1", HostID: "host-1"})
		answer := w.Result()
		answer.Request = r
		return answer, nil
	}
	given := reflect.New(method.Type().In(1).Elem())
	Fill(given.Interface())
	got := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), given})
	err, _ := got[1].Interface().(error)
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		return fmt.Errorf("the client sees %v", err)
	}
	code := e.ErrorCode()
	for _, shape := range s.Model.Errors { // clients of json and cbor go by the name
		if shape.Name == reflect.TypeOf(e).Elem().Name() && shape.Code != api.ErrorCode() {
			code = shape.Name
		}
	}
	if api.ErrorCode() != code || api.ErrorMessage() != e.ErrorMessage() || response.HTTPStatusCode() != e.HTTPStatus() {
		return fmt.Errorf("the client sees %d %s %q", response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage())
	}
	return nil
}

// streams reports whether the output has an event stream, which has a test of its own.
func streams(op *rt.Operation) bool {
	for f := range reflect.TypeOf(op.Out).Elem().Fields() {
		if f.Type.Kind() == reflect.Func {
			return true
		}
	}
	return false
}

func (s Service) call(t *transport, method reflect.Value, op *rt.Operation) (err error) {
	given := reflect.New(method.Type().In(1).Elem())
	f := &filler{}
	f.fill(given.Elem(), "", place{}, 0)
	if c := given.Elem().FieldByName("ChecksumAlgorithm"); c.IsValid() && c.Kind() == reflect.String {
		c.SetString("") // the client would compute it
	}
	out := op.NewOut()
	f.fill(reflect.ValueOf(out).Elem(), "", place{}, 0)
	body := drain(reflect.ValueOf(out).Elem())
	setLength(reflect.ValueOf(out).Elem(), len(body))
	t.do = func(r *http.Request) (*http.Response, error) {
		if s.Requests {
			if err := s.compareRequest(r, op, given.Elem()); err != nil {
				return nil, fmt.Errorf("request: %w", err)
			}
		}
		w := httptest.NewRecorder()
		if err := wire.Encode(w, &wire.Response{Protocol: s.Model.Protocols[0], Model: s.Model, Op: op, Out: out, RequestID: "id-1", Method: op.Method}); err != nil {
			return nil, err
		}
		answer := w.Result()
		answer.Request = r
		return answer, nil
	}
	got := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), given})
	if err, _ := got[1].Interface().(error); err != nil {
		return err
	}
	restore(reflect.ValueOf(out).Elem(), body)
	return same("", reflect.ValueOf(out).Elem(), got[0].Elem())
}

// drain replaces a streaming body by one that can be read again; its content is returned.
func drain(out reflect.Value) []byte {
	for i := range out.NumField() {
		if r, ok := out.Field(i).Interface().(io.Reader); ok {
			b, _ := io.ReadAll(r)
			out.Field(i).Set(reflect.ValueOf(bytes.NewReader(b)))
			return b
		}
	}
	return nil
}

// setLength makes the member in Content-Length tell the truth.
func setLength(out reflect.Value, n int) {
	for i := range out.NumField() {
		if out.Type().Field(i).Tag.Get("http") == "header=Content-Length" && n > 0 {
			out.Field(i).Set(reflect.ValueOf(new(int64(n))))
		}
	}
}

func restore(out reflect.Value, body []byte) {
	for i := range out.NumField() {
		if _, ok := out.Field(i).Interface().(io.Reader); ok {
			out.Field(i).Set(reflect.ValueOf(bytes.NewReader(body)))
		}
	}
}

// compareRequest decodes what the client sent and compares it with what the client was given.
func (s Service) compareRequest(r *http.Request, op *rt.Operation, given reflect.Value) error {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return err
		}
	}
	protocol := s.Model.Protocols[0]
	q := &wire.Request{Protocol: protocol, Model: s.Model, Op: op, HTTP: r, Query: r.URL.Query(), Raw: body}
	var err error
	switch protocol {
	case rt.Query, rt.EC2:
		q.Form, err = wire.ParseForm(body, q.Query)
	case rt.RestJSON, rt.RestXML:
		template := op.URI
		if s.Model.Service == "s3" { // the bucket stands in the host, which is not resolved here
			if template = strings.TrimPrefix(template, "/{Bucket}"); !strings.HasPrefix(template, "/") {
				template = "/" + template
			}
		}
		q.Path, err = Labels(template, r.URL.EscapedPath())
		if bucket := given.FieldByName("Bucket"); err == nil && s.Model.Service == "s3" && bucket.IsValid() {
			q.Path["Bucket"] = bucket.Elem().String()
		}
	}
	if err != nil {
		return err
	}
	in := op.New()
	if err := wire.Decode(q, in); err != nil {
		return err
	}
	return same("", reflect.ValueOf(in).Elem(), given)
}

var labelPattern = regexp.MustCompile(`\\\{(\w+)(\\\+)?\\\}`)

// Labels matches a path against the model's template.
func Labels(template, path string) (map[string]string, error) {
	template, _, _ = strings.Cut(template, "?")
	pattern := labelPattern.ReplaceAllStringFunc(regexp.QuoteMeta(template), func(s string) string {
		p := labelPattern.FindStringSubmatch(s)
		if p[2] != "" {
			return "(?P<" + p[1] + ">.+)"
		}
		return "(?P<" + p[1] + ">[^/]+)"
	})
	re := regexp.MustCompile("^" + pattern + "$")
	found := re.FindStringSubmatch(path)
	if found == nil {
		return nil, fmt.Errorf("path %s does not match %s", path, template)
	}
	out := map[string]string{}
	for i, name := range re.SubexpNames()[1:] {
		v, err := url.PathUnescape(found[i+1])
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

// Needs reports the operations of the model that the client does not have.
func (s Service) Needs() []string {
	client := s.client(&transport{})
	var missing []string
	for i := range s.Model.Operations {
		if !client.MethodByName(s.Model.Operations[i].Name).IsValid() {
			missing = append(missing, s.Model.Operations[i].Name)
		}
	}
	slices.Sort(missing)
	return missing
}
