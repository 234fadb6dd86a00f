package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"

	"unyo/base/keywrap"
	"unyo/base/must"
)

// Each blob is encrypted under a key of its own, AES-256 in counter mode, the counter beginning at 0 with the blob's first byte. The key is drawn when the
// blob is staged and never used for another, so no key and counter meet twice, wherever bytes come to lie. It lies wrapped beside the bytes.

const wrappedSize = keywrap.Size

// seal is the cipher of one blob.
type seal struct{ block cipher.Block }

// draw makes the cipher of a new blob, and what it can be opened with again.
func (s *Store) draw() (c seal, wrapped [wrappedSize]byte) {
	var key [keywrap.KeySize]byte
	_, _ = rand.Read(key[:]) // never fails
	return sealOf(key[:]), keywrap.Wrap(s.key, key)
}

// open is the cipher of a blob that wrapped belongs to.
func (s *Store) open(wrapped [wrappedSize]byte) (seal, error) {
	key, ok := keywrap.Unwrap(s.key, wrapped)
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
