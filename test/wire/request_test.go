package wire

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"unyo/api/rt"
	"unyo/wire"
)

// TestRequestSnapshots decodes every request the SDK records and holds each value against the bytes.
func TestRequestSnapshots(t *testing.T) {
	scores := map[string]score{}
	for _, e := range catalog {
		files := snapshots(t, e.module, "request_snapshot", "request")
		s := score{all: len(files)}
		for op, file := range files {
			if err := checkRequest(e.model, op, mend(e.module, op, readSnapshot(t, file, true))); err != nil {
				explain(t, "request", e.module, op, err)
			} else {
				s.passed++
			}
		}
		if s.all > 0 {
			scores[e.module] = s
		}
	}
	report(t, "request", scores)
}

func checkRequest(m *rt.Model, operation string, snap message) error {
	op := m.Operation(operation)
	if op == nil {
		return errUnknownOperation
	}
	method, target, _ := strings.Cut(snap.first, " ")
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return err
	}
	r := &wire.Request{Protocol: m.Protocols[0], Model: m, Op: op, Raw: snap.body, Query: u.Query(),
		HTTP: &http.Request{Method: method, URL: u, Header: snap.header, ContentLength: int64(len(snap.body))}}
	if isREST(r.Protocol) {
		if method != op.Method {
			return fmt.Errorf("method %s, want %s", method, op.Method)
		}
		if r.Path, err = labels(op.URI, u.EscapedPath()); err != nil {
			return err
		}
	}
	if r.Protocol == rt.Query || r.Protocol == rt.EC2 {
		if r.Form, err = wire.ParseForm(snap.body, r.Query); err != nil {
			return err
		}
	}
	in := op.New()
	if err := wire.Decode(r, in); err != nil {
		return err
	}
	return compareRequest(r, reflect.ValueOf(in).Elem(), snap)
}

func isREST(p rt.Protocol) bool { return p == rt.RestJSON || p == rt.RestXML }

var labelPattern = regexp.MustCompile(`\\\{(\w+)(\\\+)?\\\}`)

