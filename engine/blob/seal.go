package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"unyo/base/counter"
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
	key, wrapped := keywrap.Draw(s.key)
	return sealOf(key[:]), wrapped
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
func (c seal) from(offset int64) cipher.Stream { return counter.From(c.block, offset) }
