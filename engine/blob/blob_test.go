package blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func committed(refs ...Ref) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		for _, r := range refs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func bytesOf(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func open(t testing.TB, dir string, o Options, refs ...Ref) *Store {
	t.Helper()
	s, err := Open(dir, committed(refs...), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func stage(t testing.TB, s *Store, b []byte) Ref {
	t.Helper()
	ref, err := s.Stage(context.Background(), bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func read(s *Store, ref Ref, at, n int64) ([]byte, error) {
	r, err := s.Read(ref, at, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func check(t testing.TB, s *Store, ref Ref, want []byte) {
	t.Helper()
	got, err := read(s, ref, 0, -1)
	if err != nil {
		t.Fatalf("%s: %v", ref, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: %d bytes differ from the %d staged", ref, len(got), len(want))
	}
}

var sizes = []int{0, 1, firstRead - 1, firstRead, firstRead + 1, MaxSmall - 1, MaxSmall, MaxSmall + 1, MaxSmall + chunkSize, 3<<20 + 7}

func TestStageAndRead(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	var refs []Ref
	for i, n := range sizes {
		b := bytesOf(uint64(i), n)
		sum := md5.New()
		ref, err := s.Stage(context.Background(), bytes.NewReader(b), sum)
		if err != nil {
			t.Fatal(err)
		}
		if want := md5.Sum(b); !bytes.Equal(sum.Sum(nil), want[:]) {
			t.Errorf("%d bytes: the sink saw others", n)
		}
		if ref.Size != int64(n) || ref.own() != (n > MaxSmall) || ref.empty() != (n == 0) {
			t.Errorf("%d bytes: %s", n, ref)
		}
		check(t, s, ref, b)
		if n > 10 {
			part, err := read(s, ref, 3, int64(n-7))
			if err != nil || !bytes.Equal(part, b[3:n-4]) {
				t.Errorf("range of %d bytes: %v", n, err)
			}
		}
		refs = append(refs, ref)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{}, refs...)
	defer s.Close()
	for i, n := range sizes {
		check(t, s, refs[i], bytesOf(uint64(i), n))
	}
}

func TestRefText(t *testing.T) {
	for _, r := range []Ref{{}, {1, 0, 5, 7, false}, {9, -1, 1 << 40, 1<<64 - 1, true}, {1 << 63, 1 << 40, 1, 0, true}} {
		b, _ := r.MarshalText()
		var back Ref
		if err := back.UnmarshalText(b); err != nil || back != r {
			t.Errorf("%s came back as %s, %v", b, back, err)
		}
	}
	for _, bad := range []string{"", "1.2.3", "1.2.3.4.5", "x.0.1.0", "1.-1.1.0", "1.0.-1.0", "1.0.1.g", "1.0.1.0.f", "1.0.1.0.e.e"} {
		if err := new(Ref).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// What rows do not name is gone after Open; what they name is there.
func TestOpenDropsGarbage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{segment: 64 << 10})
	var keep []Ref
	var want [][]byte
	for i := range 40 {
		b := bytesOf(uint64(i), 8<<10+i)
		if i%10 == 9 {
			b = bytesOf(uint64(i), MaxSmall+i)
		}
		ref := stage(t, s, b)
		if i%3 == 0 && i < 32 {
			keep, want = append(keep, ref), append(want, b)
		}
	}
	s.Close()
	s = open(t, dir, Options{segment: 64 << 10}, keep...)
	defer s.Close()
	for i := range keep {
		check(t, s, keep[i], want[i])
	}
	files, _ := filepath.Glob(filepath.Join(dir, "file", "*", "*"))
	if len(files) != 1 { // 9 is kept
		t.Errorf("files left: %v", files)
	}
	if next := stage(t, s, []byte("x")); next.File > keep[len(keep)-1].File+1 {
		t.Errorf("numbers go on at %s after %s", next, keep[len(keep)-1])
	}
}

func TestFree(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{segment: 64 << 10})
	defer s.Close()
	small, large := stage(t, s, bytesOf(1, 20<<10)), stage(t, s, bytesOf(2, 2<<20))
	beside := stage(t, s, bytesOf(3, 20<<10))
	release := s.Pin()
	s.Free(small, large)
	s.Sweep()
	check(t, s, small, bytesOf(1, 20<<10)) // a reader that began before
	check(t, s, large, bytesOf(2, 2<<20))
	release()
	release()
	s.Sweep()
	s.Sweep()
	for _, r := range []Ref{small, large} {
		if _, err := read(s, r, 0, -1); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s is still there: %v", r, err)
		}
	}
	check(t, s, beside, bytesOf(3, 20<<10))
	stage(t, s, bytesOf(4, 60<<10)) // seals the first segment
	s.Free(beside)
	s.Sweep()
	if _, err := os.Stat(s.segmentName(small.File)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("dead segment is still there: %v", err)
	}
}

// Blobs are destroyed only once the rows are durable.
func TestFreeWaitsForRows(t *testing.T) {
	var mu sync.Mutex
	refuse := errors.New("not yet")
	s := open(t, t.TempDir(), Options{Durable: func() error { mu.Lock(); defer mu.Unlock(); return refuse }})
	defer s.Close()
	ref := stage(t, s, bytesOf(1, 2<<20))
	s.Free(ref)
	s.Sweep()
	check(t, s, ref, bytesOf(1, 2<<20))
}

func TestDamageIsSeen(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	defer s.Close()
	small, large := stage(t, s, bytesOf(1, 5000)), stage(t, s, bytesOf(2, 2<<20))
	f, err := os.OpenFile(s.segmentName(small.File), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteAt([]byte{1, 2, 3}, small.Offset+headerSize+100)
	f.Close()
	os.Truncate(s.fileName(large.File), 100)
	for _, r := range []Ref{small, large, {File: 77, Size: 1}, {File: 77, Offset: -1, Size: 1}} {
		if _, err := read(s, r, 0, -1); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", r, err)
		}
	}
}

type cutBody struct{ n int }

func (c *cutBody) Read(p []byte) (int, error) {
	if c.n == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(c.n, len(p))
	c.n -= n
	return n, nil
}

// A body that breaks off is no blob, however long it was.
func TestBodyBreaksOff(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	defer s.Close()
	for _, n := range sizes {
		if _, err := s.Stage(context.Background(), &cutBody{n}, io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "file", "*", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// For every n, the n-th operation on the disk fails in one of several ways. Whatever Stage acknowledged can be read, now and after power loss
// and Open; whatever it refused is not there then, and the store goes on.
func TestEveryFailure(t *testing.T) {
	for _, kind := range []int{fails, tears, noRoom, crash} {
		for n := 1; ; n++ {
			d := newStrictDisk()
			d.fail = func(op int) int {
				if op == n {
					return kind
				}
				return works
			}
			reached := tryAll(t, fmt.Sprintf("kind %d, operation %d", kind, n), d, kind, n)
			if !reached {
				break
			}
		}
	}
}

func tryAll(t *testing.T, name string, d *strictDisk, kind, n int) bool {
	o := Options{disk: d, segment: 40 << 10}
	s, err := Open("/d", committed(), o)
	if err != nil {
		if !errors.Is(err, errInjected) && kind != noRoom {
			t.Fatalf("%s: %v", name, err)
		}
		return true
	}
	var refs []Ref
	var want [][]byte
	for i, size := range []int{100, 30 << 10, 15 << 10, MaxSmall + 5, 200, 35 << 10, 1} {
		b := bytesOf(uint64(i), size)
		ref, err := s.Stage(context.Background(), bytes.NewReader(b))
		if kind == noRoom && err != nil && !errors.Is(err, ErrFull) {
			t.Fatalf("%s: full disk is told as %v", name, err)
		}
		if err == nil {
			refs, want = append(refs, ref), append(want, b)
		}
	}
	if kind != crash && len(refs) < 6 {
		t.Fatalf("%s: one failure cost %d blobs", name, 7-len(refs))
	}
	for i := range refs {
		if !d.dead {
			check(t, s, refs[i], want[i])
		}
	}
	s.Close()
	reached := d.ops >= n
	for _, keep := range []float64{0, 0.5, 1} {
		o.disk = d.reboot(keep)
		s := open(t, "/d", o, refs...)
		for i := range refs {
			check(t, s, refs[i], want[i])
		}
		more := bytesOf(99, 3000)
		check(t, s, stage(t, s, more), more)
		s.Close()
	}
	return reached
}

func TestManyWriters(t *testing.T) {
	s := open(t, t.TempDir(), Options{segment: 256 << 10})
	defer s.Close()
	var g sync.WaitGroup
	var mu sync.Mutex
	all := map[Ref]uint64{}
	for w := range 16 {
		g.Go(func() {
			for i := range 20 {
				seed := uint64(w*100 + i)
				ref, err := s.Stage(context.Background(), bytes.NewReader(bytesOf(seed, 100+int(seed)*7)))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all[ref] = seed
				mu.Unlock()
			}
		})
	}
	g.Wait()
	if len(all) != 320 {
		t.Fatalf("%d different refs", len(all))
	}
	for ref, seed := range all {
		check(t, s, ref, bytesOf(seed, 100+int(seed)*7))
	}
}

// The same blobs in the same order get the same refs, also when the process died in between and staged some anew.
func TestSameRefsAfterCrash(t *testing.T) {
	var plain []Ref
	s := open(t, t.TempDir(), Options{segment: 40 << 10})
	for i := range 12 {
		plain = append(plain, stage(t, s, bytesOf(uint64(i), 9000)))
	}
	s.Close()
	dir := t.TempDir()
	s = open(t, dir, Options{segment: 40 << 10})
	var again []Ref
	for i := range 12 {
		ref := stage(t, s, bytesOf(uint64(i), 9000))
		if i%5 == 4 { // dies before the row is committed
			s.Close()
			s = open(t, dir, Options{segment: 40 << 10}, again...)
			ref = stage(t, s, bytesOf(uint64(i), 9000))
		}
		again = append(again, ref)
	}
	s.Close()
	if !slices.Equal(plain, again) {
		t.Errorf("refs differ:\n%v\n%v", plain, again)
	}
}

func FuzzHeader(f *testing.F) {
	f.Add((&header{7, 1, [wrappedSize]byte{5}}).append(nil))
	f.Add([]byte(headerMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := parseHeader(b); ok && !bytes.Equal(h.append(nil), b[:headerSize]) {
			t.Fatal("the header is not what it was written as")
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add(appendPlain(nil, []byte("payload")))
	f.Add([]byte(plainMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		payload, _, ok := parsePlain(b)
		if ok && !bytes.Equal(appendPlain(nil, payload), b[:plainHeaderSize+len(payload)]) && bytes.Equal(b[20:24], []byte{0, 0, 0, 0}) {
			t.Fatalf("record of %d bytes is not what it was written as", len(payload))
		}
	})
}

func FuzzRef(f *testing.F) {
	f.Add("1.0.5.0000000000000007")
	f.Add("1.f.5.0000000000000007.e")
	f.Fuzz(func(t *testing.T, s string) {
		var r, back Ref
		if r.UnmarshalText([]byte(s)) != nil {
			return
		}
		if err := back.UnmarshalText([]byte(r.String())); err != nil || back != r {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
