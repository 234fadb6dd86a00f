package logstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// Neither logs nor segments can be read without the key, and with another one nothing is.
func TestEncrypted(t *testing.T) {
	s := newShelf(t, t.TempDir())
	for i := range 10 {
		if err := s.put("g", i*1000, 10); err != nil {
			t.Fatal(err)
		}
	}
	s.seal("g")
	names := s.files("g")
	if len(names) != 2 {
		t.Fatal(names)
	}
	for _, n := range names {
		if b := s.read("g", n); !bytes.HasPrefix(b, []byte(cryptMagic)) || bytes.Contains(b, []byte("zebra")) || bytes.Contains(b, []byte("took")) {
			t.Errorf("%s is readable", n)
		}
	}
	s.again(Options{Key: [32]byte{1}})
	if times, err := s.times("g"); !errors.Is(err, ErrCorrupt) || times != nil {
		t.Errorf("with another key: %d, %v", len(times), err)
	}
	s.again(Options{})
	if times, err := s.times("g"); err != nil || len(times) != 100 {
		t.Errorf("%d, %v", len(times), err)
	}
}

// Whichever byte of a segment changes, it is told, and no other line is read instead.
func TestEveryByteOfASegment(t *testing.T) {
	s := newShelf(t, t.TempDir())
	for i := range 8 {
		if err := s.put("g", i*1000, 10); err != nil {
			t.Fatal(err)
		}
	}
	s.seal("g")
	name := s.files("g")[1]
	good := s.read("g", name)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		s.write("g", name, bad)
		s.again(Options{})
		if times, err := s.times("g"); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d of %d: %d lines, %v", i, len(good), len(times), err)
		}
	}
}

// A log that has changed beneath an open store is told when it is read; when it is opened, it ends there, as after a torn write. Its head is told always.
func TestEveryByteOfALog(t *testing.T) {
	s := newShelf(t, t.TempDir())
	for i := range 2 {
		if err := s.put("g", 1000+i*1000, 3); err != nil {
			t.Fatal(err)
		}
	}
	name := s.files("g")[0]
	good := s.read("g", name)
	second := cryptHead + (len(good)-cryptHead)/2
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		s.write("g", name, bad)
		if times, err := s.times("g"); i >= cryptHead && !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d of %d of an open log: %d lines, %v", i, len(good), len(times), err)
		}
		s.again(Options{})
		times, err := s.times("g")
		if i < cryptHead && !errors.Is(err, ErrCorrupt) || i >= cryptHead && (err != nil || len(times) != 3*((i-cryptHead)/(second-cryptHead))) {
			t.Fatalf("byte %d of %d: %d lines, %v", i, len(good), len(times), err)
		}
		s.write("g", name, good)
		s.again(Options{})
		if times, err = s.times("g"); err != nil || len(times) != 6 {
			t.Fatal(len(times), err)
		}
	}
}

// No piece stands for another: not a file of another group or name, not a block, a filter or a record elsewhere.
func TestPlaces(t *testing.T) {
	s := newShelf(t, t.TempDir())
	for _, g := range []string{"g", "h"} {
		for i := range 8 {
			if err := s.put(g, i*1000, 10); err != nil {
				t.Fatal(err)
			}
		}
		s.seal(g)
	}
	log, seg := s.files("g")[0], s.files("g")[1]
	refused := func(what string, lines int) {
		t.Helper()
		s.again(Options{})
		if times, err := s.times("g"); (err == nil || !errors.Is(err, ErrCorrupt)) && (lines < 0 || len(times) != lines) {
			t.Errorf("%s: %d lines, %v", what, len(times), err)
		}
	}
	good := s.read("g", seg)
	s.write("g", seg, s.read("h", seg))
	refused("a segment of another group", -1)
	s.write("g", seg, good)
	s.write("g", segmentName(99), good)
	refused("a segment under another name", -1)
	_ = os.Remove(filepath.Join(s.dir, "g", segmentName(99)))
	whole := s.read("g", log)
	s.write("g", log, s.read("h", log))
	refused("a log of another group", 70)
	s.write("g", log, whole)
	s.again(Options{})
	if err := s.put("g", 8000, 10); err != nil {
		t.Fatal(err)
	}
	whole = s.read("g", log)
	half := (len(whole) - cryptHead) / 2
	s.write("g", log, slices.Concat(whole[:cryptHead], whole[cryptHead+half:], whole[cryptHead:][:half]))
	refused("records in another order", 70)

	key := &fileKey{}
	key, _ = s.at("g").drawKey(seg)
	for _, kind := range []byte{pieceBlock, pieceFilter, pieceIndex} {
		piece := key.seal(nil, pieceNonce(kind, 5), []byte("block"))
		for _, other := range [][]byte{pieceNonce(kind, 4), pieceNonce((kind+1)%3, 5)} {
			if _, err := key.open(other, bytes.Clone(piece)); err == nil {
				t.Errorf("kind %d opens elsewhere", kind)
			}
		}
	}
}

