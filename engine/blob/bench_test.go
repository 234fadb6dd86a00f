package blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func BenchmarkStage1KiBBy64(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	defer s.Close()
	data := bytesOf(1, 1024)
	b.SetBytes(1024)
	b.SetParallelism(32) // × GOMAXPROCS 2
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := s.Stage(context.Background(), bytes.NewReader(data), md5.New()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkStage64MiB(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	defer s.Close()
	data := bytesOf(1, 64<<20)
	b.SetBytes(64 << 20)
	for b.Loop() {
		ref, err := s.Stage(context.Background(), bytes.NewReader(data), md5.New())
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = s.Discard(ref)
		b.StartTimer()
	}
}

// BenchmarkRaw64MiB is the disk alone: write and fsync.
func BenchmarkRaw64MiB(b *testing.B) {
	dir := b.TempDir()
	data := bytesOf(1, 64<<20)
	b.SetBytes(64 << 20)
	for b.Loop() {
		f, _ := os.Create(filepath.Join(dir, "raw"))
		for at := 0; at < len(data); at += 1 << 20 {
			f.Write(data[at : at+1<<20])
		}
		f.Sync()
		f.Close()
		b.StopTimer()
		os.Remove(f.Name())
		b.StartTimer()
	}
}

func BenchmarkRead1KiB(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	defer s.Close()
	var refs []Ref
	for i := range 100 {
		refs = append(refs, stage(b, s, bytesOf(uint64(i), 1024)))
	}
	b.SetBytes(1024)
	var n atomic.Int64
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			r, err := s.Read(refs[n.Add(1)%100], 0, -1)
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, r)
			r.Close()
		}
	})
}
