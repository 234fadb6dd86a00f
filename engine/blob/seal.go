package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"

	"unyo/base/must"
)

// Each blob is encrypted under a key of its own, AES-256 in counter mode, the counter beginning at 0 with the blob's first byte. The key is drawn when the
// blob is staged and never used for another, so no key and counter meet twice, wherever bytes come to lie. It lies wrapped beside the bytes.

const (
	keySize     = 32
	wrappedSize = keySize + 8
)

// seal is the cipher of one blob.
type seal struct{ block cipher.Block }

// draw makes the cipher of a new blob, and what it can be opened with again.
func (s *Store) draw() (c seal, wrapped [wrappedSize]byte) {
	var key [keySize]byte
	_, _ = rand.Read(key[:]) // never fails
	return sealOf(key[:]), wrapKey(s.key, key)
}

// open is the cipher of a blob that wrapped belongs to.
func (s *Store) open(wrapped [wrappedSize]byte) (seal, error) {
	key, ok := unwrapKey(s.key, wrapped)
	if !ok {
		return seal{}, errors.New("its key is another store's, or changed")
	}
	return sealOf(key[:]), nil
}

func sealOf(key []byte) seal { return seal{must.Do(aes.NewCipher(key))} }

// from encrypts or decrypts from a byte of the blob on.
func (c seal) from(offset int64) cipher.Stream {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(offset)/aes.BlockSize)
	stream := cipher.NewCTR(c.block, counter[:])
	if skip := offset % aes.BlockSize; skip > 0 {
		stream.XORKeyStream(counter[:skip], counter[:skip])
	}
	return stream
}

// The AES key wrap of RFC 3394, in which a key needs no number used once.
var wrapMark = [8]byte{0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6}

const (
	halves = keySize / 8
	rounds = 6
)

func wrapKey(under cipher.Block, key [keySize]byte) (out [wrappedSize]byte) {
	var b [aes.BlockSize]byte
	copy(b[:], wrapMark[:])
	copy(out[8:], key[:])
	for t := range uint64(rounds * halves) {
		r := out[8+t%halves*8:][:8]
		copy(b[8:], r)
		under.Encrypt(b[:], b[:])
		copy(r, b[8:])
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^(t+1))
	}
	copy(out[:], b[:8])
	return out
}

func unwrapKey(under cipher.Block, wrapped [wrappedSize]byte) (key [keySize]byte, ok bool) {
	var b [aes.BlockSize]byte
	copy(b[:], wrapped[:8])
	copy(key[:], wrapped[8:])
	for t := uint64(rounds * halves); t > 0; t-- {
		r := key[(t-1)%halves*8:][:8]
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^t)
		copy(b[8:], r)
		under.Decrypt(b[:], b[:])
		copy(r, b[8:])
	}
	return key, subtle.ConstantTimeCompare(b[:8], wrapMark[:]) == 1
}