// labels matches a path against the model's template. S3's clients put the bucket into the host.
func labels(template, path string) (map[string]string, error) {
	template, _, _ = strings.Cut(template, "?")
	template = strings.TrimPrefix(template, "/{Bucket}")
	if template == "" {
		template = "/"
	}
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
	out := map[string]string{"Bucket": "__Bucket__"}
	for i, name := range re.SubexpNames()[1:] {
		v, err := url.PathUnescape(found[i+1])
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

// compareRequest holds the decoded shape against the snapshot's bytes, read by other means.
func compareRequest(r *wire.Request, in reflect.Value, snap message) error {
	switch r.Protocol {
	case rt.JSON:
		want, err := parseJSON(snap.body)
		return cmp(objectOf(in, false), want, err)
	case rt.RPCv2:
		want, err := parseCBOR(snap.body)
		return cmp(objectOf(in, true), want, err)
	case rt.Query, rt.EC2:
		return compareForm(formOf(in, r.Protocol == rt.EC2), snap.body)
	}
	if err := compareBindings(r, in, snap); err != nil {
		return err
	}
	return compareRESTBody(r.Protocol, in, snap.body, r.Op.InRoot)
}

func cmp(got, want any, err error) error {
	if err != nil {
		return err
	}
	if d := difference("", got, want); d != "" {
		return fmt.Errorf("%s", d)
	}
	return nil
}

func compareForm(got map[string]string, body []byte) error {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	for k, v := range form {
		if k == "Action" || k == "Version" {
			continue
		}
		if g, ok := got[k]; !ok || g != v[0] {
			return fmt.Errorf("%s: got %q, want %q", k, g, v[0])
		}
		delete(got, k)
	}
	for k := range got {
		return fmt.Errorf("%s is too much", k)
	}
	return nil
}

// transport are headers that belong to no member.
var transport = []string{"Content-Type", "Content-Length", "Accept", "Smithy-Protocol", "X-Amzn-Query-Mode", "X-Amz-Target", "Content-Md5",
	"X-Amz-Content-Sha256", "X-Amz-Decoded-Content-Length", "Transfer-Encoding", "X-Amz-Trailer", "Content-Encoding", "Accept-Encoding", "Expect"}

// compareBindings accounts for every label, parameter and header of the snapshot.
func compareBindings(r *wire.Request, in reflect.Value, snap message) error {
	query, header := url.Values{}, http.Header{}
	path := map[string]string{}
	members(in, func(f reflect.StructField, v reflect.Value) {
		where, name, _ := strings.Cut(f.Tag.Get("http"), "=")
		format := f.Tag.Get("time")
		switch where {
		case "uri":
			path[strings.TrimSuffix(name, "+")] = textOf(v, format)
		case "query":
			bindQuery(query, name, v, format)
		case "header":
			if format == "" {
				format = "rfc822"
			}
			header.Set(name, headerOf(v, format))
		case "headers":
			for _, k := range v.MapKeys() {
				header.Set(name+k.String(), v.MapIndex(k).String())
			}
		}
	})
	for k, v := range r.Path {
		if path[k] != v && (k != "Bucket" || strings.Contains(r.Op.URI, "{Bucket}")) {
			return fmt.Errorf("label %s: got %q, want %q", k, path[k], v)
		}
	}
	constant, _ := url.ParseQuery(after(r.Op.URI, "?"))
	for k, v := range r.Query {
		_, fixed := constant[k]
		if fixed || k == "x-id" {
			continue
		}
		if !slices.Equal(query[k], v) {
			return fmt.Errorf("parameter %s: got %q, want %q", k, query[k], v)
		}
		delete(query, k)
	}
	for k := range query {
		return fmt.Errorf("parameter %s is too much", k)
	}
	if header.Get("Content-Length") == strconv.Itoa(len(snap.body)) { // the snapshot leaves it out
		header.Del("Content-Length")
	}
	for k, v := range snap.header {
		if g, ok := header[http.CanonicalHeaderKey(k)]; !ok && slices.Contains(transport, k) {
			continue
		} else if !ok || strings.Join(g, ", ") != strings.Join(v, ", ") { // a list may be sent in several lines
			return fmt.Errorf("header %s: got %q, want %q", k, g, v)
		}
		delete(header, http.CanonicalHeaderKey(k))
	}
	for k := range header {
		return fmt.Errorf("header %s is too much", k)
	}
	return nil
}

func after(s, sep string) string {
	_, rest, _ := strings.Cut(s, sep)
	return rest
}

func bindQuery(q url.Values, name string, v reflect.Value, format string) {
	switch {
	case v.Kind() == reflect.Slice && !isBlob(v.Type()):
		for i := range v.Len() {
			q.Add(name, textOf(v.Index(i), format))
		}
	case v.Kind() == reflect.Map:
		for _, k := range v.MapKeys() {
			q.Add(k.String(), v.MapIndex(k).String())
		}
	default:
		q.Add(name, textOf(v, format))
	}
}

func headerOf(v reflect.Value, format string) string {
	if v.Kind() == reflect.Slice && !isBlob(v.Type()) {
		var parts []string
		for i := range v.Len() {
			parts = append(parts, textOf(v.Index(i), format))
		}
		return strings.Join(parts, ", ")
	}
	return textOf(v, format)
}

// compareRESTBody holds payload or body members against the body.
func compareRESTBody(protocol rt.Protocol, in reflect.Value, body []byte, root string) error {
	payload, tag := reflect.Value{}, ""
	has := false
	for i := range in.NumField() {
		if f := in.Type().Field(i); f.Tag.Get("http") == "payload" {
			payload, tag, has = in.Field(i), f.Tag.Get("xml"), true
		}
	}
	if !has {
		if protocol == rt.RestJSON {
			want, err := parseJSON(body)
			return cmp(objectOf(in, false), want, err)
		}
		return compareXML(nodeOf(root, in), body)
	}
	switch {
	case payload.Kind() == reflect.Interface && payload.Type() == reflect.TypeFor[io.Reader]():
		got, err := io.ReadAll(payload.Interface().(io.Reader))
		if err == nil && !bytes.Equal(got, body) {
			err = fmt.Errorf("body: got %q, want %q", got, body)
		}
		return err
	case isBlob(payload.Type()):
		if !bytes.Equal(payload.Bytes(), body) {
			return fmt.Errorf("body: got %q, want %q", payload.Bytes(), body)
		}
		return nil
	case payload.Kind() == reflect.Pointer && payload.Elem().Kind() == reflect.String:
		if payload.Elem().String() != string(body) {
			return fmt.Errorf("body: got %q, want %q", payload.Elem(), body)
		}
		return nil
	case payload.IsNil():
		if len(body) > 0 {
			return fmt.Errorf("body %q was not read", body)
		}
		return nil
	case protocol == rt.RestJSON:
		want, err := parseJSON(body)
		return cmp(valueOf(payload, "", false), want, err)
	}
	return compareXML(nodeOf(wireName(tag, ""), payload.Elem()), body)
}

func compareXML(got node, body []byte) error {
	want, err := parseXML(body)
	if err != nil {
		return err
	}
	if len(body) == 0 && len(got.children) == 0 {
		return nil
	}
	if got.String() != want.String() {
		return fmt.Errorf("got\n%s\nwant\n%s", got, want)
	}
	return nil
}
