package inflate_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	fast "github.com/klauspost/compress/gzip"

	"unyo/base/inflate"
)

// Lines of a web server's log, unpacked here, by the library and by the standard library: bytes unpacked per second.
func BenchmarkLines(b *testing.B) {
	var text, packed bytes.Buffer
	chance := rand.New(rand.NewPCG(1, 2))
	for text.Len() < 8<<20 {
		fmt.Fprintf(&text, "2026-11-%02dT10:%02d:%02dZ,/item/%d,%d,%d,%.4f\n", 1+chance.IntN(28), chance.IntN(60), chance.IntN(60),
			chance.IntN(50_000), 200+chance.IntN(3)*100, chance.IntN(1<<20), chance.Float64())
	}
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(text.Bytes())
	_ = w.Close()
	for name, open := range map[string]func(io.Reader) (io.Reader, error){
		"here":     func(r io.Reader) (io.Reader, error) { return inflate.NewReader(r), nil },
		"library":  func(r io.Reader) (io.Reader, error) { return fast.NewReader(r) },
		"standard": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				r, err := open(bytes.NewReader(packed.Bytes()))
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, r); err != nil || n != int64(text.Len()) {
					b.Fatal(n, err)
				}
			}
		})
	}
}
