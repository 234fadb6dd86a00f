package logstore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"unyo/base/keywrap"
	"unyo/base/must"
)

// Every file is encrypted under a key of its own, drawn when the file is begun: AES-256-GCM, piece by piece. A file begins with a head:
//
//	"unyocry1", the key, wrapped under the store's key (keywrap.Size bytes)
//
// What a piece is authenticated with says which file of which group it belongs to, and where there, so none can stand for another.
const (
	cryptMagic = "unyocry1"
	cryptGone  = "unyogone" // instead of cryptMagic: the key has been destroyed, the file is to be removed
	cryptHead  = len(cryptMagic) + keywrap.Size
	nonceSize  = 12
	tagSize    = 16
)

var errErased = errors.New("the key of the file is destroyed")

// fileKey encrypts the pieces of one file. Without one a file is as they were before: not encrypted.
type fileKey struct {
	aead cipher.AEAD
	name []byte // what all its pieces are authenticated with
}

// drawKey makes the key of a new file, and the head the file begins with.
func (g *group) drawKey(file string) (*fileKey, []byte) {
	key, wrapped := keywrap.Draw(g.store.key)
	return g.keyOf(key, file), append([]byte(cryptMagic), wrapped[:]...)
}

func (g *group) keyOf(key [keywrap.KeySize]byte, file string) *fileKey {
	name := binary.LittleEndian.AppendUint32([]byte(cryptMagic), uint32(len(g.name)))
	return &fileKey{must.Do(cipher.NewGCM(must.Do(aes.NewCipher(key[:])))), append(append(name, g.name...), file...)}
}

// findKey reads the head of a file: nil for one from before. One whose key was destroyed is errErased.
func (g *group) findKey(f io.ReaderAt, file string) (*fileKey, error) {
	head := make([]byte, cryptHead)
	if n, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	} else if n < cryptHead {
		return nil, nil
	}
	if bytes.HasPrefix(head, []byte(cryptGone)) {
		return nil, errErased
	}
	key, ok := keywrap.Unwrap(g.store.key, [keywrap.Size]byte(head[len(cryptMagic):]))
	ours := bytes.HasPrefix(head, []byte(cryptMagic))
	switch {
	case ok != ours: // one of both has changed
		return nil, fmt.Errorf("%w: the key of %s is another store's, or changed", ErrCorrupt, file)
	case ok:
		return g.keyOf(key, file), nil
	}
	return nil, nil
}

// seal encrypts a piece where it lies, or appended to dst.
func (k *fileKey) seal(dst, nonce, piece []byte, place ...uint64) []byte {
	return k.aead.Seal(dst, nonce, piece, k.about(place))
}

// open decrypts a piece where it lies.
func (k *fileKey) open(nonce, piece []byte, place ...uint64) ([]byte, error) {
	return k.aead.Open(piece[:0], nonce, piece, k.about(place))
}

func (k *fileKey) about(place []uint64) []byte {
	about := append(make([]byte, 0, 192), k.name...)
	for _, x := range place {
		about = binary.LittleEndian.AppendUint64(about, x)
	}
	return about
}

// pieceNonce is the nonce of a piece of a segment: its number. A segment is written once, under its key.
func pieceNonce(kind byte, n int) []byte {
	var nonce [nonceSize]byte
	nonce[0] = kind
	binary.LittleEndian.PutUint64(nonce[1:], uint64(n))
	return nonce[:]
}

// erase destroys the key of a file, durably.
func (g *group) erase(path string) error {
	f, _, err := g.store.o.FS.Open(path)
	if err != nil {
		return ignoreMissing(err)
	}
	head := make([]byte, cryptHead)
	if _, err = f.ReadAt(head, 0); err == nil && bytes.HasPrefix(head, []byte(cryptMagic)) {
		gone := make([]byte, cryptHead)
		copy(gone, cryptGone)
		if _, err = f.WriteAt(gone, 0); err == nil {
			err = f.Sync()
		}
	}
	if errors.Is(err, io.EOF) { // one that has no key
		err = nil
	}
	return errors.Join(err, f.Close())
}
