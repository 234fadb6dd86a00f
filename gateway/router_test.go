package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	cloudtrailapi "unyo/api/cloudtrail"
	"unyo/api/rt"
	s3api "unyo/api/s3"
)

// TestEveryAddressFindsItself: the address that the model gives an operation leads to that operation.
func TestEveryAddressFindsItself(t *testing.T) {
	r := newRouter(s3api.Model)
	shared := map[string]string{ // two operations, one address: clients mean the newer
		"PutBucketLifecycle": "PutBucketLifecycleConfiguration", "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
		"PutBucketNotification": "PutBucketNotificationConfiguration", "GetBucketNotification": "GetBucketNotificationConfiguration",
		"ListDirectoryBuckets": "ListBuckets", // AWS tells them apart by host
	}
	for i := range s3api.Model.Operations {
		op := &s3api.Model.Operations[i]
		path, rawQuery, _ := strings.Cut(op.URI, "?")
		path = strings.NewReplacer("{Bucket}", "photos", "{Key+}", "a/b%20c").Replace(path)
		query, err := url.ParseQuery(rawQuery)
		if err != nil {
			t.Fatal(err)
		}
		var e route
		e.required(op)
		for _, q := range e.queries {
			query.Set(q, "1")
		}
		header := http.Header{}
		for _, h := range e.headers {
			header.Set(h, "x")
		}
		want := op.Name
		if newer := shared[op.Name]; newer != "" {
			want = newer
		}
		got, labels, known := r.find(op.Method, path, query, header.Get)
		if !known || got.Name != want {
			t.Errorf("%s %s?%s is %v, want %s", op.Method, path, query.Encode(), got, want)
			continue
		}
		if strings.Contains(op.URI, "{Key+}") && labels["Key"] != "a/b c" {
			t.Errorf("%s: key %q", op.Name, labels["Key"])
		}
	}
}

// TestOddAddresses: what a hostile path may and may not reach.
func TestOddAddresses(t *testing.T) {
	r := newRouter(s3api.Model)
	for _, c := range []struct{ method, path, query, want, bucket, key string }{
		{"GET", "/", "", "ListBuckets", "", ""},
		{"GET", "/photos/", "", "ListObjects", "photos", ""},
		{"GET", "/photos//", "", "GetObject", "photos", "/"},
		{"GET", "/photos/../other", "", "GetObject", "photos", "../other"}, // a key, nothing else
		{"GET", "/photos%2Fother", "", "ListObjects", "photos/other", ""},  // no bucket has this name
		{"GET", "/photos/%zz", "", "", "", ""},
		{"DELETE", "/photos/a", "uploadId=1", "AbortMultipartUpload", "photos", "a"},
		{"DELETE", "/photos/a", "policy", "DeleteObject", "photos", "a"}, // not the bucket's policy
		{"PUT", "/photos", "acl&policy", "PutBucketAcl", "photos", ""},
		{"POST", "/photos/a", "", "", "", ""},
		{"BREW", "/photos", "", "", "", ""},
	} {
		query, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		op, labels, known := r.find(c.method, c.path, query, func(string) string { return "" })
		if known != (c.want != "") || known && (op.Name != c.want || labels["Bucket"] != c.bucket || labels["Key"] != c.key) {
			t.Errorf("%s %s?%s: %v %v, want %s", c.method, c.path, c.query, op, labels, c.want)
		}
	}
}

// TestBucketOfHost: which names in front of a host are buckets.
func TestBucketOfHost(t *testing.T) {
	for host, want := range map[string]string{
		"localhost:4566": "", "127.0.0.1:4566": "", "[::1]:4566": "", "s3.localhost": "", "photos.s3.localhost:4566": "photos", "a.b.localhost": "a.b",
		"s3.eu-central-1.amazonaws.com": "", "photos.s3.eu-central-1.amazonaws.com": "photos", "a.b.s3.amazonaws.com": "a.b", "PHOTOS.localhost": "photos",
		"logs.eu-central-1.amazonaws.com": "", "evil.example": "",
	} {
		if got := bucketOfHost(host); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

// TestTargets: a target may be named by the service's shape alone, as the SDK for Go names CloudTrail.
func TestTargets(t *testing.T) {
	g, _ := newGateway(t)
	table := rt.NewTable(cloudtrailapi.Model, nil)
	g.Add(table)
	for _, target := range []string{"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"} {
		if g.byTarget[target] != table {
			t.Errorf("%s leads nowhere", target)
		}
	}
}
