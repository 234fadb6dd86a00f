package s3

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel"
	"unyo/kernel/store"
)

// onDisk is a rig whose rows and blobs are durable.
func onDisk(b *testing.B) *rig {
	dir := b.TempDir()
	k, err := kernel.Open(kernel.Options{Dir: filepath.Join(dir, "state"), Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	r := &rig{t: b, kernel: k, dir: filepath.Join(dir, "blob")}
	r.open()
	b.Cleanup(func() { r.blobs.Close(); k.Close() })
	_, err = r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: p("bkt")})
	ok(b, err)
	return r
}

func (r *rig) fresh() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: ann, Region: "us-east-1"}, Serial: r.kernel.Serial(), Service: "s3", Operation: "Bench", RequestID: "r",
		Principal: call.Principal{Kind: call.Root, Account: ann},
	})
}

// BenchmarkPutObject1KiBBy64 is 64 writers at once, each answer durable.
func BenchmarkPutObject1KiBBy64(b *testing.B) {
	r := onDisk(b)
	body := strings.Repeat("x", 1024)
	var n atomic.Int64
	b.SetParallelism(32) // × GOMAXPROCS 2
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			key := fmt.Sprintf("k/%08d", n.Add(1))
			if _, err := r.PutObject(r.fresh(), &api.PutObjectInput{Bucket: p("bkt"), Key: &key, Body: strings.NewReader(body)}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
}

// BenchmarkListDelimiter lists the ten directories of a bucket in which each holds a thousand objects.
func BenchmarkListDelimiter(b *testing.B) {
	r := onDisk(b)
	for d := range 10 {
		for i := range 1000 {
			key := fmt.Sprintf("%d/%04d", d, i)
			_, err := r.PutObject(r.fresh(), &api.PutObjectInput{Bucket: p("bkt"), Key: &key, Body: strings.NewReader("")})
			ok(b, err)
		}
	}
	for b.Loop() {
		out, err := r.ListObjectsV2(r.fresh(), &api.ListObjectsV2Input{Bucket: p("bkt"), Delimiter: p("/")})
		ok(b, err)
		if len(out.CommonPrefixes) != 10 {
			b.Fatal(len(out.CommonPrefixes))
		}
	}
}

// BenchmarkListObjectsV2 lists pages of a thousand.
func BenchmarkListObjectsV2(b *testing.B) {
	r := onDisk(b)
	for i := range 2000 {
		key := fmt.Sprintf("%04d", i)
		_, err := r.PutObject(r.fresh(), &api.PutObjectInput{Bucket: p("bkt"), Key: &key, Body: strings.NewReader("")})
		ok(b, err)
	}
	for b.Loop() {
		_, err := r.ListObjectsV2(r.fresh(), &api.ListObjectsV2Input{Bucket: p("bkt")})
		ok(b, err)
	}
}

func BenchmarkPutObject1MiB(b *testing.B)  { benchmarkPut(b, 1<<20) }
func BenchmarkPutObject64MiB(b *testing.B) { benchmarkPut(b, 64<<20) }

func benchmarkPut(b *testing.B, size int) {
	r := onDisk(b)
	body := strings.Repeat("x", size)
	b.SetBytes(int64(size))
	for b.Loop() {
		_, err := r.PutObject(r.fresh(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader(body)})
		ok(b, err)
	}
}

func BenchmarkGetObject1MiB(b *testing.B)  { benchmarkGet(b, 1<<20) }
func BenchmarkGetObject64MiB(b *testing.B) { benchmarkGet(b, 64<<20) }

// benchmarkGet reads an object through a socket.
func benchmarkGet(b *testing.B, size int) {
	r := onDisk(b)
	_, err := r.PutObject(r.fresh(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("k"), Body: strings.NewReader(strings.Repeat("x", size))})
	ok(b, err)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		out, err := r.GetObject(r.fresh(), &api.GetObjectInput{Bucket: p("bkt"), Key: p("k")})
		if err == nil {
			_, err = io.Copy(w, out.Body)
		}
		if err != nil {
			b.Error(err)
		}
	}))
	defer site.Close()
	b.SetBytes(int64(size))
	for b.Loop() {
		got, err := http.Get(site.URL)
		ok(b, err)
		n, err := io.Copy(io.Discard, got.Body)
		if ok(b, err); n != int64(size) {
			b.Fatal(n)
		}
		_ = got.Body.Close()
	}
}

// BenchmarkLifecycle arranges a bucket of 100,000 objects by rules that have just been set, lets a year pass in which nothing is due, and
// has all of them deleted on one day.
func BenchmarkLifecycle(b *testing.B) {
	const objects = 100_000
	for b.Loop() {
		b.StopTimer()
		r := started(b)
		r.bucket("bkt")
		for i := range objects {
			r.put("bkt", fmt.Sprintf("log/%06d", i), "x")
		}
		b.StartTimer()
		begun := time.Now()
		lap := func(name string) {
			b.ReportMetric(time.Since(begun).Seconds(), name)
			begun = time.Now()
		}
		ok(b, r.obey("bkt", api.LifecycleRule{Prefix: p(""), Expiration: expire(400)}))
		r.to(1)
		lap("s/arrange")
		r.to(365)
		lap("s/idle-year")
		r.to(402)
		lap("s/expire")
	}
}

// BenchmarkStart1M takes stock of a million objects, as every start does.
func BenchmarkStart1M(b *testing.B) {
	r := onDisk(b)
	r.bucket("bkt")
	const together = 250
	for n := 0; n < 1_000_000; n += together {
		err := r.k.Update(r.ctx(), func(tx *store.Tx) error {
			for i := n; i < n+together; i++ {
				r.objects.Put(tx, store.Key("bkt", fmt.Sprintf("log/2026/01/%07d.gz", i)), object{
					Seq: 1, Modified: begin, Owner: ann, Size: 1024, ETag: "d41d8cd98f00b204e9800998ecf8427e", Class: standard, Blob: blob.Ref{File: 1, Offset: int64(i) * 1048, Size: 1024, Sum: 7},
					Sum: checksum{defaultSum, fullObject, "AAAAAAAAAAA="}, Headers: headers{Type: "binary/octet-stream"},
				})
			}
			return nil
		})
		ok(b, err)
	}
	ks := r.kernel.For("s3")
	for b.Loop() {
		n := 0
		for _, err := range NewStock(ks).Refs() {
			ok(b, err)
			n++
		}
		if n != 1_000_000 {
			b.Fatal(n)
		}
	}
}
