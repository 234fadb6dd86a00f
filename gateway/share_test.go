package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// open is a service that lets in one site's pages.
type open struct{}

func (open) Preflight(_ context.Context, bucket string, asked http.Header) (http.Header, error) {
	if asked.Get("Origin") != "http://a.example" {
		return nil, awserr.New(http.StatusForbidden, "AccessForbidden", "%s", bucket)
	}
	return http.Header{"Access-Control-Allow-Origin": {bucket}}, nil
}

func (open) Shared(_ context.Context, bucket, method, origin string) (http.Header, error) {
	return http.Header{"Access-Control-Allow-Origin": {bucket + " " + method + " " + origin}}, nil
}

// TestShare: a preflight needs no signature, and the page learns of refusals too.
func TestShare(t *testing.T) {
	g, _ := newGateway(t)
	get := rt.Operation{Name: "GetObject", Method: "GET", URI: "/{Bucket}/{Key+}", In: (*makeInput)(nil), Out: (*makeOutput)(nil)}
	g.Add(&rt.Table{Model: &rt.Model{Service: "s3", Signing: "s3", Endpoint: "s3", Protocols: []rt.Protocol{rt.RestXML}, Operations: []rt.Operation{get}}, Service: open{}})
	for _, c := range []struct {
		method, address, origin string
		status                  int
		allowed                 string
	}{
		{"OPTIONS", "http://localhost/bkt/k", "http://a.example", 200, "bkt"},
		{"OPTIONS", "http://bkt.s3.localhost/k", "http://a.example", 200, "bkt"},
		{"OPTIONS", "http://localhost/bkt/k", "http://b.example", 403, ""},
		{"OPTIONS", "http://localhost/", "http://a.example", 405, ""},
		{"GET", "http://localhost/bkt/k", "http://b.example", 501, "bkt GET http://b.example"},
		{"GET", "http://localhost/bkt/k", "", 501, ""},
	} {
		r := httptest.NewRequest(c.method, c.address, strings.NewReader(""))
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Access-Control-Allow-Origin") != c.allowed || w.Header().Get("X-Amz-Request-Id") == "" {
			t.Errorf("%+v: %d %v %s", c, w.Code, w.Header(), w.Body)
		}
	}
}
