package serde

import (
	"bufio"
	"bytes"
	stdflate "compress/gzip"
	"io"
	"os"
	"testing"

	"unyo/base/inflate"

	"github.com/klauspost/compress/gzip"
)

func BenchmarkGZ(b *testing.B) {
	data, _ := os.ReadFile("/tmp/scanbench/files/csv/0.csv.gz")
	b.Run("bufio", func(b *testing.B) {
		for b.Loop() {
			z, _ := gzip.NewReader(bufio.NewReaderSize(bytes.NewReader(data), 64<<10))
			n, _ := io.Copy(io.Discard, z)
			b.SetBytes(n)
		}
	})
	b.Run("bytes", func(b *testing.B) {
		for b.Loop() {
			z, _ := gzip.NewReader(bytes.NewReader(data))
			n, _ := io.Copy(io.Discard, z)
			b.SetBytes(n)
		}
	})
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			n, _ := io.Copy(io.Discard, inflate.NewReader(bytes.NewReader(data)))
			b.SetBytes(n)
		}
	})
	b.Run("std", func(b *testing.B) {
		for b.Loop() {
			z, _ := stdflate.NewReader(bytes.NewReader(data))
			n, _ := io.Copy(io.Discard, z)
			b.SetBytes(n)
		}
	})
}
