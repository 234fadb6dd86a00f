package blob

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/minio/crc64nvme"
)

// appendPlain writes a record as they were before blobs were encrypted.
func appendPlain(b, payload []byte) []byte {
	from := len(b)
	b = append(b, plainMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint64(b, crc64nvme.Checksum(payload))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
	b = append(b, 0, 0, 0, 0)
	return append(b, payload...)
}

// onDisk is every byte below dir.
func onDisk(t *testing.T, dir string) (all []byte) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		all = append(all, b...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// What is staged is not found on the disk, nor is any of its sixteen-byte blocks twice; and every stretch of it is read back, in every way.
func TestSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	defer s.Close()
	marker := []byte("sixteen byte mark")
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{len(marker), 5000, MaxSmall, MaxSmall + 1, 3<<20 + 7} {
		content := bytes.Repeat(marker, n/len(marker)+1)[:n]
		ref := stage(t, s, content)
		at, err := s.At(ref)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			from := rng.IntN(n)
			size := rng.IntN(min(n-from, 70000) + 1)
			want := content[from : from+size]
			if got, err := read(s, ref, int64(from), int64(size)); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes from %d of %d: %v", size, from, n, err)
			}
			got := make([]byte, size)
			if m, err := at.ReadAt(got, int64(from)); m != size || err != nil && err != io.EOF || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d of %d: %d, %v", size, from, n, m, err)
			}
		}
		if m, err := at.ReadAt(make([]byte, 10), int64(n-3)); m != 3 || err != io.EOF {
			t.Errorf("behind the end: %d, %v", m, err)
		}
		_ = at.Close()
	}
	disk := onDisk(t, dir)
	if bytes.Contains(disk, marker[:8]) {
		t.Error("the content is on the disk")
	}
	seen := map[[16]byte]bool{}
	for b := disk; len(b) >= 16; b = b[16:] {
		if block := [16]byte(b); seen[block] && block != [16]byte{} {
			t.Fatalf("%x twice", block)
		} else {
			seen[block] = true
		}
	}
}

// A place that a crash has given back holds what comes there next under another key: the two encrypted texts tell nothing of how the contents differ.
func TestPlaceGivenAgain(t *testing.T) {
	for _, n := range []int{4096, 2 << 20} {
		dir := t.TempDir()
		var texts [2][]byte
		for i := range texts {
			s := open(t, dir, Options{}) // no row holds what was staged before
			ref := stage(t, s, bytes.Repeat([]byte{byte(i)}, n))
			_ = s.Close()
			if ref.File != 1 {
				t.Fatalf("%s", ref)
			}
			texts[i] = onDisk(t, dir)
		}
		same := 0
		for i := range texts[0] {
			if texts[0][i]^texts[1][i] == 1 { // what one key would give
				same++
			}
		}
		if same > n/64 {
			t.Errorf("%d of %d bytes differ as the contents do", same, n)
		}
	}
}

// With another key nothing opens; nor when the header is changed; and the sum on the disk is right without a key.
func TestWrongKey(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{Key: [32]byte{1}})
	small, large := stage(t, s, bytesOf(1, 5000)), stage(t, s, bytesOf(2, 2<<20))
	_ = s.Close()
	s = open(t, dir, Options{Key: [32]byte{2}}, small, large)
	for _, r := range []Ref{small, large} {
		if _, err := read(s, r, 0, 16); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", r, err)
		}
		if _, err := s.At(r); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", r, err)
		}
	}
	_ = s.Close()
	s = open(t, dir, Options{Key: [32]byte{1}}, small, large)
	defer s.Close()
	check(t, s, small, bytesOf(1, 5000))
	check(t, s, large, bytesOf(2, 2<<20))
	for r, name := range map[Ref]string{small: s.segmentName(small.File), large: s.fileName(large.File)} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b = b[max(r.Offset, 0):][:r.length()]
		if h, ok := parseHeader(b); !ok || h.sum != crc64nvme.Checksum(b[headerSize:]) {
			t.Errorf("%s: the sum on the disk is wrong", r)
		}
	}
	f, err := os.OpenFile(s.fileName(large.File), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteAt([]byte{1, 2, 3}, 30)
	_ = f.Close()
	if _, err := read(s, large, 0, 16); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// What was written before blobs were encrypted is read as it was, beside what is written now in the same segment, and freed.
func TestFromBefore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	segment, file := s.segmentName(1), s.fileName(2)
	_ = s.Close()
	a, b, c := bytesOf(1, 100), bytesOf(2, 5000), bytesOf(3, 2<<20)
	if err := os.WriteFile(segment, appendPlain(appendPlain(nil, a), b), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, c, 0o600); err != nil {
		t.Fatal(err)
	}
	refs := []Ref{{1, 0, 100, crc64nvme.Checksum(a), false}, {1, 124, 5000, crc64nvme.Checksum(b), false}, {2, -1, 2 << 20, crc64nvme.Checksum(c), false}}
	for i, r := range refs {
		if err := refs[i].UnmarshalText([]byte(r.String())); err != nil || refs[i] != r {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{}, refs...)
	refs = append(refs, stage(t, s, bytesOf(4, 300)))
	if refs[3].File != 1 || refs[3].Offset != 124+5024 {
		t.Errorf("%s", refs[3])
	}
	s.Free(refs[1])
	s.Sweep()
	_ = s.Close()
	s = open(t, dir, Options{}, refs[0], refs[2], refs[3])
	defer s.Close()
	check(t, s, refs[0], a)
	check(t, s, refs[2], c)
	check(t, s, refs[3], bytesOf(4, 300))
	if got, err := read(s, refs[2], 1<<20, 100); err != nil || !bytes.Equal(got, c[1<<20:][:100]) {
		t.Error(err)
	}
}
