// Package counter encrypts files in AES's counter mode, the counter beginning at 0 with the file's first byte, from any byte on. A key serves one file,
// each byte of which is written once: so no key and counter meet twice.
package counter

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// From encrypts or decrypts what stands from a byte of the file on.
func From(block cipher.Block, offset int64) cipher.Stream {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(offset)/aes.BlockSize)
	stream := cipher.NewCTR(block, counter[:])
	if skip := offset % aes.BlockSize; skip > 0 {
		stream.XORKeyStream(counter[:skip], counter[:skip])
	}
	return stream
}
