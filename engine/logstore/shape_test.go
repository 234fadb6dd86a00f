package logstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// through makes a block of the lines and unpacks it, and fails unless every line and row is as before, and the block as well made again.
func through(t *testing.T, m *maker, lines []Entry) (form byte) {
	t.Helper()
	rows, buf := logOf(lines)
	numbers := func(id uint64) uint32 { return uint32(id) }
	streams := []uint64{0, 1, 2, 3, 4, 5, 6, 7}
	m.shapes.reset()
	packed, raw := m.block(rows, buf, numbers)
	packed = bytes.Clone(packed)
	var plain terms
	plain.reset()
	for i := range rows {
		plain.scan(buf[rows[i].off:rows[i].end])
	}
	if !sameTerms(&plain, &m.set) {
		t.Fatal("the token filter is not that of the lines")
	}
	var mem memory
	if err := mem.unpack(slices.Grow(bytes.Clone(packed), 8), raw, version); err != nil {
		t.Fatal(err)
	}
	if err := mem.parse(streams); err != nil {
		t.Fatal(err)
	}
	if len(mem.rows) != len(rows) {
		t.Fatalf("%d rows of %d", len(mem.rows), len(rows))
	}
	for i, r := range mem.rows {
		if got := mem.raw[r.off:r.end]; string(got) != lines[i].Message || r.key() != rows[i].key() || r.stream != rows[i].stream || r.ingest != rows[i].ingest {
			t.Fatalf("line %d: %q for %q, %+v for %+v", i, got, lines[i].Message, r, rows[i])
		}
	}
	apart, list := checkApart(t, slices.Grow(bytes.Clone(packed), 8), raw, streams)
	for i := range list {
		if string(list[i]) != lines[i].Message {
			t.Fatalf("line %d is %q apart, not %q", i, list[i], lines[i].Message)
		}
	}
	if apart != (packed[0] == formShaped && len(mem.lines.counts) <= len(rows)/maxApart) || apart && len(list) != len(rows) {
		t.Fatalf("%d lines of %d, apart: %t", len(list), len(rows), apart)
	}
	var other maker
	if again, _ := other.block(rows, buf, numbers); !bytes.Equal(again, packed) {
		t.Fatal("the same lines make another block")
	}
	return packed[0]
}

func sameTerms(a, b *terms) bool {
	tokens := func(t *terms) []uint64 { return slices.Sorted(slices.Values(t.tokens.list)) }
	grams := func(t *terms) []uint32 { return slices.Compact(slices.Sorted(slices.Values(t.grams))) }
	return a.long == b.long && slices.Equal(tokens(a), tokens(b)) && slices.Equal(grams(a), grams(b))
}

// What goes into columns comes out of them: numbers with and without zeros before them, too long ones, ids, words, nothing at all.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	word := func() string {
		b := make([]byte, r.IntN(20))
		for i := range b {
			b[i] = "abcdef0123456789gzXY_\x00\xff"[r.IntN(23)]
		}
		return string(b)
	}
	var m maker
	for _, c := range []struct {
		name string
		form byte
		line func(i int) string
	}{
		{"web and JSON", formShaped, func(i int) string { return webAndJSON(3)[i%3].Message }},
		{"numbers", formShaped, func(i int) string {
			return fmt.Sprintf("%d %05d %d %d.", r.IntN(1<<r.IntN(31)), r.IntN(100_000), r.Uint64(), i)
		}},
		{"long numbers", formShaped, func(i int) string {
			return fmt.Sprintf("a=%018d b=%019d c=%d", r.Uint64N(1e18), r.Uint64N(1e19), 1_700_000_000_000_000+r.Uint64N(1e9))
		}},
		{"zeros", formShaped, func(i int) string { return strings.Repeat("0", 1+r.IntN(20)) + fmt.Sprint(" ", r.IntN(3)*r.IntN(2000)) }},
		{"ids", formShaped, func(i int) string { return fmt.Sprintf("%032x %07x %X", r.Uint64(), r.Uint32N(1<<28), r.Uint64()) }},
		{"words", formShaped, func(i int) string { return "k=x1" + strings.Repeat("y", r.IntN(300)) + " " + fmt.Sprintf("%q", word()) }},
		{"few", formShaped, func(i int) string {
			return fmt.Sprintf("%s %d", []string{"a1b2c3d4e5f6a7b8c9d0", "x0y1", "7"}[i%3], i%2)
		}},
		{"empty", formShaped, func(i int) string { return "" }},
		{"all the same", formShaped, func(i int) string { return "started in 2025 with 17 workers" }},
		{"a long line", formShaped, func(i int) string {
			return strings.Repeat("12 ", 250*(i%2)) + strings.Repeat("z", 70_000*(i%300/299)) + " 99" + fmt.Sprint(i)
		}},
		{"no shape", formPlain, func(i int) string {
			return strings.Repeat("x", r.IntN(500)) + strings.Map(func(c rune) rune { return c | 64 }, word()) + fmt.Sprint(i*7%10_000) + strings.Repeat("-y", i)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []Entry
			for i := range 1200 {
				list = append(list, Entry{Timestamp: int64(1000 + i/3), Message: c.line(i)})
			}
			if form := through(t, &m, list); form != c.form {
				t.Errorf("form %d", form)
			}
			through(t, &m, list[:1])
			through(t, &m, list[:7])
		})
	}
}

