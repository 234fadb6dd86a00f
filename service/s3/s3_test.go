package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel"
)

const (
	ann = "111111111111"
	bob = "222222222222"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rig is a service over rows in memory and blobs in a temporary folder.
type rig struct {
	*Service
	t      testing.TB
	kernel *kernel.Kernel
	blobs  *blob.Store
	dir    string

	loggedAs []call.Role // as whom files of access logs were put
	answers  []string    // of the house's own puts
	refuse   bool        // they are not let in
	died     func()      // called before and after each
}

func newRig(t testing.TB) *rig {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, kernel: k, dir: t.TempDir()}
	r.open()
	t.Cleanup(func() { r.blobs.Close(); k.Close() })
	return r
}

func (r *rig) open() {
	ks := r.kernel.For("s3")
	stock := NewStock(ks)
	blobs, err := blob.Open(r.dir, stock.Refs(), blob.Options{Durable: ks.Durable})
	if err != nil {
		r.t.Fatal(err)
	}
	if r.blobs == nil {
		r.Service = New(ks, blobs, stock, Peers{S3: api.Client{Invoker: own{r}}})
	}
	r.blobs, r.Service.blobs = blobs, blobs
}

// reopen closes and opens the blobs: what rows do not name is gone, what they name must be there.
func (r *rig) reopen() {
	r.t.Helper()
	if err := r.blobs.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

// as is a context of a request by an account's root in a region.
func (r *rig) as(account, region string) context.Context {
	return rt.WithPermit(call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: account, Region: region}, Serial: r.kernel.Serial(), Service: "s3", Operation: "Test", RequestID: "r", At: r.kernel.Clock.Now(),
		Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root"},
	}), func(context.Context, rt.Need) error { return nil })
}

func (r *rig) ctx() context.Context { return r.as(ann, "us-east-1") }

func (r *rig) bucket(name string) {
	r.t.Helper()
	_, err := r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: &name})
	ok(r.t, err)
}

func (r *rig) versioning(name, status string) {
	r.t.Helper()
	_, err := r.PutBucketVersioning(r.ctx(), &api.PutBucketVersioningInput{Bucket: &name, VersioningConfiguration: &api.VersioningConfiguration{Status: &status}})
	ok(r.t, err)
}

func (r *rig) put(name, key, body string) *api.PutObjectOutput {
	r.t.Helper()
	out, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(body)})
	ok(r.t, err)
	return out
}

func (r *rig) get(in *api.GetObjectInput) (string, *api.GetObjectOutput, error) {
	r.t.Helper()
	out, err := r.GetObject(r.ctx(), in)
	if err != nil {
		return "", nil, err
	}
	b, err := io.ReadAll(out.Body)
	ok(r.t, err)
	if c, closes := out.Body.(io.Closer); closes {
		ok(r.t, c.Close())
	}
	return string(b), out, nil
}