// flaky fails the n-th write of a file, half way, and removals.
type flaky struct {
	FS
	writes  atomic.Int32
	removal bool
}

type flakyFile struct {
	File
	fs *flaky
}

func (f *flaky) Create(name string) (File, error) {
	file, err := f.FS.Create(name)
	return flakyFile{file, f}, err
}

func (f *flaky) Remove(name string) error {
	if f.removal {
		return errors.New("no removal")
	}
	return f.FS.Remove(name)
}

func (f flakyFile) WriteAt(b []byte, at int64) (int, error) {
	if f.fs.writes.Add(-1) == 0 {
		_, _ = f.File.WriteAt(b[:len(b)-1], at)
		return 0, errors.New("torn")
	}
	return f.File.WriteAt(b, at)
}

// What is written at the place of a write that failed, or of one that a crash took back, is encrypted under another nonce.
func TestNonceAfterTornWrite(t *testing.T) {
	s := newShelf(t, t.TempDir())
	fs := &flaky{FS: Disk}
	fs.writes.Store(3)
	s.again(Options{FS: fs})
	if err := s.put("g", 0, 10); err != nil {
		t.Fatal(err)
	}
	name := s.files("g")[0]
	from := len(s.read("g", name))
	if err := s.put("g", 1000, 10); err == nil {
		t.Fatal("the torn write was acknowledged")
	}
	seen := map[string]bool{}
	look := func() {
		nonce := string(s.read("g", name)[from:][12:frameHeader])
		if seen[nonce] {
			t.Errorf("%x is used again", nonce)
		}
		seen[nonce] = true
	}
	look()
	for range 20 {
		s.number-- // as if it had never come
		if err := s.put("g", 1000, 10); err != nil {
			t.Fatal(err)
		}
		look()
		if err := os.Truncate(filepath.Join(s.dir, "g", name), int64(from)); err != nil {
			t.Fatal(err)
		}
		s.again(Options{FS: fs})
	}
}

// What earlier versions wrote is read, goes on in files that are encrypted, and becomes such a segment in its turn.
func TestFilesFromBefore(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "g"), os.DirFS("testdata/unyoidx3")); err != nil {
		t.Fatal(err)
	}
	s := newShelf(t, dir)
	if times, err := s.times("g"); err != nil || len(times) != 80 || !slices.IsSorted(times) {
		t.Fatal(len(times), err)
	}
	for i := range 3 {
		if err := s.put("g", 10_000+i, 1); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			s.again(Options{})
		}
	}
	s.seal("g")
	names := s.files("g")
	if want := []string{walName(9), segmentName(1), segmentName(8)}; !slices.Equal(names, want) {
		t.Fatal(names)
	}
	for i, n := range names {
		if encrypted := bytes.HasPrefix(s.read("g", n), []byte(cryptMagic)); encrypted != (i != 1) {
			t.Errorf("%s: %t", n, encrypted)
		}
	}
	for range 2 {
		if times, err := s.times("g"); err != nil || len(times) != 83 || !slices.IsSorted(times) {
			t.Fatal(len(times), err)
		}
		s.again(Options{})
	}
}

