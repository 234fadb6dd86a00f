package s3

import (
	"net/http"
	"strings"
	"testing"

	api "unyo/api/s3"
)

func (r *rig) share(rules ...api.CORSRule) error {
	_, err := r.PutBucketCors(r.ctx(), &api.PutBucketCorsInput{Bucket: p("bkt"), CORSConfiguration: &api.CORSConfiguration{CORSRules: rules}})
	return err
}

func (r *rig) preflight(origin, method, headers string) (http.Header, error) {
	asked := http.Header{"Access-Control-Request-Method": {method}}
	if origin != "" {
		asked.Set("Origin", origin)
	}
	if headers != "" {
		asked.Set("Access-Control-Request-Headers", headers)
	}
	return r.Preflight(r.ctx(), "bkt", asked)
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html (the first rule that matches)
func TestCors(t *testing.T) {
	r := newRig(t)
	_, err := r.preflight("http://a.example", "GET", "")
	code(t, err, "NoSuchBucket")
	r.bucket("bkt")
	_, err = r.GetBucketCors(r.ctx(), &api.GetBucketCorsInput{Bucket: p("bkt")})
	code(t, err, "NoSuchCORSConfiguration")
	_, err = r.preflight("http://a.example", "GET", "")
	code(t, err, "AccessForbidden")
	ok(t, r.share(
		api.CORSRule{AllowedOrigins: []string{"http://a.example", "https://*.b.example"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-amz-*", "Content-Type"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: new(int32(300))},
		api.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}},
	))
	got, err := r.GetBucketCors(r.ctx(), &api.GetBucketCorsInput{Bucket: p("bkt")})
	ok(t, err)
	if len(got.CORSRules) != 2 || *got.CORSRules[0].MaxAgeSeconds != 300 || got.CORSRules[1].AllowedOrigins[0] != "*" {
		t.Errorf("%+v", got)
	}
	for _, c := range []struct{ origin, method, headers, allowed, credentials, echoed, code string }{
		{"http://a.example", "PUT", "X-Amz-Date,content-type", "http://a.example", "true", "x-amz-date, content-type", ""},
		{"https://x.y.b.example", "PUT", "", "https://x.y.b.example", "true", "", ""},
		{"http://c.example", "GET", "", "*", "", "", ""},
		{"http://a.example", "GET", "", "http://a.example", "true", "", ""},
		{"http://c.example", "GET", "X-Amz-Date", "", "", "", "AccessForbidden"}, // its rule admits no headers
		{"http://a.example", "PUT", "X-Other", "", "", "", "AccessForbidden"},
		{"https://b.example", "PUT", "", "", "", "", "AccessForbidden"}, // the dot is not in it
		{"http://c.example", "PUT", "", "", "", "", "AccessForbidden"},
		{"", "PUT", "", "", "", "", "BadRequest"},
		{"http://a.example", "put", "", "", "", "", "BadRequest"},
		{"http://a.example", "PUT", "a b", "", "", "", "BadRequest"},
	} {
		h, err := r.preflight(c.origin, c.method, c.headers)
		if c.code != "" {
			code(t, err, c.code)
			continue
		}
		ok(t, err)
		if h.Get("Access-Control-Allow-Origin") != c.allowed || h.Get("Access-Control-Allow-Credentials") != c.credentials || h.Get("Access-Control-Allow-Headers") != c.echoed {
			t.Errorf("%+v: %v", c, h)
		}
	}
	h, err := r.Shared(r.ctx(), "bkt", "PUT", "http://a.example")
	ok(t, err)
	if h.Get("Access-Control-Expose-Headers") != "ETag" || h.Get("Access-Control-Max-Age") != "300" || h.Get("Access-Control-Allow-Methods") != "GET, PUT" || !strings.HasPrefix(h.Get("Vary"), "Origin") {
		t.Error(h)
	}
	for _, where := range [][2]string{{"bkt", "http://c.example"}, {"none", "http://a.example"}} {
		if h, err := r.Shared(r.ctx(), where[0], "PUT", where[1]); h != nil || err != nil {
			t.Error(where, h, err)
		}
	}
	_, err = r.DeleteBucketCors(r.ctx(), &api.DeleteBucketCorsInput{Bucket: p("bkt")})
	ok(t, err)
	_, err = r.preflight("http://a.example", "PUT", "")
	code(t, err, "AccessForbidden")
}

// A bucket of the same name made later shares nothing.
func TestCorsGoesWithItsBucket(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	ok(t, r.share(api.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}))
	_, err := r.DeleteBucket(r.ctx(), &api.DeleteBucketInput{Bucket: p("bkt")})
	ok(t, err)
	r.bucket("bkt")
	_, err = r.GetBucketCors(r.ctx(), &api.GetBucketCorsInput{Bucket: p("bkt")})
	code(t, err, "NoSuchCORSConfiguration")
}

func TestCorsRefused(t *testing.T) {
	r := newRig(t)
	empty := &api.PutBucketCorsInput{Bucket: p("bkt")}
	_, err := r.PutBucketCors(r.ctx(), empty)
	code(t, err, "NoSuchBucket")
	r.bucket("bkt")
	_, err = r.PutBucketCors(r.ctx(), empty)
	code(t, err, "MissingRequestBodyError")
	get, all := []string{"GET"}, []string{"*"}
	for _, c := range []struct {
		rule api.CORSRule
		code string
	}{
		{api.CORSRule{AllowedMethods: get}, "MalformedXML"},
		{api.CORSRule{AllowedOrigins: all}, "MalformedXML"},
		{api.CORSRule{AllowedOrigins: []string{"*.a.*"}, AllowedMethods: get}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: []string{"PATCH"}}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: []string{"get"}}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: get, AllowedHeaders: []string{"*a*"}}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: get, AllowedHeaders: []string{"a:b"}}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: get, ExposeHeaders: all}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: all, AllowedMethods: get, ID: p(strings.Repeat("i", 256))}, "InvalidRequest"},
		{api.CORSRule{AllowedOrigins: []string{strings.Repeat("o", 64<<10)}, AllowedMethods: get}, "MaxMessageLengthExceeded"},
	} {
		code(t, r.share(c.rule), c.code)
	}
	rules := make([]api.CORSRule, 101)
	for i := range rules {
		rules[i] = api.CORSRule{AllowedOrigins: all, AllowedMethods: get}
	}
	code(t, r.share(rules...), "MalformedXML")
	code(t, r.share(api.CORSRule{AllowedOrigins: []string{strings.Repeat("<", 16<<10)}, AllowedMethods: get}), "MaxMessageLengthExceeded")
	ok(t, r.share(rules[:100]...))
	// What the document may hold, a row must.
	ok(t, r.share(api.CORSRule{AllowedOrigins: []string{strings.Repeat("o", 64<<10-100)}, AllowedMethods: get}))
}
