package columnar

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A stream of ORC whose few bytes unpack to very many is refused when it has become larger than a stripe may be.
func TestBombOfORC(t *testing.T) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	chunk := z.EncodeAll(make([]byte, mostChunk), nil)
	head := len(chunk) << 1
	chunk = append([]byte{byte(head), byte(head >> 8), byte(head >> 16)}, chunk...)
	o := &orcReader{compression: orcZstd, chunk: mostChunk}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = o.unpack(bytes.Repeat(chunk, 1000)) // of 16 GiB
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
	if room := after.Sys - before.Sys; room > 6<<30 { // 1.2 to 2.4, by when the collector comes; without the limit more than sixteen
		t.Errorf("took %d MiB", room>>20)
	}
}

// A dictionary that says it has billions of texts is refused before there is room for them.
func TestHugeDictionaryOfORC(t *testing.T) {
	v := &orcVector{source: &orcSource{keys: 1 << 31, encoding: encodingDictionaryV2}, typ: &Type{Kind: String}}
	if err := v.dictionary(); !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
}

// Pages of all columns are counted together, and what is not held any more is given back.
func TestPagesBesideEachOther(t *testing.T) {
	s := schemaOf(t, "int", "string", "array<int>")
	rows := newRandom(1).rows(s, 5000)
	for name, begin := range ours(s) {
		if name[len(name)-4:] == ".orc" {
			continue
		}
		b := written(t, begin, rows)
		r, err := scan(name, b, Projection{Columns: s})
		if err != nil {
			t.Fatal(err)
		}
		p := r.(*parquetScan)
		for err == nil {
			if _, err = r.Next(context.Background()); p.held > 64*int64(len(b))+1<<20 {
				t.Fatalf("%s: holds %d of a file of %d", name, p.held, len(b))
			}
		}
		if r, err = scan(name, b, Projection{Columns: s}); err != nil {
			t.Fatal(err)
		}
		r.(*parquetScan).held = mostHeld
		if _, err := r.Next(context.Background()); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