// content is what a key holds; "!" and the code when it cannot be read.
func (r *rig) content(name, key, version string) string {
	r.t.Helper()
	in := &api.GetObjectInput{Bucket: &name, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	s, _, err := r.get(in)
	if err != nil {
		return "!" + awserr.Code(err)
	}
	return s
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(t testing.TB, err error, want string) {
	t.Helper()
	if got := awserr.Code(err); got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func status(err error) int {
	var e awserr.Error
	if errors.As(err, &e) {
		return e.HTTPStatus()
	}
	return 0
}

func p[T any](v T) *T { return &v }

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
func TestCreateBucket(t *testing.T) {
	r := newRig(t)
	in := func(name, location string) *api.CreateBucketInput {
		c := &api.CreateBucketInput{Bucket: &name}
		if location != "" {
			c.CreateBucketConfiguration = &api.CreateBucketConfiguration{LocationConstraint: &location}
		}
		return c
	}
	for _, c := range []struct {
		name, location, account, region, want string
	}{
		{"first", "", ann, "us-east-1", ""},
		{"first", "", ann, "us-east-1", ""}, // again, in us-east-1: nothing changes
		{"first", "", bob, "us-east-1", "BucketAlreadyExists"},
		{"west", "eu-west-1", ann, "eu-west-1", ""},
		{"west", "eu-west-1", ann, "eu-west-1", "BucketAlreadyOwnedByYou"},
		{"first", "eu-west-1", ann, "eu-west-1", "BucketAlreadyOwnedByYou"},
		{"east", "", ann, "eu-west-1", "IllegalLocationConstraintException"},
		{"east", "eu-central-1", ann, "eu-west-1", "IllegalLocationConstraintException"},
		{"east", "eu-central-1", ann, "us-east-1", ""},
		{"old", "EU", ann, "us-east-1", ""},
		{"nowhere", "atlantis-1", ann, "us-east-1", "InvalidLocationConstraint"},
		{"nowhere", "us-east-1", ann, "us-east-1", "InvalidLocationConstraint"},
	} {
		_, err := r.CreateBucket(r.as(c.account, c.region), in(c.name, c.location))
		if awserr.Code(err) != c.want {
			t.Errorf("%s in %s at %s by %s: %v, want %q", c.name, c.location, c.region, c.account, err, c.want)
		}
	}
	for name, want := range map[string]string{"first": "", "west": "eu-west-1", "east": "eu-central-1", "old": "EU"} {
		out, err := r.GetBucketLocation(r.ctx(), &api.GetBucketLocationInput{Bucket: &name})
		ok(t, err)
		if rt.Val(out.LocationConstraint) != want {
			t.Errorf("%s lies in %q", name, rt.Val(out.LocationConstraint))
		}
	}
	list, err := r.ListBuckets(r.ctx(), &api.ListBucketsInput{})
	ok(t, err)
	if len(list.Buckets) != 4 || *list.Buckets[0].Name != "east" || list.Buckets[0].BucketRegion != nil {
		t.Errorf("listed %d buckets", len(list.Buckets))
	}
	_, err = r.HeadBucket(r.ctx(), &api.HeadBucketInput{Bucket: p("west")})
	code(t, err, "AuthorizationHeaderMalformed")
	head, err := r.HeadBucket(r.as(ann, "eu-west-1"), &api.HeadBucketInput{Bucket: p("west")})
	ok(t, err)
	if *head.BucketRegion != "eu-west-1" {
		t.Error(*head.BucketRegion)
	}
	_, err = r.HeadBucket(r.ctx(), &api.HeadBucketInput{Bucket: p("first"), ExpectedBucketOwner: p(bob)})
	code(t, err, "AccessDenied")
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func TestBucketNames(t *testing.T) {
	for name, good := range map[string]bool{
		"abc": true, "a.b-c9": true, strings.Repeat("a", 63): true,
		"ab": false, strings.Repeat("a", 64): false, "Abc": false, "a_b": false, "a..b": false, "-ab": false, "ab-": false,
		"192.168.5.4": false, "xn--abc": false, "sthree-abc": false, "abc-s3alias": false, "abc--ol-s3": false, "abc--x-s3": false,
	} {
		if err := checkBucketName(name); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListBucketsPages(t *testing.T) {
	r := newRig(t)
	for _, n := range []string{"aaa", "bbb1", "bbb2", "bbb3", "ccc"} {
		r.bucket(n)
	}
	var got []string
	in := &api.ListBucketsInput{MaxBuckets: p(int32(2)), Prefix: p("bbb")}
	for {
		out, err := r.ListBuckets(r.ctx(), in)
		ok(t, err)
		for _, b := range out.Buckets {
			got = append(got, *b.Name+"@"+*b.BucketRegion)
		}
		if in.ContinuationToken = out.ContinuationToken; in.ContinuationToken == nil {
			break
		}
	}
	if s := strings.Join(got, " "); s != "bbb1@us-east-1 bbb2@us-east-1 bbb3@us-east-1" {
		t.Error(s)
	}
	_, err := r.ListBuckets(r.ctx(), &api.ListBucketsInput{ContinuationToken: p("made up")})
	code(t, err, "InvalidArgument")
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func TestPutAndGet(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	for _, n := range []int{0, 1, 5000, blob.MaxSmall, blob.MaxSmall + 1, 3 << 20} {
		body := strings.Repeat("x", n)
		out, err := r.PutObject(r.ctx(), &api.PutObjectInput{
			Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader(body), ContentType: p("text/plain"), CacheControl: p("no-cache"),
			ContentEncoding: p("aws-chunked,gzip"), Metadata: map[string]string{"Colour": "red"}, Tagging: p("a=1&b=%20"),
		})
		ok(t, err)
		got, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("k"), ChecksumMode: p("ENABLED"), ResponseContentType: p("text/html")})
		ok(t, err)
		if got != body || *g.ContentLength != int64(n) {
			t.Errorf("%d bytes came back as %d", n, len(got))
		}
		if *g.ETag != *out.ETag || *g.ContentType != "text/html" || *g.CacheControl != "no-cache" || *g.ContentEncoding != "gzip" || g.Metadata["colour"] != "red" || *g.TagCount != 2 {
			t.Errorf("headers: %+v", g)
		}
		if *g.ChecksumCRC64NVME != *out.ChecksumCRC64NVME || *g.ChecksumType != "FULL_OBJECT" || !g.LastModified.Equal(begin) || g.StorageClass != nil || g.VersionId != nil {
			t.Errorf("headers: %+v", g)
		}
	}
	if got := *r.put("bkt", "empty", "").ETag; got != `"d41d8cd98f00b204e9800998ecf8427e"` {
		t.Errorf("ETag of nothing: %s", got)
	}
	if got := r.content("bkt", "none", ""); got != "!NoSuchKey" {
		t.Error(got)
	}
	if got := r.content("none", "none", ""); got != "!NoSuchBucket" {
		t.Error(got)
	}
	r.reopen()
	if got := r.content("bkt", "k", ""); len(got) != 3<<20 {
		t.Errorf("after reopening: %d bytes", len(got))
	}
}

// What was not acknowledged, overwritten or deleted leaves no bytes behind.
func TestNothingLeaks(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	big := strings.Repeat("y", 2<<20)
	r.put("bkt", "k", big)
	r.put("bkt", "k", big)
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader(big), ContentMD5: p("1B2M2Y8AsgTpgAmY7PhCfg==")})
	code(t, err, "BadDigest")
	_, err = r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: io.MultiReader(strings.NewReader(big), broken{})})
	code(t, err, "IncompleteBody")
	_, err = r.DeleteObject(r.ctx(), &api.DeleteObjectInput{Bucket: p("bkt"), Key: p("k")})
	ok(t, err)
	r.blobs.Sweep()
	if n := r.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, awserr.New(400, "IncompleteBody", "") }

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax
func TestRanges(t *testing.T) {
	for _, c := range []struct {
		header string
		size   int64
		want   window
		code   string
	}{
		{"", 10, window{0, 10, false}, ""},
		{"bytes=0-0", 10, window{0, 1, true}, ""},
		{"bytes=2-5", 10, window{2, 4, true}, ""},
		{"bytes=2-", 10, window{2, 8, true}, ""},
		{"bytes=2-99999999999999999999", 10, window{2, 8, true}, ""},
		{"bytes=-3", 10, window{7, 3, true}, ""},
		{"bytes=-30", 10, window{0, 10, true}, ""},
		{"bytes=10-", 10, window{}, "InvalidRange"},
		{"bytes=99-100", 10, window{}, "InvalidRange"},
		{"bytes=-0", 10, window{}, "InvalidRange"},
		{"bytes=0-", 0, window{}, "InvalidRange"},
		{"bytes=5-2", 10, window{0, 10, false}, ""},
		{"bytes=1-2,4-5", 10, window{0, 10, false}, ""},
		{"bytes=x-y", 10, window{0, 10, false}, ""},
		{"bytes=-", 10, window{0, 10, false}, ""},
		{"lines=1-2", 10, window{0, 10, false}, ""},
	} {
		w, err := parseRange(c.header, c.size)
		if awserr.Code(err) != c.code || err == nil && w != c.want {
			t.Errorf("%q of %d: %+v, %v", c.header, c.size, w, err)
		}
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes=2-5", int64(10))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		w, err := parseRange(header, size)
		if err == nil && (w.from < 0 || w.size < 0 || w.from+w.size > size) {
			t.Fatalf("%q of %d: %+v", header, size, w)
		}
	})
}

