package serde

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"

	"unyo/engine/columnar"
)

// What was scanned depends on what was read of the rows, not on how far ahead the decompressor is; and closing ends it.
func TestAheadIsRepeatable(t *testing.T) {
	var text bytes.Buffer
	r0 := rand.New(rand.NewPCG(7, 7))
	for range 200000 {
		text.WriteString(strconv.FormatUint(r0.Uint64(), 36) + "\n")
	}
	b := packed(t, 1, text.Bytes())
	tbl := table(t, lazyClass, nil, "s string")
	var want []int64
	for range 5 {
		r, err := Open(tbl, object("x.gz", b), []int{0}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for range 10 {
			if _, err := r.Next(context.Background()); err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Scanned())
		}
		if want == nil {
			want = got
		}
		for i := range want {
			if got[i] != want[i] || want[9] >= int64(len(b)) {
				t.Fatalf("scanned %v, and %v of %d before", got, want, len(b))
			}
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	r, err := Open(tbl, object("x.gz", b), []int{0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Next(context.Background())
	}
	if err != io.EOF || r.Scanned() != int64(len(b)) {
		t.Errorf("scanned %d of %d, %v", r.Scanned(), len(b), err)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("beyond") }

func TestAheadSurvivesPanics(t *testing.T) {
	a := newAhead(panicking{}, &Counted{})
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, columnar.ErrCorrupt) {
		t.Error(err)
	}
	a.Close()
	newAhead(panicking{}, &Counted{}).Close()
}
