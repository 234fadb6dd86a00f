package s3

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/s3"
)

func sorted(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return out
}

func (r *rig) begin(in api.CreateMultipartUploadInput) string {
	r.t.Helper()
	in.Bucket, in.Key = p("bkt"), p("mp")
	out, err := r.CreateMultipartUpload(r.ctx(), &in)
	ok(r.t, err)
	return *out.UploadId
}

func (r *rig) part(id string, n int32, body string) api.CompletedPart {
	r.t.Helper()
	out, err := r.UploadPart(r.ctx(), &api.UploadPartInput{Bucket: p("bkt"), Key: p("mp"), UploadId: &id, PartNumber: &n, Body: strings.NewReader(body)})
	ok(r.t, err)
	return api.CompletedPart{PartNumber: &n, ETag: out.ETag}
}

func (r *rig) complete(id string, parts ...api.CompletedPart) (*api.CompleteMultipartUploadOutput, error) {
	return r.CompleteMultipartUpload(r.ctx(), &api.CompleteMultipartUploadInput{Bucket: p("bkt"), Key: p("mp"), UploadId: &id, MultipartUpload: &api.CompletedMultipartUpload{Parts: parts}})
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
func TestMultipart(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	a, b, c := strings.Repeat("a", minPart), strings.Repeat("b", minPart+3), "ccc"
	id := r.begin(api.CreateMultipartUploadInput{ContentType: p("text/plain"), Metadata: map[string]string{"x": "y"}})
	pb, pa := r.part(id, 5, b), r.part(id, 2, strings.Repeat("z", minPart))
	pa = r.part(id, 2, a) // replaces
	pc, unused := r.part(id, 9, c), r.part(id, 10, strings.Repeat("u", 2<<20))
	_, err := r.complete(id, pb, pa)
	code(t, err, "InvalidPartOrder")
	_, err = r.complete(id, pa, api.CompletedPart{PartNumber: p(int32(5)), ETag: p("x")})
	code(t, err, "InvalidPart")
	_, err = r.complete(id, pa, pc, unused)
	code(t, err, "EntityTooSmall")
	_, err = r.complete(id)
	code(t, err, "MalformedXML")
	list, err := r.ListParts(r.ctx(), &api.ListPartsInput{Bucket: p("bkt"), Key: p("mp"), UploadId: &id, MaxParts: p(int32(2)), PartNumberMarker: p(int32(2))})
	ok(t, err)
	if len(list.Parts) != 2 || *list.Parts[0].PartNumber != 5 || !*list.IsTruncated || *list.NextPartNumberMarker != 9 {
		t.Errorf("%+v", list)
	}
	r.reopen() // parts are rows: they survive
	out, err := r.complete(id, pa, pb, pc)
	ok(t, err)
	var sums []byte
	for _, s := range []string{a, b, c} {
		m := md5.Sum([]byte(s))
		sums = append(sums, m[:]...)
	}
	m := md5.Sum(sums)
	if want := `"` + hex.EncodeToString(m[:]) + `-3"`; *out.ETag != want {
		t.Errorf("ETag %s, want %s", *out.ETag, want)
	}
	again, err := r.complete(id, pa, pb, pc)
	ok(t, err)
	if *again.ETag != *out.ETag {
		t.Error("completing again answers something else")
	}
	whole := a + b + c
	r.reads(whole, out)
	r.blobs.Sweep()
	r.reopen()
	r.reads(whole, out)
	r.del("bkt", "mp", "")
	r.blobs.Sweep()
	if n := r.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
	_, err = r.complete(id, pa, pb, pc)
	code(t, err, "NoSuchUpload")
}

// reads reads the object as a whole, by range across parts, and by part.
func (r *rig) reads(whole string, out *api.CompleteMultipartUploadOutput) {
	r.t.Helper()
	got, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("mp"), ChecksumMode: p("ENABLED")})
	ok(r.t, err)
	if got != whole || *g.ContentType != "text/plain" || g.Metadata["x"] != "y" || *g.ChecksumCRC64NVME != *out.ChecksumCRC64NVME {
		r.t.Errorf("read %d bytes: %+v", len(got), g)
	}
	for _, w := range [][2]int{{0, 0}, {minPart - 2, minPart + 1}, {10, len(whole) - 2}, {len(whole) - 2, len(whole) - 1}} {
		got, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("mp"), Range: p(fmt.Sprintf("bytes=%d-%d", w[0], w[1]))})
		ok(r.t, err)
		if got != whole[w[0]:w[1]+1] || *g.ContentRange != fmt.Sprintf("bytes %d-%d/%d", w[0], w[1], len(whole)) {
			r.t.Errorf("range %v: %d bytes, %s", w, len(got), *g.ContentRange)
		}
	}
	got, g, err = r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("mp"), PartNumber: p(int32(3))})
	ok(r.t, err)
	if got != "ccc" || *g.PartsCount != 3 {
		r.t.Errorf("part 3: %q", got)
	}
	_, _, err = r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("mp"), PartNumber: p(int32(4))})
	code(r.t, err, "InvalidPartNumber")
}