func FuzzCopySource(f *testing.F) {
	f.Add("/bucket/key?versionId=x")
	f.Fuzz(func(t *testing.T, header string) {
		if src, err := parseSource(header); err == nil && (src.bucket == "" || src.key == "") {
			t.Fatalf("%q: %+v", header, src)
		}
	})
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
func TestConditionalReads(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	etag := *r.put("bkt", "k", "x").ETag
	before, after := begin.Add(-time.Hour), begin.Add(time.Hour)
	for name, c := range map[string]struct {
		in   api.GetObjectInput
		want int
	}{
		"match":               {api.GetObjectInput{IfMatch: &etag}, 0},
		"match any":           {api.GetObjectInput{IfMatch: p("*")}, 0},
		"match bare":          {api.GetObjectInput{IfMatch: p(strings.Trim(etag, `"`))}, 0},
		"match other":         {api.GetObjectInput{IfMatch: p(`"x"`)}, 412},
		"none match":          {api.GetObjectInput{IfNoneMatch: &etag}, 304},
		"none match other":    {api.GetObjectInput{IfNoneMatch: p(`"x"`)}, 0},
		"modified":            {api.GetObjectInput{IfModifiedSince: &before}, 0},
		"not modified":        {api.GetObjectInput{IfModifiedSince: &begin}, 304},
		"unmodified":          {api.GetObjectInput{IfUnmodifiedSince: &begin}, 0},
		"not unmodified":      {api.GetObjectInput{IfUnmodifiedSince: &before}, 412},
		"match wins":          {api.GetObjectInput{IfMatch: &etag, IfUnmodifiedSince: &before}, 0},
		"none match wins":     {api.GetObjectInput{IfNoneMatch: &etag, IfModifiedSince: &before}, 304},
		"none match wins too": {api.GetObjectInput{IfNoneMatch: p("x"), IfModifiedSince: &after}, 0},
	} {
		c.in.Bucket, c.in.Key = p("bkt"), p("k")
		_, _, err := r.get(&c.in)
		if status(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func TestConditionalWrites(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	put := func(match, none string) error {
		in := &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader("x")}
		if match != "" {
			in.IfMatch = &match
		}
		if none != "" {
			in.IfNoneMatch = &none
		}
		_, err := r.PutObject(r.ctx(), in)
		return err
	}
	code(t, put(`"abc"`, ""), "NoSuchKey")
	code(t, put("", "*"), "")
	code(t, put("", "*"), "PreconditionFailed")
	code(t, put("", `"abc"`), "NotImplemented")
	code(t, put(`"abc"`, ""), "PreconditionFailed")
	code(t, put(`"9dd4e461268c8034f5c8564e155c67a6"`, ""), "")
	del := &api.DeleteObjectInput{Bucket: p("bkt"), Key: p("k"), IfMatch: p("zz")}
	_, err := r.DeleteObject(r.ctx(), del)
	code(t, err, "PreconditionFailed")
}

type trailed struct {
	io.Reader
	name, value string
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
func TestChecksums(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	sums := map[string]string{ // of "hello world"
		"CRC32": "DUoRhQ==", "CRC32C": "yZRlqg==", "CRC64NVME": "jSnVw/bqjr4=", "SHA1": "Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "SHA256": "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=",
		"XXHASH64": "RatnNLIeaWg=", "XXHASH3": "1Eex6kDmmIs=", "XXHASH128": "340J6T+HSQCpm4d1zBW2xw==", "MD5": "XrY7u+Ae7tCTyyK7j1rNww==",
	}
	for alg, sum := range sums {
		body := func() io.Reader { return strings.NewReader("hello world") }
		in := &api.PutObjectInput{Bucket: p("bkt"), Key: p(alg), Body: body()}
		setSum(in, checksum{Algorithm: alg, Value: sum}, 0)
		out, err := r.PutObject(r.ctx(), in)
		ok(t, err)
		if got, _ := statedSum(out); got.Algorithm != alg || got.Value != sum {
			t.Errorf("%s answered %+v", alg, got)
		}
		_, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p(alg), ChecksumMode: p("ENABLED")})
		ok(t, err)
		if got, _ := statedSum(g); got.Algorithm != alg || got.Value != sum {
			t.Errorf("%s came back as %+v", alg, got)
		}
		// the same sum after the body, announced and not
		for _, announced := range []*string{nil, &alg} {
			in = &api.PutObjectInput{Bucket: p("bkt"), Key: p(alg), ChecksumAlgorithm: announced, Body: trailer(body(), headerOf(alg), sum)}
			_, err = r.PutObject(r.ctx(), in)
			ok(t, err)
			in.Body = trailer(strings.NewReader("hello worlt"), headerOf(alg), sum)
			_, err = r.PutObject(r.ctx(), in)
			code(t, err, "BadDigest")
		}
		in = &api.PutObjectInput{Bucket: p("bkt"), Key: p(alg), Body: strings.NewReader("other")}
		setSum(in, checksum{Algorithm: alg, Value: sum}, 0)
		_, err = r.PutObject(r.ctx(), in)
		code(t, err, "BadDigest")
		in.Body = body()
		setSum(in, checksum{Algorithm: alg, Value: "AAAA"}, 0)
		_, err = r.PutObject(r.ctx(), in)
		code(t, err, "InvalidRequest")
	}
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: bytes.NewReader(nil), ChecksumCRC32: p("DUoRhQ=="), ChecksumSHA1: p("Kq5sNclPz7QV2+lfQIuc6R7oRu0=")})
	code(t, err, "InvalidRequest")
	_, err = r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: bytes.NewReader(nil), ContentMD5: p("short")})
	code(t, err, "InvalidDigest")
}
