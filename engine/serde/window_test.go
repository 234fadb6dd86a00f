package serde

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"unyo/engine/columnar"
)

// frame is text as a frame of zstd with a window, which does not say how long the text is.
func frame(t *testing.T, text []byte, window int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	for part := range bytes.SplitAfterSeq(text, []byte("\n")) {
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The window of a zstd's frames is held by the query, before anything is unpacked, and given back.
func TestWindowIsHeld(t *testing.T) {
	tbl := table(t, lazyClass, map[string]string{"field.delim": ","}, "n int", "s string")
	text := bytes.Repeat([]byte("1,abcdefghij\n"), 200_000)
	refused := errors.New("refused")
	for _, c := range []struct {
		file []byte
		most int64 // that the query may hold
		held int64 // at least
		err  error
	}{
		{frame(t, text, 1<<20), 1 << 30, 8 << 20, nil},
		{frame(t, text, 64<<20), 1 << 30, 64 << 20, nil},
		{frame(t, text, 64<<20), 60 << 20, 0, refused},
		{append(frame(t, text, 1<<20), frame(t, text, 8<<20)...), 1 << 30, 8 << 20, nil},
		{append(frame(t, text, 1<<20), frame(t, text, 64<<20)...), 1 << 30, 8 << 20, columnar.ErrCorrupt},
		{frame(t, text, 256<<20), 1 << 30, 0, columnar.ErrCorrupt},
		{append([]byte("\x50\x2a\x4d\x18\x01\x00\x00\x00x"), frame(t, text, 16<<20)...), 1 << 30, 32 << 20, nil},
	} {
		now, peak := int64(0), int64(0)
		o := object("x.zst", c.file)
		o.Hold = func(n int64) error {
			now += n
			if peak = max(peak, now); now > c.most {
				return refused
			}
			return nil
		}
		r, err := Open(tbl, o, []int{0}, nil)
		if err == nil {
			for err == nil {
				_, err = r.Next(context.Background())
			}
			if e := r.Close(); e != nil {
				t.Error(e)
			}
		}
		if err == io.EOF {
			err = nil
		}
		if !errors.Is(err, c.err) || peak < c.held || now != 0 {
			t.Errorf("%d bytes: %v, held %d, at the end %d", len(c.file), err, peak, now)
		}
	}
}
