package s3

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unyo/api/rt"
	api "unyo/api/s3"
)

func trailer(body io.Reader, name, value string) io.Reader { return trailed{body, name, value} }

func (b trailed) Trailers() http.Header {
	return http.Header{http.CanonicalHeaderKey(b.name): {b.value}}
}

// files counts blobs with a file of their own.
func (r *rig) files() int {
	found, _ := filepath.Glob(filepath.Join(r.dir, "file", "*", "*"))
	return len(found)
}

// What would change behaviour and is not here is refused by name.
func TestRefused(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	for want, in := range map[string]*api.PutObjectInput{
		"NotImplemented":                {ServerSideEncryption: p("aws:kms")},
		"InvalidArgument":               {ServerSideEncryption: p("rot13")},
		"NotImplemented ":               {SSECustomerAlgorithm: p("AES256")},
		"InvalidArgument ":              {ObjectLockMode: p("GOVERNANCE")},
		"InvalidRequest":                {ObjectLockLegalHoldStatus: p("ON")},
		"NotImplemented   ":             {StorageClass: p("SNOW")},
		"InvalidStorageClass":           {StorageClass: p("SHELF")},
		"AccessControlListNotSupported": {ACL: p("public-read")},
		"MetadataTooLarge":              {Metadata: map[string]string{"a": strings.Repeat("x", 2048)}},
		"BadRequest":                    {Tagging: p("a&b&c&d&e&f&g&h&i&j&k")},
		"InvalidTag":                    {Tagging: p("aws:x=1")},
	} {
		in.Bucket, in.Key, in.Body = p("bkt"), p("k"), strings.NewReader("x")
		_, err := r.PutObject(r.ctx(), in)
		code(t, err, strings.TrimSpace(want))
	}
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p(strings.Repeat("k", 1025))})
	code(t, err, "KeyTooLongError")
	if got := r.content("bkt", "k", ""); got != "!NoSuchKey" {
		t.Error(got)
	}
}

func (r *rig) listV2(in *api.ListObjectsV2Input) (keys []string) {
	r.t.Helper()
	in.Bucket = p("bkt")
	for {
		out, err := r.ListObjectsV2(r.ctx(), in)
		ok(r.t, err)
		page := []string{}
		for _, o := range out.Contents {
			page = append(page, *o.Key)
		}
		for _, c := range out.CommonPrefixes {
			page = append(page, *c.Prefix+"*")
		}
		slices.Sort(page)
		keys = append(keys, page...)
		if int(*out.KeyCount) != len(page) {
			r.t.Errorf("KeyCount %d of %d", *out.KeyCount, len(page))
		}
		if !*out.IsTruncated {
			return keys
		}
		if int(*out.KeyCount) != int(*out.MaxKeys) {
			r.t.Errorf("page of %d, asked for %d", *out.KeyCount, *out.MaxKeys)
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
func TestListObjectsV2(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.bucket("bkt2")
	r.put("bkt2", "other", "")
	for _, k := range []string{"a", "a/1", "a/2", "a/b/3", "b", "c/4", "c/5", "d\x00e", "e f", "ü/6", "\xf0\x9f\x98\x80"} {
		r.put("bkt", k, "x")
	}
	for _, c := range []struct {
		in   api.ListObjectsV2Input
		want string
	}{
		{api.ListObjectsV2Input{}, "a a/1 a/2 a/b/3 b c/4 c/5 d\x00e e f ü/6 😀"},
		{api.ListObjectsV2Input{Prefix: p("a/")}, "a/1 a/2 a/b/3"},
		{api.ListObjectsV2Input{Delimiter: p("/")}, "a a/* b c/* d\x00e e f ü/* 😀"},
		{api.ListObjectsV2Input{Prefix: p("a/"), Delimiter: p("/")}, "a/1 a/2 a/b/*"},
		{api.ListObjectsV2Input{Prefix: p("a"), Delimiter: p("/")}, "a a/*"},
		{api.ListObjectsV2Input{StartAfter: p("b")}, "c/4 c/5 d\x00e e f ü/6 😀"},
		{api.ListObjectsV2Input{StartAfter: p("a/1"), Delimiter: p("/")}, "a/* b c/* d\x00e e f ü/* 😀"},
		{api.ListObjectsV2Input{StartAfter: p("zzz")}, "ü/6 😀"},
		{api.ListObjectsV2Input{Prefix: p("nothing")}, ""},
		{api.ListObjectsV2Input{EncodingType: p("url"), Prefix: p("e ")}, "e+f"},
		{api.ListObjectsV2Input{EncodingType: p("url"), Prefix: p("ü")}, "%C3%BC/6"},
	} {
		if got := strings.Join(r.listV2(&c.in), " "); got != c.want {
			t.Errorf("%+v:\n got %q\nwant %q", c.in, got, c.want)
		}
		for n := int32(1); n < 4; n++ { // in pages the same
			c.in.MaxKeys, c.in.ContinuationToken = p(n), nil
			if got := strings.Join(r.listV2(&c.in), " "); got != c.want {
				t.Errorf("%+v by %d:\n got %q\nwant %q", c.in, n, got, c.want)
			}
		}
	}
	_, err := r.ListObjectsV2(r.ctx(), &api.ListObjectsV2Input{Bucket: p("bkt"), MaxKeys: p(int32(-1))})
	code(t, err, "InvalidArgument")
	_, err = r.ListObjectsV2(r.ctx(), &api.ListObjectsV2Input{Bucket: p("bkt"), ContinuationToken: p("?")})
	code(t, err, "InvalidArgument")
	out, err := r.ListObjectsV2(r.ctx(), &api.ListObjectsV2Input{Bucket: p("bkt"), MaxKeys: p(int32(0)), FetchOwner: p(true)})
	ok(t, err)
	if *out.IsTruncated || *out.KeyCount != 0 {
		t.Errorf("max-keys 0: %+v", out)
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
func TestListObjectsV1(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	for _, k := range []string{"a", "b/1", "b/2", "c"} {
		r.put("bkt", k, "x")
	}
	in := &api.ListObjectsInput{Bucket: p("bkt"), Delimiter: p("/"), MaxKeys: p(int32(2))}
	out, err := r.ListObjects(r.ctx(), in)
	ok(t, err)
	if rt.Val(out.NextMarker) != "b/" || !*out.IsTruncated || *out.Contents[0].Owner.ID == "" {
		t.Errorf("%+v", out)
	}
	in.Marker = out.NextMarker
	out, err = r.ListObjects(r.ctx(), in)
	ok(t, err)
	if len(out.Contents) != 1 || *out.Contents[0].Key != "c" || *out.IsTruncated || len(out.CommonPrefixes) != 0 {
		t.Errorf("%+v", out)
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
func TestDeleteBucket(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.put("bkt", "k", "x")
	del := func() error {
		_, err := r.DeleteBucket(r.ctx(), &api.DeleteBucketInput{Bucket: p("bkt")})
		return err
	}
	code(t, del(), "BucketNotEmpty")
	_, err := r.DeleteObject(r.ctx(), &api.DeleteObjectInput{Bucket: p("bkt"), Key: p("k")})
	ok(t, err)
	_, err = r.DeleteObject(r.ctx(), &api.DeleteObjectInput{Bucket: p("bkt"), Key: p("k")})
	ok(t, err)
	ok(t, del())
	code(t, del(), "NoSuchBucket")
	list, err := r.ListBuckets(r.ctx(), &api.ListBucketsInput{})
	ok(t, err)
	if len(list.Buckets) != 0 {
		t.Error("still listed")
	}
}
