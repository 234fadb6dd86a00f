package embedded

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/counter"
	"unyo/base/keywrap"
	"unyo/base/must"
)

// sealed stands between Pebble and the file system and encrypts every file, under a key of its own: AES-256 in counter mode, the counter beginning at 0 with the
// file's first byte. Pebble writes its files from their beginning to their end, each byte once, and never again: so no key and counter meet twice. A log that it would
// use again, over the old bytes, is a new file with a new key. A file begins with a head,
//
//	"unyorow1", the key, wrapped under the store's key (keywrap.Size bytes)
//
// which is durable before anything else is written. So one that cannot be read is damaged, unless nothing comes after it.
type sealed struct {
	vfs.FS
	key cipher.Block // wraps those of the files
}

const (
	sealMagic = "unyorow1"
	headSize  = len(sealMagic) + keywrap.Size
)

// ErrKey is a store that was encrypted under another key, or under one and is opened without.
var ErrKey = errors.New("the store is encrypted under another key")

func seal(fs vfs.FS, key [32]byte) *sealed { return &sealed{fs, must.Do(aes.NewCipher(key[:]))} }

// Unwrap lets Pebble find the file system underneath.
func (s *sealed) Unwrap() vfs.FS { return s.FS }

func (s *sealed) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, c)
	if err != nil {
		return nil, err
	}
	key, wrapped := keywrap.Draw(s.key)
	if _, err = f.Write(append([]byte(sealMagic), wrapped[:]...)); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), s.FS.Remove(name))
	}
	return &sealedFile{File: f, block: must.Do(aes.NewCipher(key[:]))}, nil
}

func (s *sealed) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	f, err := s.FS.Open(name, opts...)
	if err != nil {
		return nil, err
	}
	block, err := s.head(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return &sealedFile{File: f, block: block}, nil
}

// head reads the head of a file, and leaves the file behind it.
func (s *sealed) head(f vfs.File) (cipher.Block, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	key, ok := keywrap.Unwrap(s.key, [keywrap.Size]byte(head[len(sealMagic):]))
	if !ok || !bytes.HasPrefix(head, []byte(sealMagic)) {
		if info, err := f.Stat(); err != nil || info.Size() > int64(headSize) {
			return nil, errors.Join(ErrKey, err)
		}
	}
	return must.Do(aes.NewCipher(key[:])), nil // of a file that a crash has torn there is nothing else to be read
}

// OpenReadWrite is for files that are written over, of which Pebble has none here.
func (s *sealed) OpenReadWrite(name string, _ vfs.DiskWriteCategory, _ ...vfs.OpenOption) (vfs.File, error) {
	return nil, fmt.Errorf("cannot write over %s: it would be encrypted twice alike", name)
}

func (s *sealed) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := s.FS.Remove(from); err != nil {
		return nil, err
	}
	return s.Create(to, c)
}

func (s *sealed) Stat(name string) (vfs.FileInfo, error) {
	info, err := s.FS.Stat(name)
	return without(info), err
}

// lengthened is what the file system says of an encrypted file, but for the head.
type lengthened struct{ vfs.FileInfo }

func without(info vfs.FileInfo) vfs.FileInfo {
	if info == nil || info.IsDir() {
		return info
	}
	return lengthened{info}
}

func (l lengthened) Size() int64 { return max(0, l.FileInfo.Size()-int64(headSize)) }

var _ os.FileInfo = lengthened{}

// sealedFile is a file behind its head.
type sealedFile struct {
	vfs.File
	block   cipher.Block
	at      int64 // of the next Read or Write
	scratch []byte
}

// crypt encrypts or decrypts what is at a place.
func (f *sealedFile) crypt(dst, src []byte, at int64) {
	counter.From(f.block, at).XORKeyStream(dst, src)
}

func (f *sealedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.crypt(p[:n], p[:n], f.at)
	f.at += int64(n)
	return n, err
}

func (f *sealedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off+int64(headSize))
	f.crypt(p[:n], p[:n], off)
	return n, err
}

// Write leaves p as it is, for who finds no space writes again what was not written.
func (f *sealedFile) Write(p []byte) (int, error) {
	f.scratch = append(f.scratch[:0], p...)
	f.crypt(f.scratch, f.scratch, f.at)
	n, err := f.File.Write(f.scratch)
	f.at += int64(n)
	if cap(f.scratch) > maxScratch {
		f.scratch = nil
	}
	return n, err
}

// maxScratch is how much memory an open file keeps for what is written to it.
const maxScratch = 256 << 10

func (f *sealedFile) WriteAt([]byte, int64) (int, error) {
	return 0, errors.New("encrypted files are not written over")
}

func (f *sealedFile) Preallocate(offset, length int64) error {
	return f.File.Preallocate(offset+int64(headSize), length)
}

func (f *sealedFile) Stat() (vfs.FileInfo, error) {
	info, err := f.File.Stat()
	return without(info), err
}

func (f *sealedFile) SyncTo(length int64) (bool, error) {
	return f.File.SyncTo(length + int64(headSize))
}

func (f *sealedFile) Prefetch(offset, length int64) error {
	return f.File.Prefetch(offset+int64(headSize), length)
}