// Sums of a whole upload, by type.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#ChecksumTypes
func TestMultipartChecksums(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	a, b := strings.Repeat("a", minPart), "tail"
	for alg, kind := range map[string]string{"CRC32": fullObject, "CRC32C": composite, "SHA256": composite, "CRC64NVME": "", "SHA1": ""} {
		in := api.CreateMultipartUploadInput{ChecksumAlgorithm: &alg}
		if kind != "" {
			in.ChecksumType = &kind
		}
		id := r.begin(in)
		var parts []api.CompletedPart
		for i, body := range []string{a, b} {
			n := int32(i + 1)
			out, err := r.UploadPart(r.ctx(), &api.UploadPartInput{Bucket: p("bkt"), Key: p("mp"), UploadId: &id, PartNumber: &n, Body: strings.NewReader(body), ChecksumAlgorithm: &alg})
			ok(t, err)
			c := api.CompletedPart{PartNumber: &n, ETag: out.ETag}
			sum, _ := statedSum(out)
			setSum(&c, sum, 0)
			parts = append(parts, c)
		}
		if kind == composite {
			_, err := r.complete(id, api.CompletedPart{PartNumber: p(int32(1)), ETag: parts[0].ETag})
			code(t, err, "InvalidRequest")
		}
		out, err := r.complete(id, parts...)
		ok(t, err)
		got, _ := statedSum(out)
		if alg == "CRC32" || alg == "CRC64NVME" {
			h := newHash(alg)
			h.Write([]byte(a + b))
			if want := fmt.Sprintf("%x", h.Sum(nil)); fmt.Sprintf("%x", mustDecode(t, got.Value)) != want || *out.ChecksumType != fullObject {
				t.Errorf("%s of the whole is %s, want %s", alg, got.Value, want)
			}
		} else if !strings.HasSuffix(got.Value, "-2") || *out.ChecksumType != composite {
			t.Errorf("%s of the parts is %s", alg, got.Value)
		}
	}
	for _, bad := range [][2]string{{"SHA1", fullObject}, {"CRC64NVME", composite}, {"CRC9", ""}, {"CRC32", "HALF"}} {
		in := &api.CreateMultipartUploadInput{Bucket: p("bkt"), Key: p("mp"), ChecksumAlgorithm: &bad[0]}
		if bad[1] != "" {
			in.ChecksumType = &bad[1]
		}
		_, err := r.CreateMultipartUpload(r.ctx(), in)
		code(t, err, "InvalidRequest")
	}
}

