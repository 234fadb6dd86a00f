package inflate_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"unyo/base/inflate"
)

// samples are bytes of several kinds.
func samples(r *rand.Rand) [][]byte {
	out := [][]byte{nil, []byte("a"), bytes.Repeat([]byte("abc"), 100_000), make([]byte, 300_000)}
	random := make([]byte, 200_000)
	hex, skewed, log := make([]byte, 200_000), make([]byte, 400_000), bytes.Buffer{}
	for i := range random {
		random[i] = byte(r.Uint32())
		hex[i] = "0123456789abcdef"[r.IntN(16)]
	}
	for i := range skewed {
		skewed[i] = byte(r.ExpFloat64() * r.ExpFloat64() * 3)
	}
	for log.Len() < 600_000 {
		log.WriteString("10.0." + string(hex[r.IntN(1000):][:3]) + " GET /api/v1/orders/" + string(hex[r.IntN(100_000):][:r.IntN(30)]) + "\n")
	}
	return append(out, random, hex, skewed, log.Bytes())
}

func packed(t testing.TB, level int, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for i, p := range parts {
		w, err := gzip.NewWriterLevel(&b, level)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			w.Name, w.Comment, w.Extra = "name", "a comment", []byte("extra")
		}
		for len(p) > 0 {
			n := min(len(p), 70_000)
			if _, err := w.Write(p[:n]); err != nil {
				t.Fatal(err)
			}
			if p = p[n:]; level%2 == 0 {
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// What was packed comes back, however it was packed and however it is read.
func TestUnpacks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var z *inflate.Reader
	for _, level := range []int{flate.NoCompression, flate.BestSpeed, 2, 5, 6, flate.BestCompression, flate.HuffmanOnly} {
		all := samples(r)
		for i, want := range append(all, bytes.Join(all, nil)) {
			b := packed(t, level, want, all[(i+1)%len(all)])
			want := append(bytes.Clone(want), all[(i+1)%len(all)]...)
			for _, src := range []io.Reader{bytes.NewReader(b), iotest.HalfReader(bytes.NewReader(b)), iotest.DataErrReader(bytes.NewReader(b)), &chunks{r, b}} {
				if z == nil || i%3 == 0 {
					z = inflate.NewReader(src)
				} else {
					z.Reset(src)
				}
				got, err := io.ReadAll(z)
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("level %d, sample %d: %d bytes of %d, %v", level, i, len(got), len(want), err)
				}
			}
		}
	}
}

// chunks gives a few bytes at a time.
type chunks struct {
	r *rand.Rand
	b []byte
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.b[:min(len(c.b), c.r.IntN(5000))])
	c.b = c.b[n:]
	return n, nil
}

// What is cut off, damaged or no gzip at all is an error.
func TestDamaged(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	text := []byte(strings.Repeat("some words and others, ", 40) + "the end")
	whole := packed(t, 6, text, text)
	for n := range whole {
		got, err := io.ReadAll(inflate.NewReader(bytes.NewReader(whole[:n])))
		one := packed(t, 6, text)
		if n == len(one) && err == nil && bytes.Equal(got, text) {
			continue // the first member is whole
		}
		if err != io.ErrUnexpectedEOF {
			t.Fatalf("%d bytes of %d: %v", n, len(whole), err)
		}
	}
	for range 3000 {
		b := bytes.Clone(whole)
		b[10+r.IntN(len(b)-10)] ^= 1 << r.IntN(8)
		same(t, b)
	}
	for _, b := range []string{"", "\x1f\x8b", "no gzip at all, but a text", string(whole) + "\x00\x00\x00\x00"} {
		if _, err := io.ReadAll(inflate.NewReader(strings.NewReader(b))); err == nil {
			t.Errorf("%.20q is taken", b)
		}
	}
}

// same holds the reader against the standard library's: the same bytes, or an error of both.
func same(t testing.TB, b []byte) {
	t.Helper()
	const most = 1 << 20
	got, err := io.ReadAll(io.LimitReader(inflate.NewReader(bytes.NewReader(b)), most))
	var want []byte
	z, wantErr := gzip.NewReader(bytes.NewReader(b))
	if wantErr == nil {
		want, wantErr = io.ReadAll(io.LimitReader(z, most))
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%x: %v, not %v", b, err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%x: %d bytes, not %d", b, len(got), len(want))
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != inflate.ErrCorrupt && err != inflate.ErrHeader && err != inflate.ErrSum {
		t.Fatalf("%x: %v", b, err)
	}
}

func FuzzReader(f *testing.F) {
	for level := range 10 {
		f.Add(packed(f, level, []byte("some words, and some words"), bytes.Repeat([]byte("abcdefgh"), 30)))
	}
	f.Fuzz(func(t *testing.T, b []byte) { same(t, b) })
}

// dribble gives a byte at a time, and now and then none.
type dribble struct {
	b []byte
	n int
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.n++; d.n%7 == 0 {
		return 0, nil
	}
	if len(d.b) == 0 {
		return 0, io.EOF
	}
	p[0], d.b = d.b[0], d.b[1:]
	return 1, nil
}

// A source that gives nothing at times is waited for, however often it has given something before; one that never gives anything is not.
func TestDribble(t *testing.T) {
	text := bytes.Repeat([]byte("some words and others, "), 40)
	got, err := io.ReadAll(inflate.NewReader(&dribble{b: packed(t, 0, text)}))
	if err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := io.ReadAll(inflate.NewReader(nothing{})); err != io.ErrNoProgress {
		t.Error(err)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }
