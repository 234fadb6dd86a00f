package logstoretest

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"sync"
	"syscall"

	"unyo/engine/logstore"
)

// Faulty is a file system in memory that forgets what was not synced when power fails, and fails the n-th
// operation on demand.
type Faulty struct {
	mu      sync.Mutex
	names   map[string]*inode // as the program sees it
	durable map[string]*inode // as the disk has it
	dirs    map[string]bool

	countdown int // operations until one fails; 0: none
	err       error
	tear      bool
	hit       bool
	stuck     bool // from the failure on everything fails
}

type inode struct {
	data, synced []byte
}

type handle struct {
	fs *Faulty
	n  *inode
}

func NewFaulty() *Faulty {
	return &Faulty{names: map[string]*inode{}, durable: map[string]*inode{}, dirs: map[string]bool{"/logs": true}}
}

// FailAfter has the n-th changing operation from now fail.
func (f *Faulty) FailAfter(n int, err error, tear, stuck bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.countdown, f.err, f.tear, f.stuck, f.hit = n, err, tear, stuck, false
}

// Heal ends a failure.
func (f *Faulty) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.countdown, f.stuck = 0, false
}

func (f *Faulty) Fired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// step counts a changing operation and says whether it fails. f.mu is held.
func (f *Faulty) step() error {
	if f.stuck && f.hit {
		return f.err
	}
	if f.countdown > 0 {
		if f.countdown--; f.countdown == 0 {
			f.hit = true
			return f.err
		}
	}
	return nil
}

// PowerLoss keeps what was synced. Of a file's bytes that were not, an arbitrary part survives.
func (f *Faulty) PowerLoss(r *rand.Rand) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.countdown, f.stuck = 0, false
	f.names = map[string]*inode{}
	for _, name := range sortedKeys(f.durable) {
		n := f.durable[name]
		kept := slices.Clone(n.synced)
		for at := len(kept); at < len(n.data); at++ {
			kept = append(kept, 0)
		}
		if len(n.data) > len(n.synced) {
			cut := len(n.synced) + r.IntN(len(n.data)-len(n.synced)+1)
			copy(kept[len(n.synced):cut], n.data[len(n.synced):cut])
			if r.IntN(2) == 0 {
				kept = kept[:cut]
			}
		}
		f.names[name] = &inode{data: kept, synced: slices.Clone(kept)}
	}
	f.durable = map[string]*inode{}
	for name, n := range f.names {
		f.durable[name] = n
	}
}

func sortedKeys(m map[string]*inode) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (f *Faulty) Create(name string) (logstore.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return nil, err
	}
	if !f.dirs[path.Dir(name)] {
		return nil, fs.ErrNotExist
	}
	if f.names[name] != nil {
		return nil, fs.ErrExist
	}
	n := &inode{}
	f.names[name] = n
	return &handle{f, n}, nil
}

func (f *Faulty) Open(name string) (logstore.File, int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.names[name]
	if n == nil {
		return nil, 0, fs.ErrNotExist
	}
	return &handle{f, n}, int64(len(n.data)), nil
}

func (f *Faulty) Rename(old, new string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return err
	}
	n := f.names[old]
	if n == nil {
		return fs.ErrNotExist
	}
	delete(f.names, old)
	f.names[new] = n
	return nil
}

func (f *Faulty) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.names[name] == nil && !f.dirs[name] {
		return fs.ErrNotExist
	}
	if err := f.step(); err != nil {
		return err
	}
	delete(f.names, name)
	delete(f.dirs, name)
	return nil
}

func (f *Faulty) MkdirAll(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dirs[name] {
		return nil
	}
	if err := f.step(); err != nil {
		return err
	}
	for d := name; d != "/"; d = path.Dir(d) {
		f.dirs[d] = true
	}
	return nil
}

func (f *Faulty) List(dir string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for k := range f.names {
		if path.Dir(k) == dir {
			names = append(names, path.Base(k))
		}
	}
	for k := range f.dirs {
		if path.Dir(k) == dir {
			names = append(names, path.Base(k))
		}
	}
	slices.Sort(names)
	return names, nil
}

func (f *Faulty) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.step(); err != nil {
		return err
	}
	for k := range f.durable {
		if path.Dir(k) == dir {
			delete(f.durable, k)
		}
	}
	for k, n := range f.names {
		if path.Dir(k) == dir {
			f.durable[k] = n
		}
	}
	return nil
}

func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if off >= int64(len(h.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	err := h.fs.step()
	n := len(p)
	if err != nil {
		if !h.fs.tear {
			return 0, err
		}
		n /= 2
	}
	if need := int(off) + n; need > len(h.n.data) {
		h.n.data = append(h.n.data, make([]byte, need-len(h.n.data))...)
	}
	copy(h.n.data[off:], p[:n])
	return n, err
}

func (h *handle) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.fs.step(); err != nil {
		return err
	}
	h.n.synced = slices.Clone(h.n.data)
	return nil
}

func (h *handle) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.fs.step(); err != nil {
		return err
	}
	if int(size) <= len(h.n.data) {
		h.n.data = h.n.data[:size]
	}
	return nil
}

func (h *handle) Close() error { return nil }

var (
	errDisk = errors.New("disk on fire")
	errFull = error(syscall.ENOSPC)
)
