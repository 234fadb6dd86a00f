package blob

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// strictDisk is a disk in memory that forgets, at a crash, whatever was not synced, and fails where told to.
type strictDisk struct {
	mu    sync.Mutex
	files map[string]*strictData
	dirs  map[string]bool
	ops   int             // writes, syncs and the like so far
	fail  func(n int) int // what happens to the n-th: see below
	dead  bool
}

const (
	works = iota
	fails // the call does nothing and returns an error
	tears // a write writes half, then fails
	noRoom
	crash // the machine stops: this call and all later ones fail
)

type strictData struct {
	now, synced []byte
	named       bool // the name is durable
	punched     int64
}

func newStrictDisk() *strictDisk {
	return &strictDisk{files: map[string]*strictData{}, dirs: map[string]bool{}}
}

var errInjected = errors.New("injected")

// op counts an operation and says how it goes.
func (d *strictDisk) op() (int, error) {
	if d.dead {
		return crash, errInjected
	}
	d.ops++
	if d.fail == nil {
		return works, nil
	}
	switch k := d.fail(d.ops); k {
	case works:
		return works, nil
	case noRoom:
		return k, syscall.ENOSPC
	case crash:
		d.dead = true
		return k, errInjected
	default:
		return k, errInjected
	}
}

// reboot returns the disk as it is after power loss. keep says how much of unsynced bytes got there by chance.
func (d *strictDisk) reboot(keep float64) *strictDisk {
	n := newStrictDisk()
	for name, f := range d.files {
		if !f.named && keep < 0.5 {
			continue
		}
		b := slices.Clone(f.synced)
		if len(f.now) > len(b) {
			b = append(b, f.now[len(b):len(b)+int(float64(len(f.now)-len(b))*keep)]...)
		}
		n.files[name] = &strictData{now: b, synced: slices.Clone(b), named: true}
	}
	return n
}

type strictFile struct {
	d *strictDisk
	f *strictData
}

func (d *strictDisk) Create(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.op(); err != nil {
		return nil, err
	}
	if d.files[name] != nil {
		return nil, fs.ErrExist
	}
	f := &strictData{}
	d.files[name] = f
	return strictFile{d, f}, nil
}

func (d *strictDisk) Open(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[name]; f != nil && !d.dead {
		return strictFile{d, f}, nil
	}
	return nil, fs.ErrNotExist
}

func (d *strictDisk) Edit(name string) (file, error) { return d.Open(name) }

func (d *strictDisk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.op(); err != nil {
		return err
	}
	if d.files[name] == nil {
		return fs.ErrNotExist
	}
	delete(d.files, name)
	return nil
}

func (d *strictDisk) MkdirAll(string) error { return nil }

func (d *strictDisk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.op(); err != nil {
		return err
	}
	for n, f := range d.files {
		if path.Dir(n) == name {
			f.named = true
		}
	}
	return nil
}

func (d *strictDisk) List(name string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for n := range d.files {
		if rest, ok := strings.CutPrefix(n, name+"/"); ok {
			first, _, _ := strings.Cut(rest, "/")
			out = append(out, first)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (f strictFile) ReadAt(p []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return bytes.NewReader(f.f.now).ReadAt(p, at)
}

func (f strictFile) WriteAt(p []byte, at int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	kind, err := f.d.op()
	if kind == tears || kind == crash {
		p = p[:len(p)/2]
	}
	if err == nil || kind == tears || kind == crash {
		if n := int(at) + len(p); n > len(f.f.now) {
			f.f.now = append(f.f.now, make([]byte, n-len(f.f.now))...)
		}
		copy(f.f.now[at:], p)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f strictFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if _, err := f.d.op(); err != nil {
		return err
	}
	f.f.synced = slices.Clone(f.f.now)
	return nil
}

func (f strictFile) Truncate(n int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if _, err := f.d.op(); err != nil {
		return err
	}
	f.f.now = f.f.now[:min(n, int64(len(f.f.now)))]
	return nil
}

func (f strictFile) Punch(at, n int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if _, err := f.d.op(); err != nil {
		return err
	}
	f.f.punched += n
	clear(f.f.now[at : at+n])
	if len(f.f.synced) >= int(at+n) {
		clear(f.f.synced[at : at+n])
	}
	return nil
}

func (f strictFile) Size() (int64, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return int64(len(f.f.now)), nil
}

func (f strictFile) Close() error { return nil }
