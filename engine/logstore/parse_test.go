package logstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// record is a record as they were before they were encrypted.
func record(b *Batch, seq uint64) []byte {
	payload := appendRecord(nil, b)[frameHeader:]
	rec := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	at := binary.LittleEndian.AppendUint64(nil, seq)
	rec = binary.LittleEndian.AppendUint32(rec, crc32.Update(crc32.Checksum(payload, castagnoli), castagnoli, at))
	return append(append(rec, at...), payload...)
}

var sample = &Batch{Stream: 7, Number: 3, Ingestion: 1000, Events: []Entry{{900, "first"}, {900, ""}, {1200, "ünd"}}}

// A log is read up to the first byte that is not as it was written.
func TestTornRecord(t *testing.T) {
	rec := record(sample, 42)
	payload, seq, n, ok := cutRecord(append(bytes.Clone(rec), 1, 2, 3))
	if !ok || seq != 42 || n != len(rec) {
		t.Fatalf("%d %d %t", seq, n, ok)
	}
	rows, err := appendRows(nil, payload, seq, 0)
	if err != nil || len(rows) != 3 || string(payload[rows[2].off:rows[2].end]) != "ünd" || rows[2].ts != 1200 || rows[2].stream != 7 {
		t.Fatalf("%+v %v", rows, err)
	}
	for i := range rec {
		if _, _, _, ok := cutRecord(rec[:i]); ok {
			t.Fatalf("cut at %d is taken", i)
		}
		for bit := range 8 {
			bad := bytes.Clone(rec)
			bad[i] ^= 1 << bit
			if p, s, _, ok := cutRecord(bad); ok {
				t.Fatalf("byte %d changed: %q %d is taken", i, p, s)
			}
		}
	}
	if _, _, _, ok := cutRecord(make([]byte, 4096)); ok {
		t.Fatal("zeros are taken")
	}
}

// FuzzRecord: any bytes are refused or read without a panic, and rows stay within them.
func FuzzRecord(f *testing.F) {
	f.Add(record(sample, 1)[recordHeader:])
	f.Add(record(&Batch{Stream: 1 << 63, Number: 1 << 60, Ingestion: -5, Events: []Entry{{-1 << 62, "x"}}}, 1)[recordHeader:])
	f.Fuzz(func(t *testing.T, payload []byte) {
		rows, err := appendRows(nil, payload, 1, 0)
		if err != nil {
			return
		}
		for i := range rows {
			_ = payload[rows[i].off:rows[i].end]
		}
		cutRecord(payload)
	})
}

// FuzzBlock: any unpacked block is refused or read without a panic.
func FuzzBlock(f *testing.F) {
	payload := record(sample, 1)[recordHeader:]
	rows, _ := appendRows(nil, payload, 9, 0)
	f.Add(appendBlock(nil, rows, payload, func(uint64) uint32 { return 0 }))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, err := parseBlock(nil, raw, []uint64{7, 8})
		if err != nil {
			return
		}
		for i := range rows {
			_ = raw[rows[i].off:rows[i].end]
		}
	})
}

// FuzzIndex: any index of a segment is refused or read without a panic, and what is read is written the same.
func FuzzIndex(f *testing.F) {
	s := &segment{base: 3, last: 9, streams: []uint64{7, 1 << 63}, blocks: []blockInfo{{off: 8, size: 100, sum: 1 << 31, raw: 500, count: 3, bytes: 8, first: key{900, 4, 1}, lo: 900, hi: 1200, streams: []uint32{0, 1}, filterOff: 108, filterBytes: 8}}}
	f.Add(s.appendIndex(nil))
	f.Fuzz(func(t *testing.T, index []byte) {
		s, err := parseIndex(index)
		if err != nil {
			return
		}
		again, err := parseIndex(s.appendIndex(nil))
		if err != nil || len(again.blocks) != len(s.blocks) || again.bytes != s.bytes || again.lo != s.lo {
			t.Fatalf("%+v\n%+v %v", s, again, err)
		}
	})
}

// The filter never denies what is there, and lets little else through.
func TestFilter(t *testing.T) {
	var set terms
	set.reset()
	id := func(i int, of byte) string {
		return fmt.Sprintf("%c%016x", of, rand.New(rand.NewPCG(uint64(i), 1)).Uint64())
	}
	short := func(i int) string {
		return string([]byte{byte('a' + i%26), byte('a' + i/26%26), byte('a' + i/676%26), byte('0' + i/17576)})
	}
	const n = 3000
	for i := range n {
		set.scan([]byte("x=" + short(i) + " id=" + id(i, 'a') + "."))
	}
	filter := set.filter()
	may := func(text string) bool {
		var needs needs
		needs.add(text)
		return needs.in(filter)
	}
	wrong, wrongParts := 0, 0
	for i := range n {
		for _, text := range []string{"=" + short(i) + " ", id(i, 'a'), " id=" + id(i, 'a') + ".", id(i, 'a')[4:12], id(i, 'a')[1:], "x=" + short(i)} {
			if !may(text) {
				t.Fatalf("%q is denied", text)
			}
		}
		if may("=" + short(i+n) + " ") {
			wrong++
		}
		if may(id(i+n, 'b')) {
			wrong++
		}
		if may(id(i+n, 'b')[2:12]) {
			wrongParts++
		}
	}
	if wrong > n/20 || wrongParts > n/2 {
		t.Errorf("of %d absent texts %d, of parts %d are let through", 2*n, wrong, wrongParts)
	}
	set.scan([]byte(strings.Repeat("long", 100)))
	if filter = set.filter(); !may("longlonglong") || may("=nope ") {
		t.Error("a token too long is denied, or a short one let through beside it")
	}
}

// Rows are in order afterwards, whether they nearly were or not at all.
func TestSortRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	for _, spread := range []int{0, 1, 3, 50, 100_000} {
		for _, n := range []int{0, 1, 2, 5000} {
			rows := make([]row, n)
			for i := range rows {
				rows[i] = row{ts: int64(i/20 + r.IntN(spread+1)), seq: uint64(r.IntN(4)), idx: uint32(i)}
			}
			want := slices.SortedFunc(slices.Values(rows), func(a, b row) int { return a.key().compare(b.key()) })
			if sortRows(rows); !slices.Equal(rows, want) {
				t.Errorf("%d rows over %d", n, spread)
			}
		}
	}
}
