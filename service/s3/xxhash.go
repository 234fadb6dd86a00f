package s3

import (
	"encoding/binary"
	"hash"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
)

// XXH64 and XXH3 with seed 0, their digests in canonical (big-endian) form.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html

func newXXH64() hash.Hash { return xxhash.New() }

// xxh3Hash is XXH3 of 64 or 128 bits.
type xxh3Hash struct {
	*xxh3.Hasher
	size int
}

func newXXH3() hash.Hash   { return xxh3Hash{xxh3.New(), 8} }
func newXXH128() hash.Hash { return xxh3Hash{xxh3.New(), 16} }

func (h xxh3Hash) Size() int { return h.size }

func (h xxh3Hash) Sum(b []byte) []byte {
	if h.size == 8 {
		return binary.BigEndian.AppendUint64(b, h.Sum64())
	}
	sum := h.Sum128().Bytes()
	return append(b, sum[:]...)
}