// A log from before in which nothing is, and one whose head a crash has torn, are begun anew.
func TestEmptyLogs(t *testing.T) {
	for _, left := range []string{"", "unyo", cryptMagic, strings.Repeat("\x00", cryptHead), cryptMagic + strings.Repeat("\x00", cryptHead-8)} {
		s := newShelf(t, t.TempDir())
		if err := os.Mkdir(filepath.Join(s.dir, "g"), 0o700); err != nil {
			t.Fatal(err)
		}
		s.write("g", walName(5), []byte(left))
		if err := s.put("g", 1, 2); err != nil {
			t.Fatalf("%q: %v", left, err)
		}
		for range 2 {
			if times, err := s.times("g"); err != nil || len(times) != 2 || len(s.files("g")) != 1 {
				t.Fatalf("%q: %d lines, %v", left, len(times), err)
			}
			s.again(Options{})
		}
	}
}

// Of a group that was dropped nobody can read what its files' places on the disk may keep; also when the removal did not get further than the keys, and
// then the name is free all the same.
func TestDropDestroysKeys(t *testing.T) {
	for _, removal := range []bool{true, false} {
		s := newShelf(t, t.TempDir())
		fs := &flaky{FS: Disk}
		s.again(Options{FS: fs})
		for i := range 8 {
			if err := s.put("g", i*1000, 10); err != nil {
				t.Fatal(err)
			}
		}
		s.seal("g")
		var kept []*os.File
		var wrapped [][]byte
		for _, n := range s.files("g") {
			f, err := os.Open(filepath.Join(s.dir, "g", n))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			kept, wrapped = append(kept, f), append(wrapped, s.read("g", n)[len(cryptMagic):cryptHead])
		}
		fs.removal = !removal
		if err := s.Drop("g"); (err == nil) != removal || len(kept) != 2 {
			t.Fatal(err)
		}
		for i, f := range kept {
			if b, err := io.ReadAll(f); err != nil || bytes.Contains(b, wrapped[i]) || !bytes.HasPrefix(b, []byte(cryptGone)) {
				t.Errorf("the key is there, %v", err)
			}
		}
		fs.removal = false
		s.again(Options{FS: fs})
		if times, err := s.times("g"); err != nil || times != nil {
			t.Errorf("%d lines, %v", len(times), err)
		}
		if err := s.put("g", 5, 5); err != nil {
			t.Fatal(err)
		}
		if times, err := s.times("g"); err != nil || len(times) != 5 {
			t.Errorf("%d lines, %v", len(times), err)
		}
	}
}

// FuzzFile: any bytes as a log or a segment are refused or read without a panic.
func FuzzFile(f *testing.F) {
	key := Options{}.Key
	key[7] = 7
	head := func() []byte {
		_, head := Open("", Options{Key: key}).at("g").drawKey(walName(1))
		return head
	}
	f.Add(head(), true)
	f.Add(append(head(), make([]byte, 100)...), true)
	f.Add(append(append(head(), make([]byte, 100)...), "\x00\x00\x00\x00\x10\x00\x00\x00unyoidx4"...), false)
	f.Add([]byte(cryptGone+strings.Repeat("\x00", 60)), false)
	f.Add(record(sample, 1), true)
	f.Fuzz(func(t *testing.T, b []byte, log bool) {
		dir := t.TempDir()
		name := segmentName(1)
		if log {
			name = walName(1)
		}
		if err := errors.Join(os.Mkdir(filepath.Join(dir, "g"), 0o700), os.WriteFile(filepath.Join(dir, "g", name), b, 0o600)); err != nil {
			t.Fatal(err)
		}
		s := Open(dir, Options{Key: key})
		defer s.Close()
		s.Committed(func(context.Context, string, uint64) (uint64, error) { return 1, nil }, nil)
		_ = s.Scan(t.Context(), "g", Filter{}, func(*Event) bool { return true })
	})
}