// FuzzLines: any lines come out of a block as they went into it.
func FuzzLines(f *testing.F) {
	f.Add([]byte("GET /a/17 200 0017\nGET /a/18 200 0018\nGET /b/9 404 7\n\n\x00\xff12 a1b2c3d4\n"))
	f.Add([]byte("1\n2\n03\n4\n5\n18446744073709551616\n0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m maker
		var list []Entry
		for i, l := range bytes.Split(text, []byte("\n")) {
			list = append(list, Entry{Timestamp: int64(i), Message: string(l)})
		}
		through(t, &m, list)
	})
}

// FuzzUnpack: any two parts of a shaped block are refused, or unpack to lines that fill what was said.
func FuzzUnpack(f *testing.F) {
	seed := func(lines []Entry) {
		var m maker
		rows, buf := logOf(lines)
		m.shapes.reset()
		m.set.reset()
		m.shapes.split(rows, buf, &m.set)
		head, bits := m.shapes.pack(rows, buf, func(id uint64) uint32 { return uint32(id) })
		n := 0
		for _, l := range lines {
			n += len(l.Message)
		}
		f.Add(head, bits, n)
	}
	seed(webAndJSON(40))
	seed([]Entry{{1, "a 17 x1yz"}, {2, "a 18 xxxxx2"}, {2, "b 0019"}, {3, "a 5 x0y1"}, {4, ""}})
	f.Fuzz(func(t *testing.T, head, bits []byte, size int) {
		if size > 1<<20 {
			return
		}
		packed := append([]byte{formShaped, 0, 0, 0, 0}, encoder().EncodeAll(head, nil)...)
		binary.LittleEndian.PutUint32(packed[1:], uint32(len(packed)-5))
		checkApart(t, slices.Grow(append(bytes.Clone(packed), bits...), 8), size, []uint64{0, 1, 2})
		var m memory
		if m.unpack(append(packed, bits...), size, version) != nil || m.parse([]uint64{0, 1, 2}) != nil {
			return
		}
		total := 0
		for _, r := range m.rows {
			total += len(m.raw[r.off:r.end])
		}
		if total != size {
			t.Fatalf("%d bytes of %d", total, size)
		}
	})
}

// A block in which one byte is another, or which ends early, is refused or unpacks; it never takes the process along.
func TestTornShapes(t *testing.T) {
	var m maker
	rows, buf := logOf(webAndJSON(100))
	packed, raw := m.block(rows, buf, func(id uint64) uint32 { return uint32(id) })
	var mem memory
	for i := range packed {
		bad := bytes.Clone(packed)
		bad[i] ^= 1 << (i % 8)
		if mem.unpack(bad, raw, version) == nil {
			_ = mem.parse([]uint64{0, 1})
		}
		if mem.unpack(bytes.Clone(packed[:i]), raw, version) == nil {
			t.Fatalf("%d bytes of %d unpack", i, len(packed))
		}
	}
}

// A segment of the version before, written by that version, reads as it did.
func TestOldSegment(t *testing.T) {
	dir := t.TempDir()
	old, err := os.ReadFile("testdata/unyoidx2")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, segmentName(1)), old, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := Open(filepath.Dir(dir), Options{})
	defer s.Close()
	want := webAndJSON(400)
	group := filepath.Base(dir)
	n := 0
	if err := s.Scan(t.Context(), group, Filter{}, func(e *Event) bool {
		if string(e.Message) != want[n].Message || e.Timestamp != want[n].Timestamp {
			t.Fatalf("line %d is %q", n, e.Message)
		}
		n++
		return true
	}); err != nil || n != len(want) {
		t.Fatalf("%d of %d lines, %v", n, len(want), err)
	}
	id := want[17].Message[len(want[17].Message)-15 : len(want[17].Message)-3]
	n = 0
	if err := s.Scan(t.Context(), group, Filter{Contains: []string{id}}, func(e *Event) bool { n++; return string(e.Message) == want[17].Message }); err != nil || n != 1 {
		t.Fatalf("%d lines with %s, %v", n, id, err)
	}
}