func TestAbortAndListUploads(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	var ids []string
	for _, k := range []string{"a/1", "a/1", "b", "a/2"} {
		out, err := r.CreateMultipartUpload(r.ctx(), &api.CreateMultipartUploadInput{Bucket: p("bkt"), Key: &k})
		ok(t, err)
		ids = append(ids, *out.UploadId)
	}
	want := []string{ids[0], ids[1], ids[3], ids[2]} // by key, then as they began
	for n := int32(1); n < 5; n++ {
		in := &api.ListMultipartUploadsInput{Bucket: p("bkt"), MaxUploads: &n}
		var got []string
		for {
			out, err := r.ListMultipartUploads(r.ctx(), in)
			ok(t, err)
			for _, u := range out.Uploads {
				got = append(got, *u.UploadId)
			}
			if !*out.IsTruncated {
				break
			}
			in.KeyMarker, in.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", n, got, want)
		}
	}
	out, err := r.ListMultipartUploads(r.ctx(), &api.ListMultipartUploadsInput{Bucket: p("bkt"), Delimiter: p("/")})
	ok(t, err)
	if len(out.CommonPrefixes) != 1 || len(out.Uploads) != 1 || *out.Uploads[0].Key != "b" {
		t.Errorf("%+v", out)
	}
	abort := &api.AbortMultipartUploadInput{Bucket: p("bkt"), Key: p("b"), UploadId: &ids[2]}
	_, err = r.AbortMultipartUpload(r.ctx(), abort)
	ok(t, err)
	_, err = r.AbortMultipartUpload(r.ctx(), abort)
	code(t, err, "NoSuchUpload")
	_, err = r.UploadPart(r.ctx(), &api.UploadPartInput{Bucket: p("bkt"), Key: p("b"), UploadId: &ids[2], PartNumber: p(int32(1)), Body: strings.NewReader("x")})
	code(t, err, "NoSuchUpload")
	_, err = r.UploadPart(r.ctx(), &api.UploadPartInput{Bucket: p("bkt"), Key: p("a/2"), UploadId: &ids[3], PartNumber: p(int32(10001)), Body: strings.NewReader("x")})
	code(t, err, "InvalidArgument")
	_, err = r.DeleteBucket(r.ctx(), &api.DeleteBucketInput{Bucket: p("bkt")}) // takes the uploads with it
	ok(t, err)
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func TestCopyObject(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("s ö/1"), Body: strings.NewReader("hello"), ContentType: p("text/x"), Metadata: map[string]string{"a": "b"}, Tagging: p("t=1")})
	ok(t, err)
	src := p("/bkt/s%20%C3%B6/1")
	_, err = r.CopyObject(r.ctx(), &api.CopyObjectInput{Bucket: p("bkt"), Key: p("d"), CopySource: src})
	ok(t, err)
	_, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("d")})
	ok(t, err)
	if *g.ContentType != "text/x" || g.Metadata["a"] != "b" || *g.TagCount != 1 {
		t.Errorf("%+v", g)
	}
	_, err = r.CopyObject(r.ctx(), &api.CopyObjectInput{Bucket: p("bkt"), Key: p("d"), CopySource: src, MetadataDirective: p("REPLACE"), TaggingDirective: p("REPLACE"), Metadata: map[string]string{"c": "d"}})
	ok(t, err)
	body, g, err := r.get(&api.GetObjectInput{Bucket: p("bkt"), Key: p("d")})
	ok(t, err)
	if body != "hello" || *g.ContentType != "binary/octet-stream" || g.Metadata["c"] != "d" || g.TagCount != nil {
		t.Errorf("%+v", g)
	}
	for want, in := range map[string]*api.CopyObjectInput{
		"InvalidRequest":     {Key: p("d"), CopySource: p("bkt/d")},
		"NoSuchKey":          {Key: p("d"), CopySource: p("bkt/none")},
		"NoSuchBucket":       {Key: p("d"), CopySource: p("none/none")},
		"InvalidArgument":    {Key: p("d"), CopySource: p("bkt")},
		"PreconditionFailed": {Key: p("d"), CopySource: src, CopySourceIfNoneMatch: p(*g.ETag)},
		"NotImplemented":     {Key: p("d"), CopySource: src, ServerSideEncryption: p("aws:kms")},
	} {
		in.Bucket = p("bkt")
		_, err := r.CopyObject(r.ctx(), in)
		code(t, err, want)
	}
	id := r.begin(api.CreateMultipartUploadInput{})
	part, err := r.UploadPartCopy(r.ctx(), &api.UploadPartCopyInput{Bucket: p("bkt"), Key: p("mp"), UploadId: &id, PartNumber: p(int32(1)), CopySource: src, CopySourceRange: p("bytes=1-3")})
	ok(t, err)
	_, err = r.complete(id, api.CompletedPart{PartNumber: p(int32(1)), ETag: part.CopyPartResult.ETag})
	ok(t, err)
	if got := r.content("bkt", "mp", ""); got != "ell" {
		t.Error(got)
	}
	for _, bad := range []string{"bytes=1-9", "bytes=1-", "bytes=-1", "1-2"} {
		_, err := copyRange(&bad, 5)
		code(t, err, "InvalidArgument")
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func TestDeleteObjects(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	var ids []api.ObjectIdentifier
	for i := range 230 {
		k := fmt.Sprintf("k%03d", i)
		r.put("bkt", k, "x")
		ids = append(ids, api.ObjectIdentifier{Key: &k})
	}
	ids = append(ids, api.ObjectIdentifier{Key: p("k000"), ETag: p("zz")}, api.ObjectIdentifier{Key: p("none")}, api.ObjectIdentifier{Key: p(strings.Repeat("k", 2000))})
	out, err := r.DeleteObjects(r.ctx(), &api.DeleteObjectsInput{Bucket: p("bkt"), Delete: &api.Delete{Objects: ids}})
	ok(t, err)
	if len(out.Deleted) != 231 || len(out.Errors) != 2 || *out.Errors[0].Code != "NoSuchKey" || *out.Errors[1].Code != "KeyTooLongError" {
		t.Errorf("%d deleted, %+v", len(out.Deleted), out.Errors)
	}
	if keys := r.listV2(&api.ListObjectsV2Input{}); len(keys) != 0 {
		t.Errorf("left: %v", keys)
	}
	out, err = r.DeleteObjects(r.ctx(), &api.DeleteObjectsInput{Bucket: p("bkt"), Delete: &api.Delete{Quiet: p(true), Objects: ids[:2]}})
	ok(t, err)
	if len(out.Deleted) != 0 {
		t.Error("not quiet")
	}
	_, err = r.DeleteObjects(r.ctx(), &api.DeleteObjectsInput{Bucket: p("bkt"), Delete: &api.Delete{}})
	code(t, err, "MalformedXML")
}

// What is stored becomes a level of the meter at the next full hour.
func TestUsage(t *testing.T) {
	r := newRig(t)
	ok(t, r.kernel.Start(r.ctx()))
	r.bucket("bkt")
	r.put("bkt", "a", strings.Repeat("x", 1000))
	r.put("bkt", "a", strings.Repeat("x", 400))
	r.put("bkt", "b", strings.Repeat("x", 100))
	r.del("bkt", "b", "")
	report, err := r.kernel.Clock.Advance(r.ctx(), begin.Add(3*time.Hour), nil)
	ok(t, err)
	if report.ByJob["s3.measure"] != 1 || report.Failed != 0 {
		t.Errorf("measured %+v", report)
	}
	got, err := r.level("TimedStorage-ByteHrs", begin.Add(3*time.Hour))
	ok(t, err)
	if got != 800 { // 400 bytes from 01:00 to 03:00
		t.Errorf("%v byte hours", got)
	}
	stock := NewStock(r.k)
	for _, err := range stock.Refs() {
		ok(t, err)
	}
	if n := stock.totals[shelf{ann, "us-east-1", "bkt", "STANDARD"}]; n != 400 || len(stock.totals) != 1 {
		t.Errorf("rows hold %v", stock.totals)
	}
}
